"""A year of a real station in the simulated sky."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from firmware_sim.recorded import RecordedWeather, RecordError
from firmware_sim.weather import Sky
from gateway.agronomy.weather_day import DailyWeather, Station
from gateway.cli.drive.weather import day_records
from tests.gateway.agronomy.maricopa import FILE, MARICOPA, STATION

PHOENIX = ZoneInfo("America/Phoenix")
FAIR = DailyWeather(date(2026, 3, 27), 28.0, 18.0, rain_mm=0.0)


def midnight(day: date) -> int:
    return int(datetime.combine(day, time(), PHOENIX).timestamp() * 1000)


def test_a_desert_year_keeps_its_rain_and_makes_the_plants_as_thirsty_as_the_station_says() -> None:
    days = [row.weather for row in MARICOPA.rows]
    published_mm = [float(line.split()[-2]) for line in _rows()]
    assert len(days) == len(published_mm) == 365
    weather = RecordedWeather(
        day_records(days, STATION),
        seed=1,
        place=(STATION.latitude, -111.97, STATION.altitude_m),
        timezone=PHOENIX.key,
    )
    sky = Sky(weather, midnight(days[0].day))
    thirst_mm = []
    for each in days:
        before = sky.evaporation_mm
        sky.advance(midnight(each.day + timedelta(days=1)))
        thirst_mm.append(sky.evaporation_mm - before)
    assert sky.rain_mm == pytest.approx(sum(each.rain_mm or 0.0 for each in days))
    assert sum(thirst_mm) == pytest.approx(sum(published_mm), rel=0.1)
    off = [one - two for one, two in zip(thirst_mm, published_mm, strict=True)]
    print(f"{sum(thirst_mm):.0f} of {sum(published_mm):.0f} mm; a day {max(off, key=abs):.2f} off")
    assert sum(map(abs, off)) / len(off) < 0.6
    assert max(map(abs, off)) < 1.6


def _rows() -> list[str]:
    return [line for line in FILE.read_text("utf-8").splitlines() if line.startswith("2013-")]


def test_what_nobody_measured_is_estimated() -> None:
    (record,) = day_records([FAIR], Station(21.72, 60.0))
    assert record.dew_point_c == pytest.approx(18.0)  # as if dew had fallen
    assert record.wind_m_s == 2.0
    assert 15 < record.solar_mj_m2 < 25


def test_vapour_and_dew_point_are_one() -> None:
    (record,) = day_records([replace(FAIR, dew_point_c=11.5)], Station(21.72, 60.0))
    assert record.dew_point_c == pytest.approx(11.5)
    (record,) = day_records([replace(FAIR, rh_max_pct=0.0, rh_min_pct=0.0)], Station(21.72, 60.0))
    assert -50 < record.dew_point_c < -40


@pytest.mark.parametrize(
    ("unknown", "complaint"),
    [
        (replace(FAIR, tmin_c=None), "2026-03-27: the temperatures are unknown"),
        (replace(FAIR, rain_mm=None), "2026-03-27: the rain is unknown"),
    ],
)
def test_nothing_stands_in_for_temperatures_and_rain(unknown: DailyWeather, complaint: str) -> None:
    with pytest.raises(RecordError, match=complaint):
        day_records([unknown], Station(21.72, 60.0))
