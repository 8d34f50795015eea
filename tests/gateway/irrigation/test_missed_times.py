"""Times of a schedule at which the gateway was off, did not know the time, was held up, or whose
clock was set: each is told or caught up once, and none waters twice."""

import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.reading import Millis
from gateway.decisions import Explanation, Run
from gateway.irrigation.run import TAIL_MS
from tests.gateway.irrigation.grown_garden import DAY, HOUR, MINUTE, GrownGarden, local, tea

TODAY = local("2026-03-10 05:00")
SIX = local("2026-03-10 06:00")
NOON = local("2026-03-10 12:00")
WINDY, CALM = 9.0, 1.0
LEASE_L = 240 * TAIL_MS / 60_000
MORE = 20 if os.environ.get("HAMLET_FULL") else 1


def by_schedule(*at: str) -> GrownGarden:
    """Watered yesterday, as every day."""
    schedule = {"at": list(at or ("06:00",)), "depth_mm": 3}
    garden = GrownGarden(tea(mode="schedule", schedule=schedule), start=TODAY - DAY)
    garden.last_until(TODAY)
    return garden


def blow(garden: GrownGarden, wind_m_s: float) -> None:
    assert garden.weather
    garden.weather["wind_speed_m_s"] = wind_m_s


def off(garden: GrownGarden, until: Millis) -> None:
    garden.sleep((until - garden.now) // 1000)
    garden.kill()


def waterings(garden: GrownGarden, since: Millis = TODAY) -> list[Run]:
    return [run for run in garden.runs.values() if run.created_at >= since]


def missed(garden: GrownGarden) -> list[Explanation]:
    return [one for one in garden.said if one.inputs.get("cause") == "missed"]


def test_one_too_late_and_one_in_time() -> None:
    garden = by_schedule("06:00", "14:00")
    off(garden, local("2026-03-10 15:00"))
    garden.last_until(local("2026-03-10 22:00"))
    assert len(missed(garden)) == len(waterings(garden)) == 1
    assert "06:00" in missed(garden)[0].sentence.en


@pytest.mark.parametrize(("back_at", "waters"), [("06:30", True), ("09:00", False)])
def test_also_on_the_first_day(back_at: str, waters: bool) -> None:
    schedule = {"at": ["06:00"], "depth_mm": 3}
    garden = GrownGarden(tea(mode="schedule", schedule=schedule), start=TODAY)
    garden.last_until(TODAY + MINUTE)
    off(garden, local(f"2026-03-10 {back_at}"))
    garden.last_until(NOON)
    assert (len(waterings(garden)), len(missed(garden))) == (waters, not waters)


def test_of_two_in_time_one_is_caught_up() -> None:
    garden = by_schedule("06:00", "07:00")
    off(garden, local("2026-03-10 07:30"))
    garden.last_until(NOON)
    assert len(waterings(garden)) == 1


@pytest.mark.parametrize("wind", [WINDY, CALM])
def test_what_the_wind_holds_up_is_held_up_over_a_restart(wind: float) -> None:
    garden = by_schedule()
    blow(garden, WINDY)
    garden.last_until(SIX + 20 * MINUTE)
    garden.kill()
    blow(garden, wind)
    garden.last_until(NOON)
    garden.kill()
    garden.last_until(NOON + HOUR)
    assert len(waterings(garden)) == (wind == CALM)
    assert not missed(garden)


@pytest.mark.parametrize("by_s", [-3600, -300, 0, 300])
def test_or_when_the_clock_is_set(by_s: int) -> None:
    garden = by_schedule()
    blow(garden, WINDY)
    garden.last_until(SIX + 35 * MINUTE)
    garden.set_clock_by(by_s)
    blow(garden, CALM)
    garden.last_until(NOON)
    assert len(waterings(garden)) == 1


@pytest.mark.parametrize("by_s", [-10 * 3600, -3600, -300, 300, 3600])
def test_a_clock_that_is_set_finds_the_same_time_once(by_s: int) -> None:
    garden = by_schedule()
    garden.last_until(SIX + 35 * MINUTE)
    garden.set_clock_by(by_s)
    garden.last_until(garden.now + 11 * HOUR)
    assert len(waterings(garden, TODAY + min(by_s, 0) * 1000)) == 1


def test_a_clock_that_was_days_ahead_leaves_no_day_dry() -> None:
    garden = by_schedule()
    garden.set_clock_by(3 * 86_400)
    garden.last_until(garden.now + 2 * HOUR)
    garden.set_clock_by(-3 * 86_400)
    before = len(garden.runs)
    garden.last_until(garden.now + 2 * DAY)
    assert len(garden.runs) == before + 2


@pytest.mark.parametrize("known_after_min", [1, 50, 300])
@pytest.mark.parametrize("kills", [0, 1, 2])
def test_nobody_knows_the_time_after_the_power_cut(known_after_min: int, kills: int) -> None:
    garden = by_schedule()
    garden.clock_trusted = False
    off(garden, SIX + 20 * MINUTE)
    garden.set_clock_by(-45 * 60)
    known_at = garden.now + known_after_min * MINUTE
    for _ in range(kills):
        garden.last_until((garden.now + known_at) // 2)
        garden.kill()
    garden.last_until(known_at)
    garden.set_clock_by(45 * 60)
    garden.engine.clock_trusted = garden.clock_trusted = True
    garden.tick()
    for _ in range(kills):
        garden.last_until(garden.now + 3 * MINUTE)
        garden.kill()
    garden.last_until(local("2026-03-10 16:00"))
    late = known_after_min == 300
    assert (len(waterings(garden)), len(missed(garden))) == (not late, late)


DEEDS = st.one_of(
    st.tuples(st.just("live"), st.integers(1, 120)),
    st.tuples(st.sampled_from(["kill", "cut"]), st.sampled_from([0, 1, 20, 90])),
    st.tuples(st.just("set clock"), st.sampled_from([-90, -61, -10, -1, 1, 10, 61, 90])),
    st.tuples(st.just("wind"), st.sampled_from([WINDY, CALM])),
    st.tuples(st.sampled_from(["learn time", "die", "stop"]), st.just(0)),
    st.tuples(st.just("minutes"), st.sampled_from([3, 600])),
    st.tuples(st.just("asks"), st.booleans()),
)


@settings(deadline=None, max_examples=60 * MORE)
@given(before_min=st.integers(1, 90), deeds=st.lists(DEEDS, max_size=10))
def test_a_time_waters_once_whatever_happens(
    before_min: int, deeds: list[tuple[str, float]]
) -> None:
    schedule = {"at": ["06:00"], "depth_mm": 3}
    changes: dict[str, Any] = {"mode": "schedule", "schedule": schedule, "windows": []}
    garden = GrownGarden(tea(**changes), start=SIX - before_min * MINUTE)
    garden.last_until(garden.now + MINUTE)
    for what, number in deeds:
        match what:
            case "live":
                garden.last_until(garden.now + int(number) * MINUTE)
            case "kill" | "cut":
                garden.clock_trusted = what == "kill"
                garden.sleep(int(number) * 60)
                garden.kill()
            case "set clock":
                garden.set_clock_by(int(number) * 60)
            case "wind":
                blow(garden, number)
            case "learn time":
                garden.engine.clock_trusted = garden.clock_trusted = True
            case "die":
                garden.crash = True
                garden.live(2)
                garden.kill()
            case "stop":
                garden.save(garden.engine.stop("lo-1", "person:lan", garden.clock))
            case "minutes":
                changes["minutes_per_run_max"] = number
                garden.kill(tea(**changes))
            case "asks":
                changes["ask_first"] = number
                garden.kill(tea(**changes))
    garden.last_until(garden.now + 3 * HOUR)
    assert garden.flowed_l() <= 3 * 720 + LEASE_L
    assert len(missed(garden)) <= 1
