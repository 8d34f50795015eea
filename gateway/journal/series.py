"""Folding measured values into the steps of a series."""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from devices.reading import Millis
from gateway.history import Point


class _Rise(NamedTuple):
    at: Millis
    by: float


def fold_gauge(rows: Iterable[tuple[Millis, float]], start: Millis, step: Millis) -> list[Point]:
    """Mean, lowest and highest of each step that has values; `rows` in order of time."""
    points = []
    for index, group in groupby(rows, lambda row: (row[0] - start) // step):
        values = [value for _, value in group]
        mean = sum(values) / len(values)
        at = start + index * step
        points.append(Point(at, mean, min(values), max(values), len(values)))
    return points


def fold_counter(rows: Iterable[tuple[Millis, float]], start: Millis, step: Millis) -> list[Point]:
    """How much a counter rose in each step. The rise from one value to the next counts for the
    step of the later one; after a reset the counter has risen from zero."""
    points = []
    for index, group in groupby(_rises(rows), lambda rise: (rise.at - start) // step):
        rises = [rise.by for rise in group]
        total = sum(rises)
        points.append(Point(start + index * step, total, total, total, len(rises)))
    return points


def _rises(rows: Iterable[tuple[Millis, float]]) -> Iterable[_Rise]:
    before: float | None = None
    for at, value in rows:
        if before is not None:
            yield _Rise(at, value - before if value >= before else value)
        before = value
