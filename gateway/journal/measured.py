"""A series from the journal: from messages, or for long steps from rollups and what came after."""

import sqlite3
from collections.abc import Iterable
from itertools import chain

from devices.metric import Metric
from devices.reading import Millis
from gateway.fleet import Device
from gateway.history import Point, TooFineError
from gateway.journal.aggregate import Aggregate, Sample, merge
from gateway.journal.chain import walk
from gateway.journal.rollup import (
    DAY_MS,
    HOUR_MS,
    Day,
    LocalDays,
    Span,
    fold,
    load_metric,
    load_spans,
    load_total,
    sample_of,
)
from gateway.journal.rollup_rows import read_cursor
from gateway.journal.series import Bucket, points, steps_of_buckets, steps_of_samples

MESSAGES_MAX = 100_000
"""For one series: a reading every six seconds for a week. They take a second or two to read; a
device that sends five a second would have three million."""
LONGEST_DAY_MS = 25 * HOUR_MS
"""When clocks are set back. A day that began so long ago may still go on."""


class Question:
    """A metric of a device from `start` to `end`, asked of a connection in a transaction, so that
    rollups, their cursor and messages agree."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        device: Device,
        metric: Metric,
        start: Millis,
        end: Millis,
        days: LocalDays,
    ) -> None:
        self._connection = connection
        self._device = device
        self._metric = metric
        self._start = start
        self._end = end
        self._days = days
        cursor = read_cursor(connection, device.number)
        self._not_rolled = Span(cursor + 1, device.committed_message or 0)

    def series(self, step: Millis) -> list[Point]:
        """See `Store.series`. Raises TooFineError."""
        if step < HOUR_MS:
            samples = sorted(self._samples())
            return points(steps_of_samples(samples, self._metric.shape, self._start, step))
        buckets = self._day_buckets() if step >= DAY_MS else self._hour_buckets()
        return points(steps_of_buckets(buckets, self._start, self._end, step))

    def _samples(self) -> Iterable[Sample]:
        spans = self._spans()
        messages = (walk(self._connection, span.last, span.first) for span in spans)
        for number, message in enumerate(chain.from_iterable(messages)):
            if number == MESSAGES_MAX:
                raise TooFineError
            if self._start <= message.measured_at < self._end:
                yield from sample_of(message, self._metric)

    def _spans(self) -> list[Span]:
        """Where the messages of that time are, each place once."""
        found = [self._not_rolled]
        for day, stored in self._rows("hours"):
            for index, span in load_spans(stored):
                hour = day + index * HOUR_MS
                if self._start - HOUR_MS < hour < self._end:
                    found.append(span)
        spans: list[Span] = []
        for span in sorted(found):
            if spans and span.first <= spans[-1].last:
                spans[-1] = Span(spans[-1].first, max(spans[-1].last, span.last))
            else:
                spans.append(span)
        return spans

    def _hour_buckets(self) -> list[Bucket]:
        name = self._metric.name
        found: dict[Millis, Aggregate] = {}
        for day, stored in self._rows("hours"):
            for index, aggregate in load_metric(stored, name):
                found[day + index * HOUR_MS] = aggregate
        for day, news in self._news().items():
            for index, hour in (news.hours or {}).items():
                _add(found, day + index * HOUR_MS, hour.metrics.get(name))
        return self._in_range(found, HOUR_MS // 2)

    def _day_buckets(self) -> list[Bucket]:
        name = self._metric.name
        found: dict[Millis, Aggregate] = {}
        for day, stored in self._rows("total"):
            _add(found, day, load_total(stored).get(name))
        for day, news in self._news().items():
            _add(found, day, news.total.get(name))
        return self._in_range(found, DAY_MS // 2)

    def _rows(self, column: str) -> Iterable[tuple[Millis, str]]:
        return self._connection.execute(
            f"SELECT day, {column} FROM rollup"  # noqa: S608  # one of two constants
            f" WHERE device = ? AND day > ? AND day < ? AND {column} IS NOT NULL ORDER BY day",
            [self._device.number, self._start - LONGEST_DAY_MS, self._end],
        )

    def _news(self) -> dict[Millis, Day]:
        """What is in no rollup yet."""
        newest = walk(self._connection, self._not_rolled.last, self._not_rolled.first)
        return fold(newest, self._device.kind, self._days)

    def _in_range(self, found: dict[Millis, Aggregate], middle: Millis) -> list[Bucket]:
        return [
            (at + middle, found[at])
            for at in sorted(found)
            if at + middle >= self._start and at < self._end
        ]


def _add(found: dict[Millis, Aggregate], at: Millis, aggregate: Aggregate | None) -> None:
    if aggregate is not None:
        found[at] = merge(found[at], aggregate) if at in found else aggregate
