"""A day in hours: where its messages are, what they said, and when the day begins."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from devices.kinds import KINDS
from gateway.journal.aggregate import Counter, Gauge
from gateway.journal.chain import Telemetry
from gateway.journal.rollup import (
    DAY_MS,
    HOUR_MS,
    Day,
    Hour,
    LocalDays,
    Span,
    dump_hours,
    dump_total,
    fold,
    load_hours,
    load_metric,
    load_spans,
    load_total,
)
from tests.gateway.history_contract import MIDNIGHT
from tests.gateway.journal.recorder import ZONE

MINUTE_MS = 60_000


def message(id: int, at: int, came_after: int = 0, **values: object) -> Telemetry:
    return Telemetry(id, at, at + came_after, values)


def wifi_days(*messages: Telemetry) -> dict[int, Day]:
    return fold(messages, KINDS["wifi"], LocalDays(ZONE))


def test_messages_are_folded_by_local_day_and_hour() -> None:
    days = wifi_days(
        message(9, MIDNIGHT + DAY_MS, clients=5),
        message(7, MIDNIGHT + HOUR_MS + 1, clients=4, internet_ok=True),
        message(6, MIDNIGHT + HOUR_MS, clients=2, internet_ok=False, rx_bytes=20),
        message(4, MIDNIGHT, rx_bytes=10, unknown="x"),
    )
    assert list(days) == [MIDNIGHT, MIDNIGHT + DAY_MS]
    first = days[MIDNIGHT]
    assert first.hours is not None
    assert first.hours[0] == Hour(
        Span(4, 4), None, {"rx_bytes": Counter(1, MIDNIGHT, 10, MIDNIGHT, 10, 0)}
    )
    assert first.hours[1].in_time == Span(6, 7)
    assert first.hours[1].metrics["clients"] == Gauge(2, 6, 2, 4)
    assert first.hours[1].metrics["internet_ok"] == Gauge(2, 1, 0, 1)
    assert first.total["rx_bytes"] == Counter(2, MIDNIGHT, 10, MIDNIGHT + HOUR_MS, 20, 0)
    assert days[MIDNIGHT + DAY_MS].total == {"clients": Gauge(1, 5, 5, 5)}


def test_late_messages_do_not_widen_the_place_of_those_in_time() -> None:
    (day,) = wifi_days(
        message(900, MIDNIGHT + 2, came_after=3 * DAY_MS, clients=1),
        message(899, MIDNIGHT + 1, came_after=3 * DAY_MS, clients=1),
        message(12, MIDNIGHT + 9, clients=1),
        message(10, MIDNIGHT + 3, clients=1),
    ).values()
    stored = dump_hours(day.hours or {})
    assert load_spans(stored) == [(0, Span(10, 12)), (0, Span(899, 900))]


def test_a_day_comes_back_as_it_was_stored() -> None:
    (day,) = wifi_days(
        message(3, MIDNIGHT + 5 * HOUR_MS, clients=3, rtt_ms=20.25, rx_bytes=4),
        message(2, MIDNIGHT + MINUTE_MS, clients=3, rtt_ms=30.5, rx_bytes=100),
        message(1, MIDNIGHT, came_after=2 * HOUR_MS, clients=3, rx_bytes=50),
    ).values()
    stored = dump_hours(day.hours or {})
    assert Day(load_total(dump_total(day)), load_hours(stored)) == day
    assert load_metric(stored, "rtt_ms") == [
        (0, Gauge(1, 30.5, 30.5, 30.5)),
        (5, Gauge(1, 20.25, 20.25, 20.25)),
    ]
    assert load_metric(stored, "loss_pct") == []


def test_a_day_whose_hours_were_dropped_still_takes_what_comes_late() -> None:
    (day,) = wifi_days(message(1, MIDNIGHT, clients=3)).values()
    old = Day({"clients": Gauge(2, 2, 1, 1)}, None)
    old.add(day)
    assert old == Day({"clients": Gauge(3, 5, 1, 3)}, None)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Asia/Ho_Chi_Minh", "2026-11-22", 24),
        ("Asia/Kolkata", "2026-02-28", 24),
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Europe/Berlin", "2024-02-29", 24),
        ("UTC", "2026-12-31", 24),
    ],
)
def test_local_days_are_as_long_as_they_are(zone: str, day: str, hours: int) -> None:
    midnight = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    start = round(midnight.timestamp() * 1000)
    days = LocalDays(ZoneInfo(zone))
    for at in (start, start + hours * HOUR_MS - 1, start + HOUR_MS):
        assert days.start(at) == start
        assert LocalDays(ZoneInfo(zone)).start(at) == start
    assert days.start(start + hours * HOUR_MS) == start + hours * HOUR_MS
    assert days.start(start - 1) < start
