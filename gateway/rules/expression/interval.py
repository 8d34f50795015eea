"""What a condition can come to at all, from the ranges of what it reads: never true, always true.

Pure. It reasons about each value by itself, in floats that end at infinity: what it says is so, but
what depends on two values at once it misses. Unknown values are left aside: what is always true may
still be unknown.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from math import ceil, floor, inf, isfinite

from devices.metric import Metric, Shape
from gateway.rules.expression.nodes import (
    AllOf,
    AnyOf,
    Arithmetic,
    Choice,
    Comparison,
    Function,
    Hour,
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
    Rain,
    Relation,
    Truth,
    Window,
    is_truth,
)
from gateway.rules.expression.scope import Scope


@dataclass(frozen=True, slots=True)
class Range:
    """All numbers from `low` to `high`, without an end that is open; only whole ones if `whole`."""

    low: float = -inf
    high: float = inf
    low_open: bool = False
    high_open: bool = False
    whole: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is no such number."""
        if self.low == self.high:
            return self.low_open or self.high_open
        return self.low > self.high

    @property
    def is_point(self) -> bool:
        """Whether there is only one."""
        return self.low == self.high and not self.is_empty

    def below(self, limit: "Range", strictly: bool) -> "Range":
        """What of it can be less than something of `limit`, or as much."""
        open = strictly or limit.high_open
        if limit.high < self.high or (limit.high == self.high and open):
            return replace(self, high=limit.high, high_open=open)._tight()
        return self

    def above(self, limit: "Range", strictly: bool) -> "Range":
        """What of it can be more than something of `limit`, or as much."""
        open = strictly or limit.low_open
        if limit.low > self.low or (limit.low == self.low and open):
            return replace(self, low=limit.low, low_open=open)._tight()
        return self

    def without(self, point: float) -> "Range":
        """What is left without that number, as far as it is an end."""
        low_open = self.low_open or self.low == point
        high_open = self.high_open or self.high == point
        return replace(self, low_open=low_open, high_open=high_open)._tight()

    def holds(self, number: float) -> bool:
        """Whether it is one of them."""
        point = Range(number, number)
        return not self.below(point, False).above(point, False).is_empty

    def _tight(self) -> "Range":
        if not self.whole or not (isfinite(self.low) or isfinite(self.high)):
            return self
        low, high = self.low, self.high
        if isfinite(low):
            low = float(floor(low) + 1 if self.low_open else ceil(low))
        if isfinite(high):
            high = float(ceil(high) - 1 if self.high_open else floor(high))
        return Range(low, high, whole=True)


_ANY = Range()
_NOT_NEGATIVE = Range(0)
_YES_OR_NO = Range(0, 1, whole=True)
_NEGATED = {
    Relation.LESS: Relation.AT_LEAST,
    Relation.AT_MOST: Relation.MORE,
    Relation.MORE: Relation.AT_MOST,
    Relation.AT_LEAST: Relation.LESS,
    Relation.EQUAL: Relation.UNEQUAL,
    Relation.UNEQUAL: Relation.EQUAL,
}
_SWAPPED = {
    Relation.MORE: Relation.LESS,
    Relation.AT_LEAST: Relation.AT_MOST,
}

_Facts = Mapping[Node, Range]


class Reasoning:
    """About conditions on devices of one scope."""

    def __init__(self, scope: Scope) -> None:
        self._own = scope.metrics
        self._elsewhere = {**scope.elsewhere, **scope.metrics}

    def can_be(self, node: Node, truth: bool, *given: Node) -> bool:
        """Whether the condition can come to that while all that is `given` is true."""
        known: _Facts | None = self._all(given, True, {})
        return known is not None and self._assume(node, truth, known) is not None

    def range_of(self, node: Node) -> Range:
        """The numbers that it can be."""
        return self._values(node, {})

    def _assume(self, node: Node, truth: bool, known: _Facts) -> _Facts | None:
        """What is known of the values if the node comes to that; None when it cannot."""
        match node:
            case Truth(value):
                return known if value is truth else None
            case Known():
                return known
            case Not(inner):
                return self._assume(inner, not truth, known)
            case AllOf(parts):
                return (self._all if truth else self._some)(parts, truth, known)
            case AnyOf(parts):
                return (self._some if truth else self._all)(parts, truth, known)
            case Choice(test, yes, no):
                either = AnyOf((AllOf((test, yes)), AllOf((Not(test), no))))
                both = AllOf((AnyOf((Not(test), yes)), AnyOf((test, no))))
                return self._assume(either if truth else both, truth, known)
            case OneOf(inner, numbers):
                return self._one_of(inner, numbers, truth, known)
            case Comparison():
                return self._compare(node, truth, known)
            case _:
                here = known.get(node, _YES_OR_NO)
                return {**known, node: Range(truth, truth)} if here.holds(truth) else None

    def _all(self, parts: Iterable[Node], truth: bool, known: _Facts) -> _Facts | None:
        """Each of them comes to that. Two rounds: a later part may narrow what an earlier reads."""
        found: _Facts | None = known
        for part in (*parts, *parts):
            found = None if found is None else self._assume(part, truth, found)
        return found

    def _some(self, parts: Iterable[Node], truth: bool, known: _Facts) -> _Facts | None:
        """At least one of them does."""
        found = [one for part in parts if (one := self._assume(part, truth, known)) is not None]
        if not found:
            return None
        return found[0] if len(found) == 1 else known

    def _one_of(
        self, inner: Node, numbers: tuple[float, ...], truth: bool, known: _Facts
    ) -> _Facts | None:
        here = self._values(inner, known)
        if not truth:
            return None if here.is_point and here.low in numbers else known
        possible = [number for number in numbers if here.holds(number)]
        if not possible:
            return None
        return self._narrow(inner, Range(min(possible), max(possible)), known)

    def _compare(self, node: Comparison, truth: bool, known: _Facts) -> _Facts | None:
        pairs = zip(node.operands, node.relations, node.operands[1:], strict=False)
        if truth:
            found: _Facts | None = known
            for left, relation, right in pairs:
                found = None if found is None else self._pair(left, relation, right, found)
            return found
        negated = [
            self._pair(left, _NEGATED[relation], right, known) for left, relation, right in pairs
        ]
        possible = [one for one in negated if one is not None]
        return None if not possible else possible[0] if len(possible) == 1 else known

    def _pair(self, left: Node, relation: Relation, right: Node, known: _Facts) -> _Facts | None:
        if relation in _SWAPPED:
            left, relation, right = right, _SWAPPED[relation], left
        one, other = self._values(left, known), self._values(right, known)
        match relation:
            case Relation.EQUAL:
                one = one.below(other, False).above(other, False)
                other = other.below(one, False).above(one, False)
            case Relation.UNEQUAL:
                if other.is_point:
                    one = one.without(other.low)
                elif one.is_point:
                    other = other.without(one.low)
            case _:
                strictly = relation is Relation.LESS
                one, other = one.below(other, strictly), other.above(one, strictly)
        if one.is_empty or other.is_empty:
            return None
        return {**known, **_of_value(left, one), **_of_value(right, other)}

    def _narrow(self, node: Node, to: Range, known: _Facts) -> _Facts | None:
        here = self._values(node, known).below(to, False).above(to, False)
        return None if here.is_empty else {**known, **_of_value(node, here)}

    def _values(self, node: Node, known: _Facts) -> Range:
        match node:
            case Number(value):
                return Range(float(value), float(value))
            case Negative(inner):
                return _negative(self._values(inner, known))
            case Arithmetic(left, operator, right):
                return _arithmetic(self._values(left, known), operator, self._values(right, known))
            case Choice(_, yes, no):
                return _hull(self._values(yes, known), self._values(no, known))
        return known.get(node) or self._natural(node)

    def _natural(self, node: Node) -> Range:
        """What is possible at all."""
        if is_truth(node):
            return _YES_OR_NO
        match node:
            case MetricValue(name):
                return _of_metric(self._own.get(name))
            case Last(name) | Median(name):
                return replace(_of_metric(self._elsewhere.get(name)), whole=False)
            case Hour():
                return Range(0, 23, whole=True)
            case Rain():
                return _NOT_NEGATIVE
            case Window(function, name):
                return _of_window(function, self._own.get(name))
        return _ANY


def _of_value(node: Node, found: Range) -> dict[Node, Range]:
    """Of what is computed nothing is kept, only of what it is computed from."""
    computed = isinstance(node, Number | Negative | Arithmetic | Choice) or (
        is_truth(node) and not isinstance(node, MetricValue)
    )
    return {} if computed else {node: found}


def _of_metric(metric: Metric | None) -> Range:
    if metric is None:
        return _ANY
    return Range(float(metric.low), float(metric.high), whole=metric.type is int)


def _of_window(function: Function, metric: Metric | None) -> Range:
    here = replace(_of_metric(metric), whole=False)
    if function in (Function.AVERAGE, Function.LEAST, Function.MOST):
        return here
    if function is Function.COUNT:
        return Range(0, whole=True)
    if function is Function.SUM:
        return _NOT_NEGATIVE if here.low >= 0 else _ANY
    if metric is not None and metric.shape is Shape.COUNTER:
        return _NOT_NEGATIVE
    return (
        Range(here.low - here.high, here.high - here.low) if function is Function.CHANGE else _ANY
    )


def _hull(one: Range, other: Range) -> Range:
    return Range(min(one.low, other.low), max(one.high, other.high))


def _negative(here: Range) -> Range:
    return Range(-here.high, -here.low, here.high_open, here.low_open, here.whole)


def _arithmetic(left: Range, operator: Operator, right: Range) -> Range:
    if operator is Operator.SUBTRACT:
        right = _negative(right)
    if operator in (Operator.ADD, Operator.SUBTRACT):
        low_open, high_open = left.low_open or right.low_open, left.high_open or right.high_open
        return Range(left.low + right.low, left.high + right.high, low_open, high_open)
    if operator is Operator.DIVIDE and right.low <= 0 <= right.high:
        return _ANY
    combine: Callable[[float, float], float] = (
        _product if operator is Operator.MULTIPLY else _quotient
    )
    ends = [combine(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
    return Range(min(ends), max(ends))


def _product(a: float, b: float) -> float:
    return 0 if 0 in (a, b) else a * b


def _quotient(a: float, b: float) -> float:
    if not isfinite(b):
        return 0
    return a / b
