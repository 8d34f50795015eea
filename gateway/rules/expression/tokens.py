"""The first look at an expression: characters and words that can never be part of one.

What passes is plain ASCII made of numbers, time spans, names, quoted ids and a dozen operators, so
Python's parser meets neither other strings nor comments nor anything that makes it warn.
"""

import keyword
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from devices.reading import Millis
from devices.topics import IDENTIFIER
from gateway.duration import parse_duration

EXPRESSION_MAX = 1000
"""Characters. The longest honest condition we know has under 200."""
NUMBER_MAX = 1e15
"""Up to here a float counts exactly; no metric comes near."""


class Fault(NamedTuple):
    """One mistake in a text, at a character counted from 0."""

    offset: int
    message: str


_TOKEN = re.compile(
    r"""
    (?P<space>\s+)
  | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)(?P<unit>[A-Za-z_%]\w*|%)?
  | (?P<named>(?:device|kind|place|plot|road|tag)\s*=(?!=))
  | (?P<name>[A-Za-z_][A-Za-z_0-9]*)
  | (?P<text>"[^"]*"|'[^']*'|\#.*)
  | (?P<wrong>\*\*|//|:=|<>|<<|>>|=<|=>|&&|\|\|)
  | (?P<operator><=|>=|==|!=|[-+*/<>(),.\[\]])
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)

_SPAN = re.compile(r"(?:[0-9]+[smhd])+")
WORDS = {"and", "or", "not", "if", "else", "in", "True", "False"}

_INSTEAD = {
    "**": "powers are not allowed; multiply instead",
    "//": "use / for division",
    "%": "leave % out: the name of the metric says the unit (…_pct)",
    "=": "use == to compare",
    "=<": "write <=",
    "=>": "write >=",
    "<>": "write !=",
    ":=": "use == to compare",
    "&&": "write and",
    "||": "write or",
    "&": "write and",
    "|": "write or",
    "!": "write not",
    "≤": "write <=",
    "≥": "write >=",
    "≠": "write !=",
    "×": "write *",
    "÷": "write /",
    ";": "join conditions with and",
    "is": "use == to compare, known(x) to ask whether there is a value",
    "None": "use known(x) to ask whether there is a value",
}
_MADE_OF = "conditions are made of metrics, numbers, + - * / < > == and or not ( )"
_COMMENT = "a comment belongs on a line of its own, outside the condition"
_QUOTES = "only ids stand in quotes: lower-case letters, digits and '-', e.g. \"pump-1\""
NO_UNIT = (
    "is no number; numbers here have no unit, the metric's name says it"
    " (a time span goes into `for:`, or into a window: avg(metric, 1h))"
)


def find_faults(text: str) -> list[Fault]:
    """What no expression may contain. An empty list does not yet mean that it makes sense."""
    if len(text) > EXPRESSION_MAX:
        return [Fault(0, f"is {len(text)} characters long, at most {EXPRESSION_MAX} are allowed")]
    if not text.strip():
        return [Fault(0, "is empty; write a condition, e.g. soil_moisture_pct < 24")]
    faults = list(_scan(text))
    if strange := next((one for one in faults if one.message.endswith(_MADE_OF)), None):
        return [strange]  # it is no condition at all, and what else is wrong says nothing more
    return once(faults)


def once(faults: Iterable[Fault]) -> list[Fault]:
    """Without those that say of a later place what was said before."""
    first: dict[str, Fault] = {}
    for fault in sorted(faults):
        first.setdefault(fault.message, fault)
    return list(first.values())


def spans(text: str) -> tuple[str, dict[int, Millis]]:
    """The text with every time span replaced by a name of the same length, and their durations by
    where they stand. For a text without faults."""
    found: dict[int, Millis] = {}
    plain = text
    for match in _TOKEN.finditer(text):
        if match["unit"]:
            found[match.start()] = parse_duration(match.group())
            plain = plain[: match.start()] + "_" * len(match.group()) + plain[match.end() :]
    return plain, found


def _scan(text: str) -> Iterator[Fault]:
    for match in _TOKEN.finditer(text):
        found = match.group()
        where = match.start()
        if match["number"]:
            yield from _check_number(match["number"], match["unit"], where)
        elif match["named"]:
            if text[:where].rstrip()[-1:] not in ("(", ","):
                yield Fault(where + len(found) - 1, f"'=' is not allowed here; {_INSTEAD['=']}")
        elif match["name"]:
            if (keyword.iskeyword(found) or found[0] == "_") and found not in WORDS:
                yield Fault(where, f"{found!r} is not allowed here; {_advise(found)}")
        elif match["text"]:
            if found[0] == "#":
                yield Fault(where, _COMMENT)
            elif not IDENTIFIER.fullmatch(found[1:-1]):
                yield Fault(where, _QUOTES)
        elif match["wrong"] or match["other"]:
            yield Fault(where, f"{found!r} is not allowed here; {_advise(found)}")


def _check_number(number: str, unit: str | None, where: int) -> Iterator[Fault]:
    if unit == "%":
        yield Fault(where + len(number), f"'%' is not allowed here; {_INSTEAD['%']}")
    elif unit and _SPAN.fullmatch(number + unit):
        try:
            parse_duration(number + unit)
        except ValueError as error:
            yield Fault(where, str(error))
    elif unit:
        yield Fault(where, f"{number + unit!r} {NO_UNIT}")
    elif float(number) > NUMBER_MAX:
        yield Fault(where, f"{number[:20]} is too large, at most {NUMBER_MAX:g}")


def _advise(found: str) -> str:
    return _INSTEAD.get(found, _MADE_OF)
