"""From aggregates of short times to the points of a series. Pure."""

from collections.abc import Iterable
from itertools import groupby

from devices.metric import Shape
from devices.reading import Millis
from gateway.history import Point
from gateway.journal.aggregate import Aggregate, Counter, Sample, gather, merge, rise_between

Bucket = tuple[Millis, Aggregate]
"""A time, and what was measured around it."""


def steps_of_samples(
    samples: Iterable[Sample], shape: Shape, start: Millis, step: Millis
) -> list[Bucket]:
    """One bucket, at its beginning, for each step with values; samples come in order of time."""
    return [
        (start + index * step, gather(shape, list(group)))
        for index, group in groupby(samples, lambda sample: (sample[0] - start) // step)
    ]


def steps_of_buckets(
    buckets: Iterable[Bucket], start: Millis, end: Millis, step: Millis
) -> list[Bucket]:
    """The same of buckets in order of time. One counts for the step in which its time lies, or for
    the last when it reaches beyond it."""
    last = (end - 1 - start) // step
    steps: dict[int, Aggregate] = {}
    for at, aggregate in buckets:
        index = min((at - start) // step, last)
        known = steps.get(index)
        steps[index] = aggregate if known is None else merge(known, aggregate)
    return [(start + index * step, aggregate) for index, aggregate in steps.items()]


def points(steps: Iterable[Bucket]) -> list[Point]:
    """The points of the steps: of a gauge its mean and span, of a counter its rise."""
    found = []
    before: Counter | None = None
    for at, aggregate in steps:
        if not isinstance(aggregate, Counter):
            samples, total, low, high = aggregate
            found.append(Point(at, total / samples, low, high, samples))
            continue
        rise, rises = aggregate.rise, aggregate.samples - 1
        if before is not None:
            rise, rises = rise + rise_between(before.last, aggregate.first), rises + 1
        if rises:
            found.append(Point(at, rise, rise, rise, rises))
        before = aggregate
    return found
