"""The weather from stations that gust, reset, pause and disagree, and over a restart."""

import pytest

from gateway.clock import Correction
from gateway.irrigation.climate import Climate, Weather
from gateway.plot_records import WeatherHour
from tests.gateway.fleets import NOW, device, fleet_of, reading

MINUTE = 60_000
HOUR = 60 * MINUTE


def climate_of(metric: str, samples: list[tuple[int, float]]) -> Climate:
    climate = Climate()
    for minute, value in samples:
        climate.take("weather-1", NOW + minute * MINUTE, {metric: value})
    return climate


@pytest.mark.parametrize(
    ("samples", "in_1h", "in_24h"),
    [
        ([], None, None),
        ([(0, 5.0)], None, None),
        ([(-10, 5.0), (0, 7.5)], 2.5, 2.5),
        ([(-10, 5.0), (0, 5.0)], 0.0, 0.0),
        ([(-70, 5.0), (-50, 6.0), (0, 7.0)], 2.0, 2.0),
        ([(-90, 1.0), (-70, 5.0), (-50, 6.0), (0, 7.0)], 2.0, 6.0),
        ([(-25 * 60, 0.0), (-24 * 60, 4.0), (-61, 5.0), (0, 5.0)], 0.0, 1.0),
        ([(-20, 50.0), (-10, 0.5), (0, 1.5)], 1.5, 1.5),  # it started anew
        ([(-20, 50.0), (-10, 49.5), (0, 50.0)], 0.5, 0.5),  # a glitch is no new start
        ([(-50, 1.0), (-31, 9.0)], 8.0, 8.0),  # silent since, but that much fell
        ([(-50, 1.0), (-31, 1.0)], None, None),
    ],
)
def test_rain(samples: list[tuple[int, float]], in_1h: float | None, in_24h: float | None) -> None:
    weather = climate_of("rain_total_mm", samples).at(NOW)
    assert (weather.rain_1h_mm, weather.rain_24h_mm) == (in_1h, in_24h)


@pytest.mark.parametrize(
    ("samples", "wind"),
    [
        ([], None),
        ([(-31, 3.0)], None),
        ([(-30, 3.0)], 3.0),
        ([(-8, 1.0), (-5, 2.0), (0, 9.0)], 4.0),  # a gust
        ([(-10, 9.0), (-5, 2.0), (0, 1.0)], 1.5),
    ],
)
def test_wind_is_the_mean_of_ten_minutes(
    samples: list[tuple[int, float]], wind: float | None
) -> None:
    assert climate_of("wind_speed_m_s", samples).at(NOW).wind_m_s == wind


def test_of_several_stations_the_wettest_and_windiest_counts() -> None:
    climate = Climate()
    for station, total in (("a", 1.0), ("b", 4.0)):
        for at, rain in ((NOW - MINUTE, 0.0), (NOW, total)):
            values = {"rain_total_mm": rain, "wind_speed_m_s": total, "air_temperature_c": total}
            climate.take(station, at, values)
    assert climate.at(NOW) == Weather(4.0, 2.5, 4.0, 4.0, None)


def test_a_restart_forgets_no_rain() -> None:
    climate = Climate()
    hours = [(-26, 50.0), (-24, 3.0), (-1, 2.0), (0, None)]
    station = device("weather-1", "weather")
    reading(station, NOW, rain_total_mm=100.0)
    climate.restore(
        (
            WeatherHour(NOW + at * HOUR, 60, None, None, None, None, None, None, rain)
            for at, rain in hours
        ),
        fleet_of(station),
    )
    weather = climate.at(NOW)
    assert (weather.rain_1h_mm, weather.rain_24h_mm) == (2.0, 5.0)
    climate.take("weather-1", NOW + MINUTE, {"rain_total_mm": 101.0})
    assert climate.at(NOW + MINUTE).rain_24h_mm == 6.0


def test_a_restart_knows_the_wind() -> None:
    climate = Climate()
    station = device("weather-1", "weather")
    reading(station, NOW, wind_speed_m_s=9.0, air_temperature_c=20.0)
    climate.restore([], fleet_of(station))
    assert climate.at(NOW + MINUTE) == Weather(9.0, 20.0)
    assert climate.at(NOW + HOUR) == Weather(), "it is too old by then"


def test_rain_that_came_after_the_last_saved_hour_is_counted() -> None:
    climate = Climate()
    station = device("weather-1", "weather")
    reading(station, NOW, rain_total_mm=104.0)
    hour = WeatherHour(
        NOW - MINUTE, 1, None, None, None, None, None, None, 2.0, {"weather-1": 101.0}
    )
    climate.restore([hour], fleet_of(station))
    assert climate.at(NOW).rain_1h_mm == 5.0


def test_a_corrected_clock_changes_nothing() -> None:
    climate = climate_of("rain_total_mm", [(-20, 1.0), (-10, 5.0)])
    climate.take("weather-1", NOW, {"wind_speed_m_s": 3.0, "air_temperature_c": 20.0})
    hour = WeatherHour(NOW - HOUR, 60, None, None, None, None, None, None, 2.0)
    climate.restore([hour], fleet_of())
    before = climate.at(NOW)
    climate.correct(Correction(0, 1000 * HOUR))
    assert climate.at(NOW + 1000 * HOUR) == before == Weather(3.0, 20.0, 6.0, 6.0, None)
