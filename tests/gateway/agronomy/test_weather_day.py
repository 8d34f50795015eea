from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.agronomy.weather_day import DailyWeather, HourlyWeather, Station, day_of

DAY = date(2026, 4, 10)


def hours() -> list[HourlyWeather]:
    """Twenty-four, warmest and driest at 14:00, sun for twelve of them."""
    return [
        HourlyWeather(
            datetime(2026, 4, 10, tzinfo=UTC) + timedelta(hours=hour),
            temperature_c=30.0 - abs(hour - 14),
            rh_pct=50.0 + 2 * abs(hour - 14),
            wind_m_s=hour % 2 + 1.0,
            solar_w_m2=625.0 if 6 <= hour < 18 else 0.0,
            rain_mm=12.5 if hour == 3 else 0.0,
        )
        for hour in range(24)
    ]


def test_a_day_from_its_hours() -> None:
    assert day_of(DAY, hours()) == DailyWeather(
        DAY,
        tmax_c=30.0,
        tmin_c=16.0,
        rh_max_pct=78.0,
        rh_min_pct=50.0,
        wind_m_s=1.5,
        solar_mj_m2=27.0,
        rain_mm=12.5,
    )


def test_two_hours_may_be_missing_but_of_rain_none() -> None:
    day = day_of(DAY, hours()[2:])
    assert (day.tmax_c, day.tmin_c, day.rain_mm) == (30.0, 18.0, None)
    assert day_of(DAY, hours()[3:]) == DailyWeather(DAY)


@pytest.mark.parametrize("missing", [0, 8, 11, 22])
def test_the_sun_of_missing_hours_is_that_of_their_neighbours(missing: int) -> None:
    some = hours()
    del some[missing : missing + 2]
    assert day_of(DAY, reversed(some)).solar_mj_m2 == pytest.approx(27.0)


def test_where_the_sun_does_not_set_it_shines_around_midnight() -> None:
    polar = [replace(hour, solar_w_m2=250.0) for hour in hours()[1:23]]
    assert day_of(DAY, polar).solar_mj_m2 == pytest.approx(21.6)


def test_each_quantity_is_missing_on_its_own() -> None:
    some = hours()
    for number in (7, 8, 9):
        some[number] = replace(some[number], solar_w_m2=None)
    assert day_of(DAY, some) == replace(day_of(DAY, hours()), solar_mj_m2=None)


def test_half_an_hour_is_none() -> None:
    some = [replace(hour, minutes=44.0) for hour in hours()]
    assert day_of(DAY, some) == DailyWeather(DAY)
    assert day_of(DAY, []) == DailyWeather(DAY)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ((95.0, 0.0, 2.0), "latitude 95 is not between -90 and 90"),
        ((21.0, 10_000.0, 2.0), "altitude 10000 is not between"),
        ((21.0, float("nan"), 2.0), "altitude nan is not between"),
        ((21.0, 60.0, 0.0), "wind height 0 is not between"),
    ],
)
def test_no_such_place(wrong: tuple[float, float, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Station(*wrong)
