"""The worked examples of FAO-56, with the quantities between input and result."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from math import isfinite
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.agronomy import air, radiation
from gateway.agronomy.estimates import ESTIMATED, HUMID_INLAND, Climate, Estimate
from gateway.agronomy.hourly import hourly_et
from gateway.agronomy.reference import (
    Method,
    hargreaves_et,
    hourly_penman_monteith,
    penman_monteith,
    reference_et,
)
from gateway.agronomy.weather_day import DailyWeather, HourlyWeather, Station

UCCLE = Station(latitude=50.80, altitude_m=100, wind_height_m=10)
UCCLE_DAY = DailyWeather(
    date(2015, 7, 6),
    tmax_c=21.5,
    tmin_c=12.3,
    rh_max_pct=84,
    rh_min_pct=63,
    wind_m_s=10 / 3.6,
    sunshine_h=9.25,
)
LYON = Station(latitude=45.72, altitude_m=200)
LYON_DAY = DailyWeather(date(2015, 7, 15), tmax_c=26.6, tmin_c=14.8)


def test_the_air() -> None:
    assert air.pressure(1800) == pytest.approx(81.8, abs=0.05)  # example 2
    assert air.psychrometric_constant(81.8) == pytest.approx(0.054, abs=5e-4)
    assert air.saturation_vapour_pressure(24.5) == pytest.approx(3.075, abs=5e-4)  # example 3
    assert air.saturation_vapour_pressure(15.0) == pytest.approx(1.705, abs=5e-4)
    assert air.mean_saturation_vapour_pressure(24.5, 15) == pytest.approx(2.39, abs=5e-3)
    from_both = air.vapour_pressure_from_rh_extremes(25, 18, 82, 54)  # example 5
    assert from_both == pytest.approx(1.70, abs=5e-3)
    assert air.vapour_pressure_from_rh_max(18, 82) == pytest.approx(1.69, abs=5e-3)
    assert air.vapour_pressure_from_rh_mean(25, 18, 68) == pytest.approx(1.78, abs=5e-3)
    assert air.wind_at_2m(3.2, 10) == pytest.approx(2.4, abs=0.05)  # example 14
    assert air.wind_at_2m(3.2, 2) == 3.2


def test_wind_is_not_measured_in_the_grass() -> None:
    with pytest.raises(ValueError, match=r"not measured at 0\.1 m"):
        air.wind_at_2m(3.2, 0.1)


@pytest.mark.parametrize(
    ("latitude", "day_of_year", "ra"),
    [
        (-20, 246, 32.2),  # example 8
        (21.59, 15, 25.9),
        (21.59, 105, 37.8),
        (21.59, 196, 39.6),
        (21.59, 288, 31.1),
    ],
)
def test_extraterrestrial_radiation(latitude: float, day_of_year: int, ra: float) -> None:
    sun = radiation.sun_of(latitude, day_of_year)
    assert radiation.extraterrestrial_radiation(sun) == pytest.approx(ra, abs=0.06)


def test_sunshine_of_rio() -> None:  # examples 9 and 10
    sun = radiation.sun_of(-22.90, 135)
    assert radiation.daylight_hours(sun) == pytest.approx(10.9, abs=0.05)
    ra = radiation.extraterrestrial_radiation(sun)
    assert ra == pytest.approx(25.1, abs=0.05)
    rs = radiation.radiation_from_sunshine(ra, 220 / 31, 10.9)
    assert rs == pytest.approx(14.5, abs=0.05)
    rso = radiation.clear_sky_radiation(ra, 0)
    assert rso == pytest.approx(18.8, abs=0.05)
    rnl = radiation.net_longwave(25.1, 19.1, 2.1, rs / rso)  # example 11
    assert rnl == pytest.approx(3.5, abs=0.05)
    assert radiation.net_shortwave(rs) == pytest.approx(11.1, abs=0.05)


def test_example_17_bangkok_in_april() -> None:
    sun = radiation.sun_of(13 + 44 / 60, 105)
    ra = radiation.extraterrestrial_radiation(sun)
    assert ra == pytest.approx(38.06, abs=0.005)
    daylight = radiation.daylight_hours(sun)
    assert daylight == pytest.approx(12.31, abs=0.005)
    rs = radiation.radiation_from_sunshine(ra, 8.5, daylight)
    assert rs == pytest.approx(22.65, abs=0.01)
    rso = radiation.clear_sky_radiation(ra, 2)
    assert rso == pytest.approx(28.54, abs=0.01)
    loss = radiation.net_longwave(34.8, 25.6, 2.85, radiation.clearness(rs, rso))
    assert loss == pytest.approx(3.11, abs=0.005)
    rn = radiation.net_shortwave(rs) - loss
    assert rn == pytest.approx(14.33, abs=0.01)
    et0 = penman_monteith(
        mean_c=30.2,
        rn=rn,
        soil_heat=0.14,
        u2=2.0,
        es=air.mean_saturation_vapour_pressure(34.8, 25.6),
        ea=2.85,
        gamma=air.psychrometric_constant(air.pressure(2)),
    )
    assert et0 == pytest.approx(5.72, abs=0.005)


def test_example_18_uccle() -> None:
    assert UCCLE_DAY.day.timetuple().tm_yday == 187
    sun = radiation.sun_of(UCCLE.latitude, 187)
    ra = radiation.extraterrestrial_radiation(sun)
    assert ra == pytest.approx(41.09, abs=0.005)
    rs = radiation.radiation_from_sunshine(ra, 9.25, radiation.daylight_hours(sun))
    assert rs == pytest.approx(22.07, abs=0.005)
    rso = radiation.clear_sky_radiation(ra, 100)
    ea = air.vapour_pressure_from_rh_extremes(21.5, 12.3, 84, 63)
    assert ea == pytest.approx(1.409, abs=5e-4)
    loss = radiation.net_longwave(21.5, 12.3, ea, radiation.clearness(rs, rso))
    assert loss == pytest.approx(3.71, abs=0.005)
    assert radiation.net_shortwave(rs) - loss == pytest.approx(13.28, abs=0.005)
    assert air.wind_at_2m(10 / 3.6, 10) == pytest.approx(2.078, abs=5e-4)
    et0 = reference_et(UCCLE_DAY, UCCLE)
    assert et0 is not None
    assert et0.mm == pytest.approx(3.88, abs=0.005)
    assert (et0.method, et0.estimates) == (
        Method.PENMAN_MONTEITH,
        (Estimate.RADIATION_FROM_SUNSHINE,),
    )


def test_example_20_lyon_with_temperatures_alone() -> None:
    et0 = reference_et(LYON_DAY, LYON)
    assert et0 is not None
    assert et0.mm == pytest.approx(4.56, abs=0.005)
    assert et0.estimates == (
        Estimate.RADIATION_FROM_TEMPERATURES,
        Estimate.HUMIDITY_FROM_TMIN,
        Estimate.WIND_ASSUMED,
    )
    second = hargreaves_et(LYON_DAY, LYON)
    assert second is not None
    assert second.mm == pytest.approx(5.0, abs=0.05)
    assert second.method is Method.HARGREAVES


def hour_of_ndiaye(*, mean_c: float, rh_pct: float, u2: float, rs: float, clear: float) -> float:
    ea = air.saturation_vapour_pressure(mean_c) * rh_pct / 100
    rn = radiation.net_shortwave(rs) - radiation.hourly_net_longwave(mean_c, ea, clear)
    return hourly_penman_monteith(
        mean_c=mean_c,
        rn=rn,
        soil_heat=radiation.hourly_soil_heat(rn),
        u2=u2,
        es=air.saturation_vapour_pressure(mean_c),
        ea=ea,
        gamma=air.psychrometric_constant(air.pressure(8)),
    )


def test_example_19_ndiaye_by_the_hour() -> None:
    sun = radiation.sun_of(16 + 13 / 60, 274)
    # The example counts 15° W as the centre of the clock's zone, and the place 1.25° west of it.
    when = radiation.solar_hour(datetime(2015, 10, 1, 14, 30, tzinfo=UTC), -1.25)
    ra = radiation.hourly_extraterrestrial_radiation(sun, when)
    assert ra == pytest.approx(3.543, abs=1e-3)
    rso = radiation.clear_sky_radiation(ra, 8)
    assert rso == pytest.approx(2.658, abs=1e-3)
    clear = radiation.clearness(2.450, rso)
    assert clear == pytest.approx(0.922, abs=1e-3)
    by_day = hour_of_ndiaye(mean_c=38, rh_pct=52, u2=3.3, rs=2.450, clear=clear)
    assert by_day == pytest.approx(0.63, abs=0.005)
    by_night = hour_of_ndiaye(mean_c=28, rh_pct=90, u2=1.9, rs=0, clear=0.8)
    assert by_night == pytest.approx(0.0, abs=0.005)


def test_example_19_from_the_hour_itself() -> None:
    hour = HourlyWeather(datetime(2015, 10, 1, 14, tzinfo=UTC), 38, 52, 3.3, 2.450 / 0.0036)
    et0 = hourly_et(hour, Station(16 + 13 / 60, 8), -1.25)
    assert et0 is not None
    assert et0.mm == pytest.approx(0.63, abs=0.005)
    assert et0.clearness == pytest.approx(0.922, abs=1e-3)


def test_the_sky_of_the_evening_stays_for_the_night() -> None:
    night = HourlyWeather(datetime(2015, 10, 1, 2, tzinfo=UTC), 28, 90, 1.9, 0)
    et0 = hourly_et(night, Station(16 + 13 / 60, 8), -1.25, clearness_before=0.8)
    assert et0 is not None
    assert et0.mm == pytest.approx(0.0, abs=0.005)
    assert et0.clearness == 0.8


def test_an_hour_of_which_something_is_missing_is_unknown() -> None:
    hour = HourlyWeather(datetime(2015, 10, 1, 14, tzinfo=UTC), 38, 52, None, 700)
    assert hourly_et(hour, LYON, 0) is None


@pytest.mark.parametrize("latitude", [-66.0, -20.0, 0.0, 21.6, 50.0, 69.0])
@pytest.mark.parametrize("day_of_year", [1, 80, 172, 266, 355])
def test_the_hours_of_sun_add_up_to_the_day(latitude: float, day_of_year: int) -> None:
    sun = radiation.sun_of(latitude, day_of_year)
    hours = [radiation.hourly_extraterrestrial_radiation(sun, hour + 0.5) for hour in range(24)]
    assert sum(hours) == pytest.approx(radiation.extraterrestrial_radiation(sun))


def test_without_temperatures_nothing_is_known() -> None:
    day = DailyWeather(date(2015, 7, 15), tmax_c=26.6, solar_mj_m2=20, rh_max_pct=90, wind_m_s=2)
    assert reference_et(day, LYON) is None
    assert hargreaves_et(day, LYON) is None


def test_a_day_warmer_by_night_is_no_day() -> None:
    day = DailyWeather(date(2015, 7, 15), tmax_c=14.8, tmin_c=26.6)
    for equation in (reference_et, hargreaves_et):
        with pytest.raises(ValueError, match=r"Tmax 14\.8 °C is below Tmin 26\.6 °C"):
            equation(day, LYON)


WARM_DAY = DailyWeather(date(2015, 7, 15), tmax_c=30, tmin_c=20, solar_mj_m2=20, wind_m_s=1)


@pytest.mark.parametrize(
    ("better", "worse", "estimate"),
    [
        ({"vapour_pressure_kpa": 2.0}, {"dew_point_c": 15.0}, None),
        ({"dew_point_c": 15.0}, {"rh_max_pct": 80.0, "rh_min_pct": 40.0}, None),
        ({"rh_max_pct": 80.0, "rh_min_pct": 40.0}, {"rh_mean_pct": 65.0}, None),
        ({"rh_max_pct": 80.0}, {"rh_mean_pct": 65.0}, Estimate.HUMIDITY_FROM_RH_MAX),
        ({"rh_mean_pct": 65.0}, {"rh_min_pct": 40.0}, Estimate.HUMIDITY_FROM_RH_MEAN),
        ({"rh_min_pct": 40.0}, {}, Estimate.HUMIDITY_FROM_RH_MIN),
        ({}, {}, Estimate.HUMIDITY_FROM_TMIN),
    ],
)
def test_humidity_is_taken_from_the_best_that_is_known(
    better: dict[str, Any], worse: dict[str, Any], estimate: Estimate | None
) -> None:
    best = reference_et(replace(WARM_DAY, **better), LYON)
    assert best is not None
    assert best.estimates == ((estimate,) if estimate else ())
    assert reference_et(replace(WARM_DAY, **better, **worse), LYON) == best
    if worse:
        assert reference_et(replace(WARM_DAY, **worse), LYON) != best


def test_a_dew_point_known_to_be_worse_is_passed_over() -> None:
    day = replace(WARM_DAY, dew_point_c=15.0, rh_max_pct=80.0, rh_min_pct=40.0)
    by_rh = reference_et(day, LYON, Climate(rh_first=True))
    assert by_rh == reference_et(replace(day, dew_point_c=None), LYON)
    assert by_rh != reference_et(day, LYON)
    alone = replace(WARM_DAY, dew_point_c=15.0)
    assert reference_et(alone, LYON, Climate(rh_first=True)) == reference_et(alone, LYON)


def mm(day: DailyWeather, climate: Climate = HUMID_INLAND) -> float:
    et0 = reference_et(day, LYON, climate)
    assert et0 is not None
    return et0.mm


def test_what_the_land_tells_counts() -> None:
    assert mm(LYON_DAY, Climate(k_rs=0.19)) > mm(LYON_DAY)
    assert mm(LYON_DAY, Climate(dew_below_tmin_c=3)) > mm(LYON_DAY)


def test_no_day_is_brighter_than_a_clear_sky_because_a_front_passed() -> None:
    front = replace(LYON_DAY, tmin_c=-10)
    sun = radiation.sun_of(LYON.latitude, 196)
    ra = radiation.extraterrestrial_radiation(sun)
    clear = replace(front, solar_mj_m2=radiation.clear_sky_radiation(ra, LYON.altitude_m))
    assert mm(front) == mm(clear)


def test_people_are_told_of_every_estimate() -> None:
    assert set(ESTIMATED) == set(Estimate)


TEMPERATURES = st.floats(-40, 50)


@given(TEMPERATURES, st.floats(0, 25), st.floats(0, 60), st.floats(0, 40))
def test_more_sun_needs_more_water(tmin: float, spread: float, solar: float, wind: float) -> None:
    day = replace(WARM_DAY, tmax_c=tmin + spread, tmin_c=tmin, vapour_pressure_kpa=1.0)
    day = replace(day, solar_mj_m2=solar, wind_m_s=wind)
    assert 0 <= mm(day) <= mm(replace(day, solar_mj_m2=solar + 1)) < 100


@given(TEMPERATURES, st.floats(0, 25), st.floats(0, 60), st.floats(0, 20))
def test_wind_dries_where_the_air_is_dry(
    tmin: float, spread: float, solar: float, wind: float
) -> None:
    """Not everywhere: in damp air wind cools the grass."""
    day = replace(WARM_DAY, tmax_c=tmin + spread, tmin_c=tmin, vapour_pressure_kpa=0.0)
    day = replace(day, solar_mj_m2=0.0, wind_m_s=wind)
    assert mm(replace(day, wind_m_s=wind + 1)) >= mm(day)


@given(st.floats(-90, 90), st.integers(1, 366), st.floats(0, 14))
def test_the_sun_of_every_place_and_day(latitude: float, day_of_year: int, sunshine: float) -> None:
    sun = radiation.sun_of(latitude, day_of_year)
    ra = radiation.extraterrestrial_radiation(sun)
    assert -1e-9 <= ra < 49
    assert 0 <= radiation.daylight_hours(sun) <= 24 + 1e-9
    day = replace(WARM_DAY, day=date(2020, 1, 1) + timedelta(day_of_year - 1), sunshine_h=sunshine)
    et0 = reference_et(replace(day, solar_mj_m2=None), Station(latitude, 0))
    assert et0 is not None
    assert isfinite(et0.mm)
