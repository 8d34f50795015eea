"""What a rule says that is allowed but probably not meant: warnings of `hamlet rules check`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial

from devices.kind import Kind
from devices.metric import Metric
from gateway.duration import DURATION_MAX_MS
from gateway.fleet import Device
from gateway.rules.document import Node as Place
from gateway.rules.expression.expression import Expression, parts, walk
from gateway.rules.expression.interval import Reasoning
from gateway.rules.expression.nodes import (
    AgeLimit,
    AllOf,
    Arithmetic,
    Choice,
    Comparison,
    Function,
    Last,
    Median,
    MetricValue,
    Negative,
    Node,
    Not,
    Number,
    OneOf,
    Operator,
    Rain,
    Window,
    is_truth,
)
from gateway.rules.expression.scope import Scope
from gateway.rules.expression.tokens import Fault
from gateway.rules.expression.write import write
from gateway.rules.rule import Rule
from gateway.rules.vocabulary import Vocabulary

_NAMED = MetricValue | Window | Last | Median
_IN_ITS_UNIT = (Function.AVERAGE, Function.LEAST, Function.MOST, Function.CHANGE)
_FINE_UNITS = {"%": "percent", "ms": "milliseconds"}
"""Of which less than one is hardly ever meant."""


def advise(places: Mapping[str, Place], rule: Rule, vocabulary: Vocabulary) -> None:
    """Warn where the rule is written; `places` are its parts by name."""
    kinds = [kind for kind in vocabulary.kinds_of(rule.on) if rule.fits(kind)]
    scope = vocabulary.scope_of(kinds)
    reasoning = Reasoning(scope)
    for name, condition in (("when", rule.when), ("until", rule.until)):
        if condition is None:
            continue
        dead = list(_dead(condition.root, name, reasoning))
        faults = [*dead, *_doubts(condition.root, scope)]
        faults += _ages(condition, [kind.interval_s for kind in kinds])
        places[name].warn_within([_placed(condition.text, node, words) for node, words in faults])
        if not dead and name == "until":
            _advise_on_end(places["until"], rule, reasoning)
    _advise_on_data(places, rule, kinds, vocabulary.devices_of(rule.on))


def _dead(root: Node, name: str, reasoning: Reasoning) -> Iterator[tuple[Node, str]]:
    """The smallest parts whose outcome never changes, and what follows if the whole is dead."""
    found: list[tuple[Node, bool]] = []
    _find_dead(root, reasoning, found)
    follows = ""
    if not reasoning.can_be(root, True):
        follows = ", so the rule never fires" if name == "when" else ", so nothing ends the rule"
    elif not reasoning.can_be(root, False):
        follows = ", so it says nothing" if name == "when" else ", so the rule never fires"
    for node, outcome in found:
        word = "always" if outcome else "never"
        yield node, f"{write(node)} is {word} true{_reason(node, reasoning)}{follows}"


def _find_dead(node: Node, reasoning: Reasoning, found: list[tuple[Node, bool]]) -> None:
    before = len(found)
    for part in parts(node):
        _find_dead(part, reasoning, found)
    if len(found) > before:
        return
    if not is_truth(node) or not parts(node):
        return
    outcomes = [outcome for outcome in (False, True) if reasoning.can_be(node, outcome)]
    if len(outcomes) == 1:
        found.append((node, outcomes[0]))


def _reason(node: Node, reasoning: Reasoning) -> str:
    if isinstance(node, AllOf):
        return ": its parts contradict each other"
    if not isinstance(node, Comparison | OneOf) or len(parts(node)) > 2:
        return ""
    read = next((one for one in walk(node) if isinstance(one, _NAMED)), None)
    if read is None or is_truth(read):
        return ""
    here = reasoning.range_of(read)
    return f": {write(read)} goes from {here.low:g} to {here.high:g}"


def _advise_on_end(place: Place, rule: Rule, reasoning: Reasoning) -> None:
    """A rule whose `until` holds does not begin."""
    if rule.when is None or rule.until is None:
        return
    never_together = not reasoning.can_be(rule.when.root, True, Not(rule.until.root))
    if never_together and reasoning.can_be(rule.when.root, True):
        place.warn("is true whenever `when` is, so the rule never fires")


def _doubts(root: Node, scope: Scope) -> Iterator[tuple[Node, str]]:
    """Where units do not fit together."""
    unit_of = partial(_unit_of, {**scope.elsewhere, **scope.metrics})
    for node in walk(root):
        pairs: Iterable[tuple[Node, Node]] = ()
        if isinstance(node, Comparison):
            pairs = zip(node.operands, node.operands[1:], strict=False)
        elif isinstance(node, Arithmetic) and node.operator in (Operator.ADD, Operator.SUBTRACT):
            pairs = [(node.left, node.right)]
        for left, right in pairs:
            units = unit_of(left), unit_of(right)
            if all(units) and units[0] != units[1]:
                yield node, f"{write(left)} is in {units[0]}, {write(right)} in {units[1]}"
            for value, number in ((left, right), (right, left)):
                unit = _FINE_UNITS.get(unit_of(value) or "")
                if unit and isinstance(number, Number) and 0 < abs(number.value) < 1:
                    yield node, f"{write(value)} counts in {unit}: is {number.value:g} meant?"


def _unit_of(metrics: Mapping[str, Metric], node: Node) -> str | None:
    """The unit of a number, as far as it has one."""
    match node:
        case Window(function, name) if function not in _IN_ITS_UNIT:
            return None
        case MetricValue(name) | Window(_, name) | Last(name) | Median(name):
            return metrics[name].unit if name in metrics else None
        case Rain():
            return "mm"
        case Negative(inner):
            return _unit_of(metrics, inner)
        case Choice(_, yes, _):
            return _unit_of(metrics, yes)
        case Arithmetic(left, Operator.ADD | Operator.SUBTRACT, right):
            return _unit_of(metrics, left) or _unit_of(metrics, right)
    return None


def _ages(condition: Expression, intervals_s: list[int]) -> Iterator[tuple[Node, str]]:
    for node in condition.questions:
        if not isinstance(node, AgeLimit):
            continue
        if intervals_s and node.limit_ms < min(intervals_s) * 1000:
            yield node, f"age counts in seconds, and a reading comes every {min(intervals_s)} s"
        elif node.limit_ms > DURATION_MAX_MS:
            yield node, "age counts in seconds: this is more than a year"


def _advise_on_data(
    places: Mapping[str, Place], rule: Rule, kinds: Sequence[Kind], devices: Sequence[Device]
) -> None:
    """What devices do not measure, or measure and do not send."""
    if not rule.metrics:
        return
    fitting = {kind.name for kind in kinds}
    if lacking := [device for device in devices if device.kind.name not in fitting]:
        places["on"].warn(
            f"{lacking[0].id} does not measure all that the rule reads, which ignores it "
            f"({len(lacking)} of {len(devices)} devices)"
        )
    heard = [
        device
        for device in devices
        if device.measured_at is not None and device.kind.name in fitting
    ]
    for name, condition in (("when", rule.when), ("until", rule.until)):
        if condition is None or not heard:
            continue
        for metric in sorted(condition.metrics):
            if not any(metric in device.values for device in heard):
                at = max(condition.text.find(metric), 0)
                fault = Fault(at, f"no matching device has ever sent {metric}")
                places[name].warn_within([fault])


def _placed(text: str, node: Node, words: str) -> Fault:
    """At the first thing that the part reads."""
    names = (getattr(one, "name", None) or getattr(one, "metric", "") for one in walk(node))
    first = next((name for name in names if name), "")
    return Fault(max(text.find(first), 0), words)
