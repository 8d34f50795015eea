"""Uptime leaves the unknown out of the share and says so by its coverage."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.reading import Millis
from gateway.decisions import State
from gateway.health.uptime import Uptime, days, nights, uptime

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
HOUR = 3_600_000


@dataclass(frozen=True)
class Change:
    since: Millis
    state: State


UP, DOWN, UNKNOWN = State.UP, State.DOWN, State.UNKNOWN


@pytest.mark.parametrize(
    ("changes", "windows", "spent"),
    [
        ([], [(0, 10)], (0, 0, 10)),
        ([Change(0, UP)], [(0, 10)], (10, 0, 0)),
        ([Change(-50, UP)], [(0, 10)], (10, 0, 0)),
        ([Change(4, UP)], [(0, 10)], (6, 0, 4)),
        ([Change(4, UP), Change(7, DOWN)], [(0, 10)], (3, 3, 4)),
        ([Change(4, UP), Change(10, DOWN)], [(0, 10)], (6, 0, 4)),
        ([Change(0, UP), Change(5, DOWN)], [(0, 2), (4, 6)], (3, 1, 0)),
        ([Change(0, UP), Change(5, UNKNOWN), Change(5, DOWN)], [(0, 10)], (5, 5, 0)),
        ([Change(0, UP)], [(7, 7)], (0, 0, 0)),
    ],
)
def test_the_time_in_each_state(
    changes: list[Change], windows: list[tuple[int, int]], spent: tuple[int, int, int]
) -> None:
    assert uptime(changes, windows) == Uptime(*spent)


def test_the_unknown_counts_neither_way() -> None:
    found = Uptime(up_ms=60, down_ms=20, unknown_ms=20)
    assert found.ratio == 0.75
    assert found.coverage == pytest.approx(0.8)
    assert not found.sufficient
    assert found.bounds == (0.6, 0.8)


def test_nothing_known_is_no_figure() -> None:
    assert Uptime(unknown_ms=5).ratio is None
    assert not Uptime(unknown_ms=5).sufficient
    assert Uptime().bounds == (0.0, 1.0)


def test_uptimes_of_devices_add_up() -> None:
    assert Uptime(1, 2, 3) + Uptime(10, 20, 30) == Uptime(11, 22, 33)


@given(
    changes=st.lists(st.tuples(st.integers(-20, 60), st.sampled_from(State)), max_size=8),
    edges=st.sets(st.integers(0, 50), max_size=8),
)
def test_it_agrees_with_counting_every_millisecond(
    changes: list[tuple[int, State]], edges: set[int]
) -> None:
    ordered = [Change(*change) for change in sorted(changes, key=lambda change: change[0])]
    windows = list(pairwise(sorted(edges)))[::2]
    counted = dict.fromkeys(State, 0)
    for start, end in windows:
        for at in range(start, end):
            before = [change.state for change in ordered if change.since <= at]
            counted[before[-1] if before else UNKNOWN] += 1
    assert uptime(ordered, windows) == Uptime(counted[UP], counted[DOWN], counted[UNKNOWN])


def test_a_day_begins_at_local_midnight() -> None:
    (day,) = days(VIETNAM, date(2026, 11, 22), 1)
    assert datetime.fromtimestamp(day[0] / 1000, UTC).isoformat() == "2026-11-21T17:00:00+00:00"
    assert day[1] - day[0] == 24 * HOUR


@pytest.mark.parametrize(
    ("first", "shown"),
    [
        (date(2028, 2, 28), ["28.02.", "29.02.", "01.03."]),
        (date(2027, 2, 27), ["27.02.", "28.02.", "01.03."]),
        (date(2026, 12, 30), ["30.12.", "31.12.", "01.01."]),
        (date(2026, 4, 29), ["29.04.", "30.04.", "01.05."]),
    ],
)
def test_days_follow_each_other_over_the_ends_of_months(first: date, shown: list[str]) -> None:
    found = days(VIETNAM, first, 3)
    starts = [datetime.fromtimestamp(start / 1000, VIETNAM) for start, _ in found]
    assert [start.strftime("%d.%m.") for start in starts] == shown
    assert [(end - start) for start, end in found] == [24 * HOUR] * 3
    assert all(before[1] == after[0] for before, after in pairwise(found))


def test_a_day_with_a_clock_change_has_its_own_length() -> None:
    lengths = [end - start for start, end in days(ZoneInfo("Europe/Paris"), date(2026, 3, 28), 2)]
    assert lengths == [24 * HOUR, 23 * HOUR]


def test_a_night_lasts_from_dusk_to_the_next_dawn() -> None:
    found = nights(21.72, 105.74, VIETNAM, date(2026, 11, 20), 3)
    for number, (dusk, dawn) in enumerate(found):
        evening = datetime.fromtimestamp(dusk / 1000, VIETNAM)
        morning = datetime.fromtimestamp(dawn / 1000, VIETNAM)
        assert (evening.day, evening.hour) == (20 + number, 17)
        assert (morning.day, morning.hour) == (21 + number, 6)


def test_where_the_sun_does_not_set_there_is_no_night() -> None:
    assert nights(69.6, 18.9, ZoneInfo("Europe/Oslo"), date(2026, 6, 20), 2) == []
