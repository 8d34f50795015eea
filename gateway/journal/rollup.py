"""What a device measured on one local day, by hour: folded from its messages. Pure.

An hour also knows where its messages are, because the journal has no index by device: it is the
place from which a distant day is read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

import orjson

from devices.kind import Kind
from devices.metric import Metric
from devices.reading import Millis
from gateway.journal.aggregate import Aggregate, Sample, dump, gather, load, merge
from gateway.journal.chain import Telemetry

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
LATE_MS = HOUR_MS
"""A message that came later than this after it was measured lies elsewhere in the journal than
those of its time, so it has a span of its own."""


class Span(NamedTuple):
    """The first and the last of some messages of a device."""

    first: int
    last: int


@dataclass(slots=True)
class Hour:
    """One hour: its messages that came in time, those that came late, and the metrics by name."""

    in_time: Span | None = None
    late: Span | None = None
    metrics: dict[str, Aggregate] = field(default_factory=dict)

    def add(self, other: "Hour") -> None:
        """Take in what else was measured in this hour."""
        self.in_time = _join(self.in_time, other.in_time)
        self.late = _join(self.late, other.late)
        _add(self.metrics, other.metrics)


@dataclass(slots=True)
class Day:
    """One local day: all of it, and its hours counted from midnight (a day may have 23 or 25).
    `hours` is None when only the whole day is kept any more."""

    total: dict[str, Aggregate] = field(default_factory=dict)
    hours: dict[int, Hour] | None = field(default_factory=dict)

    def add(self, other: "Day") -> None:
        """Take in what else was measured on this day."""
        _add(self.total, other.total)
        if self.hours is None or other.hours is None:
            self.hours = None
            return
        for index, hour in other.hours.items():
            self.hours.setdefault(index, Hour()).add(hour)


class LocalDays:
    """When local days begin and end. Remembers the last one, as neighbours are asked for."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._start = self._end = 0

    def start(self, at: Millis) -> Millis:
        """The local midnight before `at`."""
        if not self._start <= at < self._end:
            midnight = datetime.fromtimestamp(at / 1000, UTC).astimezone(self._zone)
            midnight = midnight.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
            self._start = round(midnight.timestamp() * 1000)
            self._end = round((midnight + timedelta(days=1)).timestamp() * 1000)
        return self._start


def fold(messages: Iterable[Telemetry], kind: Kind, days: LocalDays) -> dict[Millis, Day]:
    """The days of these messages of one device, by their beginning."""
    found: dict[Millis, Day] = {}

    def hour_of(message: Telemetry) -> tuple[Millis, int]:
        day = days.start(message.measured_at)
        return day, (message.measured_at - day) // HOUR_MS

    ordered = sorted(messages, key=lambda message: (message.measured_at, message.id))
    for (start, index), group in groupby(ordered, hour_of):
        hour = _fold_hour(list(group), kind)
        day = found.setdefault(start, Day())
        day.add(Day(dict(hour.metrics), {index: hour}))
    return found


def sample_of(message: Telemetry, metric: Metric) -> tuple[Sample, ...]:
    """The message's value of a metric, if it has one."""
    value = message.values.get(metric.name)
    if isinstance(value, int | float):
        return ((message.measured_at, +value),)  # yes and no become 1 and 0
    return ()


def dump_total(day: Day) -> str:
    """The whole day as JSON: an aggregate for each metric."""
    return orjson.dumps({name: dump(found) for name, found in day.total.items()}).decode()


def dump_hours(hours: Mapping[int, Hour]) -> str:
    """The hours as JSON. `spans` has hour, first and last message in time, first and last late;
    0 for none. `metrics` has for each metric the hour followed by its aggregate."""
    spans = [
        (index, *(hour.in_time or (0, 0)), *(hour.late or (0, 0)))
        for index, hour in sorted(hours.items())
    ]
    metrics: dict[str, list[list[float]]] = {}
    for index, hour in sorted(hours.items()):
        for name, aggregate in hour.metrics.items():
            metrics.setdefault(name, []).append([index, *dump(aggregate)])
    return orjson.dumps({"spans": spans, "metrics": metrics}).decode()


def load_total(stored: str) -> dict[str, Aggregate]:
    """What `dump_total` dumped."""
    return {name: load(numbers) for name, numbers in orjson.loads(stored).items()}


def load_hours(stored: str) -> dict[int, Hour]:
    """What `dump_hours` dumped."""
    known = orjson.loads(stored)
    hours = {
        index: Hour(Span(first, last) if last else None, Span(low, high) if high else None)
        for index, first, last, low, high in known["spans"]
    }
    for name, rows in known["metrics"].items():
        for index, *numbers in rows:
            hours[index].metrics[name] = load(numbers)
    return hours


def load_metric(stored: str, metric: str) -> list[tuple[int, Aggregate]]:
    """Of dumped hours only one metric, in order, which is much less work."""
    rows = orjson.loads(stored)["metrics"].get(metric, ())
    return [(index, load(numbers)) for index, *numbers in rows]


def load_spans(stored: str) -> list[tuple[int, Span]]:
    """Of dumped hours only where their messages are."""
    return [
        (index, Span(first, last))
        for index, *ids in orjson.loads(stored)["spans"]
        for first, last in (ids[:2], ids[2:])
        if last
    ]


def _fold_hour(messages: Sequence[Telemetry], kind: Kind) -> Hour:
    """`messages` come in order of measuring."""
    hour = Hour()
    for message in messages:
        span = Span(message.id, message.id)
        if message.received_at - message.measured_at > LATE_MS:
            hour.late = _join(hour.late, span)
        else:
            hour.in_time = _join(hour.in_time, span)
    for metric in kind.metrics:
        samples = [sample for message in messages for sample in sample_of(message, metric)]
        if samples:
            hour.metrics[metric.name] = gather(metric.shape, samples)
    return hour


def _join(one: Span | None, other: Span | None) -> Span | None:
    if one is None or other is None:
        return one or other
    return Span(min(one.first, other.first), max(one.last, other.last))


def _add(known: dict[str, Aggregate], more: Mapping[str, Aggregate]) -> None:
    for name, aggregate in more.items():
        before = known.get(name)
        known[name] = aggregate if before is None else merge(before, aggregate)
