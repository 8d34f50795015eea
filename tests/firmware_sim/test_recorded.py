"""Days of a record keep their sums and extremes, whatever course they take."""

import math
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.air import SLOT_MS, Air
from firmware_sim.recorded import (
    SHOWER_MAX_H,
    SHOWER_MM_H,
    DayRecord,
    RecordedWeather,
    RecordError,
)
from firmware_sim.weather import Sky
from tests.firmware_sim.small_hamlet import DAY

PLACE = (21.72, 105.74, 60.0)
HANOI = "Asia/Ho_Chi_Minh"
FIRST = date(2026, 3, 27)
FAIR = DayRecord(FIRST, 18.0, 28.0, 17.0, 18.0, 1.6, 0.0)


def record(*days: DayRecord) -> list[DayRecord]:
    return [replace(day, day=FIRST + timedelta(days=number)) for number, day in enumerate(days)]


def weather(
    days: list[DayRecord],
    place: tuple[float, float, float] = PLACE,
    zone: str = HANOI,
    seed: int = 1,
) -> RecordedWeather:
    return RecordedWeather(days, seed, place=place, timezone=zone)


def midnight(day: date, zone: str = HANOI) -> int:
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp() * 1000)


def course(of: RecordedWeather, day: date, zone: str = HANOI) -> list[Air]:
    end = midnight(day + timedelta(days=1), zone)
    return [of.air(start) for start in range(midnight(day, zone), end, SLOT_MS)]


days = st.builds(
    lambda low, span, dew, sun, wind, rain: DayRecord(
        FIRST, low, low + span, low + dew, sun, wind, rain
    ),
    low=st.floats(-5, 30),
    span=st.floats(0, 20),
    dew=st.floats(-10, 8),
    sun=st.floats(0, 32),
    wind=st.floats(0, 8),
    rain=st.one_of(st.just(0.0), st.floats(0.1, 300)),
)


@settings(max_examples=25)
@given(
    these=st.lists(days, min_size=1, max_size=3),
    zone=st.sampled_from([HANOI, "Europe/Berlin"]),  # with a day of 23 hours among them
    seed=st.integers(0, 5),
)
def test_every_day_is_what_the_record_says(these: list[DayRecord], zone: str, seed: int) -> None:
    written = record(*these)
    played = weather(written, zone=zone, seed=seed)
    sky = Sky(played, midnight(FIRST, zone))
    for each in written:
        sun, rain = sky.sun_wh_m2, sky.rain_mm
        sky.advance(midnight(each.day + timedelta(days=1), zone))
        assert (sky.sun_wh_m2 - sun) * 0.0036 == pytest.approx(each.solar_mj_m2)
        assert sky.rain_mm - rain == pytest.approx(each.rain_mm)
        airs = course(played, each.day, zone)
        temperatures = [air.temperature_c for air in airs]
        assert min(temperatures) == pytest.approx(each.tmin_c)
        assert max(temperatures) == pytest.approx(each.tmax_c)
        assert sum(air.wind_m_s for air in airs) / len(airs) == pytest.approx(each.wind_m_s)
        assert all(0 < air.humidity_pct <= 100 for air in airs)
        assert all(air.sun_w_m2 == 0 for air in airs if air.elevation_deg <= 0)


@pytest.mark.parametrize(
    ("rain_mm", "least_h", "most_h"), [(0.5, 0, 0.3), (8, 2, 2.2), (150, 9.9, SHOWER_MAX_H)]
)
def test_more_rain_lasts_longer_and_then_falls_harder(
    rain_mm: float, least_h: float, most_h: float
) -> None:
    airs = course(weather(record(replace(FAIR, rain_mm=rain_mm))), FIRST)
    wet = [air.rain_mm_h for air in airs if air.rain_mm_h]
    assert least_h <= len(wet) / 12 <= most_h
    assert max(wet) <= max(SHOWER_MM_H, rain_mm / SHOWER_MAX_H) * (1 + 1e-9)


def test_one_night_flows_into_the_next_day() -> None:
    played = weather(record(FAIR, replace(FAIR, tmin_c=20.0, tmax_c=31.0), FAIR))
    temperatures = [
        air.temperature_c
        for number in range(3)
        for air in course(played, FIRST + timedelta(days=number))
    ]
    jumps = [abs(b - a) for a, b in pairwise(temperatures)]
    assert max(jumps) < 1.5


def test_outside_of_its_days_the_nearest_one_goes_on() -> None:
    played = weather(record(FAIR, replace(FAIR, tmax_c=35.0)))
    for day, warmest in ((FIRST - timedelta(days=9), 28), (FIRST + timedelta(days=9), 35)):
        airs = course(played, day)
        assert max(air.temperature_c for air in airs) == pytest.approx(warmest)


@pytest.mark.parametrize(
    ("broken", "complaint"),
    [
        ([], "no days"),
        ([FAIR, FAIR], "2026-03-28 should be here"),
        ([replace(FAIR, tmin_c=30.0)], "minimum is above"),
        ([replace(FAIR, rain_mm=-1.0)], "below zero"),
        ([replace(FAIR, wind_m_s=math.nan)], "missing"),
    ],
)
def test_what_cannot_be_played_is_refused(broken: list[DayRecord], complaint: str) -> None:
    with pytest.raises(RecordError, match=complaint):
        weather(broken)


@pytest.mark.parametrize(
    ("place", "zone", "day", "published_mm"),
    [
        # FAO-56, examples 17 (Bangkok), 18 (Uccle) and 20 (Lyon), whose vapour is the dew point's.
        (
            (13.73, 100.5, 2.0),
            "Asia/Bangkok",
            DayRecord(date(2026, 4, 15), 25.6, 34.8, 23.2, 22.65, 2.0, 0.0),
            5.72,
        ),
        (
            (50.80, 4.35, 100.0),
            "Europe/Brussels",
            DayRecord(date(2026, 7, 6), 12.3, 21.5, 12.07, 22.07, 2.078, 0.0),
            3.88,
        ),
        (
            (45.72, 5.08, 200.0),
            "Europe/Paris",
            DayRecord(date(2026, 7, 15), 14.8, 26.6, 14.8, 22.29, 2.0, 0.0),
            4.56,
        ),
    ],
)
def test_the_plants_are_as_thirsty_as_published(
    place: tuple[float, float, float], zone: str, day: DayRecord, published_mm: float
) -> None:
    """Hours of a made-up course cannot give the sum of the day exactly."""
    sky = Sky(weather([day], place=place, zone=zone), midnight(day.day, zone))
    sky.advance(sky.now + DAY)
    assert sky.evaporation_mm == pytest.approx(published_mm, rel=0.12)


def test_air_over_a_dew_point_that_cannot_be_is_saturated() -> None:
    airs = course(weather(record(replace(FAIR, dew_point_c=26.0))), FIRST)
    assert max(air.humidity_pct for air in airs) == 100
