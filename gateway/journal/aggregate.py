"""What is kept of many values of one metric: enough to add more values, also later and late.

Pure. Two aggregates of neighbouring times make the one of both together.
"""

from collections.abc import Sequence
from typing import NamedTuple

from devices.metric import Shape
from devices.reading import Millis

Sample = tuple[Millis, float]
"""When a value was measured, and the value; yes and no are 1 and 0."""

TOTAL_DIGITS = 6
"""Decimals of a stored sum: finer than any sensor, and without the noise of binary fractions."""


class Gauge(NamedTuple):
    """Values that go up and down. `total` is their sum."""

    samples: int
    total: float
    low: float
    high: float


class Counter(NamedTuple):
    """Values that only rise, from the first to the last of them by time.

    `lost` is what the device had counted whenever it began again from zero.
    """

    samples: int
    first_at: Millis
    first: float
    last_at: Millis
    last: float
    lost: float

    @property
    def rise(self) -> float:
        """How much it has counted from its first value to its last."""
        return self.last - self.first + self.lost


Aggregate = Gauge | Counter


def gather(shape: Shape, samples: Sequence[Sample]) -> Aggregate:
    """The aggregate of at least one sample; they come in order of time."""
    values = [value for _, value in samples]
    if shape is not Shape.COUNTER:
        return Gauge(len(values), sum(values), min(values), max(values))
    before, lost = values[0], 0.0
    for value in values:
        if value < before:
            lost += before
        before = value
    (first_at, first), (last_at, last) = samples[0], samples[-1]
    return Counter(len(values), first_at, first, last_at, last, lost)


def merge(one: Aggregate, other: Aggregate) -> Aggregate:
    """Both together. Where another version described the metric in another way, the later counts.

    Counters whose times overlap, because values came late: without a reset it counted from the
    first value to the last. With one in either, how they interleave is not known any more, and
    the larger rise counts: too little rather than twice.
    """
    if isinstance(one, Gauge) and isinstance(other, Gauge):
        return Gauge(
            one.samples + other.samples,
            one.total + other.total,
            min(one.low, other.low),
            max(one.high, other.high),
        )
    if isinstance(one, Counter) and isinstance(other, Counter):
        return _merge_counters(one, other)
    return other


def rise_between(before: float, after: float) -> float:
    """How much a counter rose from one value to the next; after a reset, from zero."""
    return after - before if after >= before else after


def dump(aggregate: Aggregate) -> list[float]:
    """As it is stored: 2 numbers for a gauge that stood still, 4 for another; 5 for a counter, 6
    for one that was reset."""
    if isinstance(aggregate, Counter):
        return list(aggregate if aggregate.lost else aggregate[:-1])
    if aggregate.low == aggregate.high:
        return [aggregate.samples, aggregate.low]
    samples, total, low, high = aggregate
    return [samples, round(total, TOTAL_DIGITS), low, high]


def load(stored: Sequence[float]) -> Aggregate:
    """The aggregate that was dumped."""
    match stored:
        case [samples, value]:
            return Gauge(int(samples), samples * value, value, value)
        case [samples, total, low, high]:
            return Gauge(int(samples), total, low, high)
        case [samples, first_at, first, last_at, last, *lost]:
            return Counter(int(samples), int(first_at), first, int(last_at), last, sum(lost))
    raise ValueError(f"{stored} is no aggregate")


def _merge_counters(one: Counter, other: Counter) -> Counter:
    early, late = (one, other) if one.first_at <= other.first_at else (other, one)
    end = max(early, late, key=lambda counter: counter.last_at)
    samples = early.samples + late.samples
    if late.first_at >= early.last_at:
        lost = early.lost + late.lost + (early.last if late.first < early.last else 0)
    else:
        direct = end.last - early.first
        if not early.lost and not late.lost and direct >= 0:
            lost = 0
        else:
            lost = max(early.rise, late.rise, direct) - direct
    return Counter(samples, early.first_at, early.first, end.last_at, end.last, lost)
