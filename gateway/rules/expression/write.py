"""A condition, or a part of it, as text again: what is read from it is the same condition."""

from collections.abc import Sequence

from devices.reading import Millis
from gateway.duration import write_duration
from gateway.rules.expression.nodes import (
    AgeLimit,
    AllOf,
    AnyOf,
    Arithmetic,
    Changed,
    Choice,
    Comparison,
    Hour,
    IsNight,
    Known,
    Last,
    Median,
    MetricValue,
    Negative,
    Node,
    Not,
    Number,
    OneOf,
    Operator,
    Question,
    Rain,
    Setting,
    Truth,
    Window,
)

# How strongly each binds what stands beside it; what binds less needs brackets.
_CHOICE, _OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _SIGN, _ATOM = range(9)
HOUR_MS = 3_600_000


def write(node: Node) -> str:
    """The shortest text for it that is not hard to read."""
    return _write(node)[0]


def _write(node: Node) -> tuple[str, int]:
    """The text, and how strongly it binds."""
    match node:
        case Number(value):
            return repr(value), _SIGN if value < 0 else _ATOM
        case Truth(value):
            return ("true" if value else "false"), _ATOM
        case MetricValue(name):
            return name, _ATOM
        case Setting(name):
            return f"device.{name}", _ATOM
        case Known(inner):
            return f"known({write(inner)})", _ATOM
        case Negative(inner):
            return f"-{_within(inner, _SIGN)}", _SIGN
        case Not(OneOf(inner, numbers)):
            return f"{_within(inner, _SUM)} not in {_listed(numbers)}", _COMPARISON
        case Not(inner):
            return f"not {_within(inner, _NOT)}", _NOT
        case OneOf(inner, numbers):
            return f"{_within(inner, _SUM)} in {_listed(numbers)}", _COMPARISON
        case Arithmetic(left, operator, right):
            own = _SUM if operator in (Operator.ADD, Operator.SUBTRACT) else _PRODUCT
            return f"{_within(left, own)} {operator.value} {_within(right, own + 1)}", own
        case Comparison(operands, relations):
            rest = zip(relations, operands[1:], strict=True)
            later = (f" {relation.value} {_within(operand, _SUM)}" for relation, operand in rest)
            return _within(operands[0], _SUM) + "".join(later), _COMPARISON
        case AllOf(parts):
            return " and ".join(_within(part, _NOT) for part in parts), _AND
        case AnyOf(parts):
            return " or ".join(_within(part, _AND) for part in parts), _OR
        case Choice(test, yes, no):
            return f"{_within(yes, _OR)} if {_within(test, _OR)} else {write(no)}", _CHOICE
        case AgeLimit(metric, limit_ms, older):
            return f"age({metric}) {'>' if older else '<='} {_seconds(limit_ms)}", _COMPARISON
        case _:
            return _call(node), _ATOM


def _call(question: Question) -> str:
    match question:
        case Window(function, metric, ms):
            return f"{function.value}({metric}, {_span(ms)})"
        case Changed(metric):
            return f"changed({metric})"
        case Last(metric, device):
            return f'last({metric}, device="{device}")'
        case Median(metric, of):
            named = (f'{name}="{id}"' if id else f"{name}=device.{name}" for name, id in of)
            return f"median({', '.join((metric, *named))})"
        case Rain(ms, plot):
            return f"rain_{ms // HOUR_MS}h_mm({_quoted(plot)})"
        case Hour():
            return "hour"
        case IsNight():
            return "is_night"
        case AgeLimit():
            return write(question)


def _within(node: Node, strength: int) -> str:
    text, own = _write(node)
    return text if own >= strength else f"({text})"


def _listed(numbers: Sequence[int | float]) -> str:
    written = ", ".join(map(repr, numbers))
    return f"[{written}]" if len(numbers) == 1 else f"({written})"


def _seconds(ms: Millis) -> str:
    return repr(ms // 1000 if ms % 1000 == 0 else ms / 1000)


def _span(ms: Millis) -> str:
    return write_duration(ms).replace(" ", "")


def _quoted(plot: str | None) -> str:
    return "device.plot" if plot is None else f'"{plot}"'
