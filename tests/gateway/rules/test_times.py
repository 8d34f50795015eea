"""Times of day, schedules and opening hours, compared with a search second by second or by hand."""

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.reading import Millis
from gateway.hamlet_time import HamletTime, Sun, TimeOfDay
from gateway.rules.only import Only
from gateway.schedule import Cron, Daily, Schedule

HERE = HamletTime(ZoneInfo("Asia/Ho_Chi_Minh"), 21.72, 105.74)
BERLIN = HamletTime(ZoneInfo("Europe/Berlin"), 52.5, 13.4)
NORTH_CAPE = HamletTime(ZoneInfo("Europe/Oslo"), 71.2, 25.8)
MINUTE = 60_000
DAY = 86_400_000


def at(text: str, here: HamletTime = HERE) -> Millis:
    return round(datetime.fromisoformat(text).replace(tzinfo=here.zone).timestamp() * 1000)


def show(moment: Millis | None, here: HamletTime = HERE) -> str | None:
    return None if moment is None else here.local(moment).strftime("%Y-%m-%d %H:%M")


TIMES = st.one_of(
    st.builds(TimeOfDay, st.integers(0, 1439)),
    st.builds(TimeOfDay, st.integers(-360, 360), st.sampled_from(Sun)),
)
MOMENTS = st.integers(at("2026-01-01"), at("2027-12-31"))
ONLY = st.builds(
    Only,
    st.one_of(st.none(), st.tuples(TIMES, TIMES).filter(lambda both: both[0] != both[1])),
    st.frozensets(st.integers(0, 6)),
    st.frozensets(st.integers(1, 12)),
)
PLACES = st.sampled_from([HERE, BERLIN])


def test_the_sun_of_the_hamlet() -> None:
    sunrise = HERE.next(TimeOfDay(0, Sun.RISE), at("2026-06-21"))
    sunset = HERE.next(TimeOfDay(0, Sun.SET), at("2026-06-21"))
    assert show(sunrise) == "2026-06-21 05:15"
    assert show(sunset) == "2026-06-21 18:42"


def test_half_an_hour_before_sunset() -> None:
    found = HERE.next(TimeOfDay(-30, Sun.SET), at("2026-06-21 18:13"))
    assert show(found) == "2026-06-22 18:12"


@given(MOMENTS, PLACES)
def test_it_is_night_from_sunset_to_sunrise(moment: Millis, here: HamletTime) -> None:
    change = here.next_twilight(moment)
    assert change is not None
    assert here.is_night(change) is not here.is_night(change - 1)
    assert here.is_night(change - 1) is here.is_night(moment)


@given(MOMENTS, PLACES)
def test_the_hour_changes_when_it_is_said_to(moment: Millis, here: HamletTime) -> None:
    change = here.next_hour(moment)
    assert moment < change <= moment + 60 * MINUTE
    assert here.hour(change - 1) == here.hour(moment)
    assert here.local(change).minute == 0


def test_near_the_pole_the_sun_may_not_set() -> None:
    midsummer, midwinter = at("2026-06-21", NORTH_CAPE), at("2026-12-21", NORTH_CAPE)
    assert not NORTH_CAPE.is_night(midsummer)
    assert NORTH_CAPE.is_night(midwinter)
    sunset = NORTH_CAPE.next(TimeOfDay(0, Sun.SET), midsummer)
    assert sunset is not None
    assert sunset > midsummer + 20 * DAY
    night = Only((TimeOfDay(0, Sun.SET), TimeOfDay(0, Sun.RISE)))
    assert not night.is_open(midsummer, NORTH_CAPE)


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        (Daily((TimeOfDay(390),)), "2026-03-01 06:29", "2026-03-01 06:30"),
        (Daily((TimeOfDay(390),)), "2026-03-01 06:30", "2026-03-02 06:30"),
        (Daily((TimeOfDay(390), TimeOfDay(60))), "2026-03-01 06:30", "2026-03-02 01:00"),
        (Cron("0 6 * * mon-fri"), "2026-03-06 06:00", "2026-03-09 06:00"),
        (Cron("*/15 * * * *"), "2026-03-06 06:01", "2026-03-06 06:15"),
        (Cron("0 0 29 2 *"), "2026-03-06 06:01", "2028-02-29 00:00"),
    ],
)
def test_the_next_moment(schedule: Schedule, after: str, expected: str) -> None:
    assert show(schedule.next(at(after), HERE)) == expected


@pytest.mark.parametrize("schedule", [Daily((TimeOfDay(150),)), Cron("30 2 * * *")])
def test_summer_time_neither_loses_nor_doubles_a_moment(schedule: Schedule) -> None:
    for begin in ("2026-03-28 12:00", "2026-10-24 12:00"):
        moment, days = at(begin, BERLIN), []
        for _ in range(3):
            found = schedule.next(moment, BERLIN)
            assert found is not None
            moment = found
            days.append(BERLIN.day(moment))
        assert [later - earlier for earlier, later in pairwise(days)] == [timedelta(days=1)] * 2


@given(st.one_of(TIMES.map(lambda one: Daily((one,))), st.just(Cron("7 */5 * * *"))), MOMENTS)
def test_moments_come_one_after_the_other(schedule: Schedule, moment: Millis) -> None:
    first = schedule.next(moment, BERLIN)
    assert first is not None
    assert first > moment
    assert schedule.next(first - 1, BERLIN) == first


@pytest.mark.parametrize(
    ("only", "moment", "expected"),
    [
        (Only((TimeOfDay(1320), TimeOfDay(300))), "2026-03-02 21:59", False),
        (Only((TimeOfDay(1320), TimeOfDay(300))), "2026-03-02 22:00", True),
        (Only((TimeOfDay(1320), TimeOfDay(300))), "2026-03-02 04:59", True),
        (Only((TimeOfDay(1320), TimeOfDay(300))), "2026-03-02 05:00", False),
        (Only((TimeOfDay(300), TimeOfDay(1320))), "2026-03-02 05:00", True),
        (Only(weekdays=frozenset({4})), "2026-03-06 23:59", True),
        (Only(weekdays=frozenset({4})), "2026-03-07 00:00", False),
        (Only(months=frozenset({3})), "2026-02-28 23:59", False),
        (Only(months=frozenset({3})), "2026-03-01 00:00", True),
        (
            Only((TimeOfDay(1320), TimeOfDay(300)), frozenset({4})),
            "2026-03-07 04:59",
            True,
        ),
        (
            Only((TimeOfDay(1320), TimeOfDay(300)), frozenset({4})),
            "2026-03-06 04:59",
            False,
        ),
        (Only((TimeOfDay(0, Sun.SET), TimeOfDay(0, Sun.RISE))), "2026-03-06 23:00", True),
        (Only((TimeOfDay(0, Sun.SET), TimeOfDay(0, Sun.RISE))), "2026-03-06 12:00", False),
    ],
)
def test_when_a_rule_is_open(only: Only, moment: str, expected: bool) -> None:
    assert only.is_open(at(moment), HERE) is expected


@settings(max_examples=200, deadline=None)
@given(ONLY, MOMENTS, PLACES, st.integers(0, 100))
def test_between_two_edges_nothing_opens_or_closes(
    only: Only, moment: Millis, here: HamletTime, share: int
) -> None:
    edge = only.next_edge(moment, here)
    end = moment + 400 * DAY if edge is None else edge
    assert end > moment
    between = moment + (end - 1 - moment) * share // 100
    assert only.is_open(between, here) is only.is_open(moment, here)
