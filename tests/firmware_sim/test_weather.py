from datetime import UTC, datetime
from itertools import pairwise

import pytest

from firmware_sim.air import SLOT_MS
from firmware_sim.climate import DRY_MONTH, WET_MONTH, Climate
from firmware_sim.weather import Sky
from tests.firmware_sim.small_hamlet import DAY, HOUR, START

PLACE = (21.72, 105.74, 60.0)


def sky(seed: int = 1, now: int = START) -> Sky:
    return Sky(Climate(seed, place=PLACE, timezone="Asia/Ho_Chi_Minh"), now)


def sums(of: Sky) -> tuple[float, float, float]:
    return of.sun_wh_m2, of.rain_mm, of.evaporation_mm


def test_sums_do_not_depend_on_how_often_one_looks() -> None:
    often, seldom = sky(), sky()
    for now in range(START, START + 2 * DAY, 77_000):
        often.advance(now)
    often.advance(START + 2 * DAY)
    seldom.advance(START + 2 * DAY)
    assert sums(often) == pytest.approx(sums(seldom))
    assert often.air == seldom.air


def test_weather_follows_from_seed_and_date_alone() -> None:
    passed, fresh = sky(), sky(now=START + 3 * DAY)
    passed.advance(START + 3 * DAY)
    assert passed.air == fresh.air
    assert sky(seed=2, now=START + 3 * DAY).air != fresh.air


def test_a_clock_set_back_changes_nothing() -> None:
    here = sky()
    here.advance(START + HOUR)
    before = sums(here)
    here.advance(START)
    assert sums(here) == before


def test_sun_shines_by_day_only() -> None:
    here = sky()
    for now in range(START, START + 2 * DAY, SLOT_MS):
        here.advance(now)
        air = here.air
        assert (air.sun_w_m2 > 0) == (air.elevation_deg > 0)
        assert not (air.night and air.sun_w_m2)
        if 8 <= air.hour <= 16:
            assert not air.night
        if air.hour < 5 or air.hour > 19:
            assert air.night


@pytest.mark.parametrize(
    ("offset", "warmth", "rain"),
    [(60, (11, 22), (0, 4)), (240, (25, 32), (4, 30))],
    ids=["January", "July"],
)
def test_a_month_is_like_the_climate(
    offset: int, warmth: tuple[int, int], rain: tuple[int, int]
) -> None:
    """Loose bounds on 24 days of six years: what a person would notice as wrong."""
    temperatures: list[float] = []
    rainfall: list[float] = []
    for seed in range(6):
        here = sky(seed, START + offset * DAY)
        for hour in range(4 * 24):
            here.advance(START + offset * DAY + hour * HOUR)
            temperatures.append(here.air.temperature_c)
            assert 0 <= here.air.humidity_pct <= 100
            assert 95 < here.air.pressure_kpa < 105
            assert 0 <= here.air.wind_m_s < 20
            assert 0 <= here.air.sun_w_m2 < 1100
        rainfall.append(here.rain_mm / 4)
    assert warmth[0] < sum(temperatures) / len(temperatures) < warmth[1]
    assert rain[0] < sum(rainfall) / len(rainfall) < rain[1]


def test_no_jump_at_midnight() -> None:
    """Days differ in character, but one flows into the next."""
    here = sky()
    temperatures = []
    for now in range(START, START + 10 * DAY, SLOT_MS):
        here.advance(now)
        if not here.air.rain_mm_h:
            temperatures.append(here.air.temperature_c)
    assert max(abs(a - b) for a, b in pairwise(temperatures)) < 2.5


def test_next_local_hour_is_ahead_and_right() -> None:
    here = sky()
    assert here.next_local(START, 17) == START + 10 * HOUR
    assert here.next_local(START, 5) == START + 22 * HOUR
    assert here.next_local(START, 7) == START + DAY  # it is seven just now


def test_continues_from_what_was_saved() -> None:
    one = sky()
    one.advance(START + DAY)
    other = sky(now=START + DAY)
    other.load(one.save())
    for here in (one, other):
        here.advance(START + 2 * DAY)
    assert sums(one) == pytest.approx(sums(other))
    assert one.soil_c == pytest.approx(other.soil_c)


@pytest.mark.parametrize(("month", "falls"), [(DRY_MONTH, (0.1, 0.9)), (WET_MONTH, (1.8, 5.0))])
def test_the_dry_month_brings_less_than_the_plants_want_and_the_wet_one_more(
    month: int, falls: tuple[float, float]
) -> None:
    rain = thirst = 0.0
    for seed in range(6):
        here = sky(seed, int(datetime(2026, month, 1, tzinfo=UTC).timestamp() * 1000))
        here.advance(here.now + 30 * DAY)
        rain, thirst = rain + here.rain_mm, thirst + here.evaporation_mm
    assert falls[0] < rain / thirst < falls[1]
