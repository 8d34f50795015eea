"""What agronomy costs: ET0 of a century of days, from objects and from a file's lines."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from math import pi, sin

from gateway.agronomy.balance import Fluxes, RootZone, next_depletion
from gateway.agronomy.reference import reference_et
from gateway.agronomy.weather_checks import check_weather
from gateway.agronomy.weather_day import DailyWeather, Station
from gateway.agronomy.weather_file import read_weather

YEARS = 100
REPEATS = 3
"""The fastest counts: others on the machine only make it slower."""
STATION = Station(latitude=21.59, altitude_m=60, wind_height_m=10)
SOIL = RootZone(field_capacity_pct=32, wilting_point_pct=18, root_depth_m=0.6, p=0.4)
FIRST = date(1926, 1, 1)
COLUMNS = "date,tmax,tmin,rhmax,rhmin,srad,wind,rain"


@dataclass(frozen=True, slots=True)
class IrrigationReport:
    """CPU time of this process alone."""

    days: int
    et0_s: float
    """ET0 of all days, every quantity measured."""
    et0_us_per_day: float
    read_s: float
    """A file of all days read and checked, before ET0."""
    balance_us_per_step: float

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"ET0 of {self.days:,} days: {self.et0_s:.2f} s, {self.et0_us_per_day:.1f} µs a day"
        yield f"reading and checking them from a file: {self.read_s:.2f} s"
        yield f"a step of the water balance: {self.balance_us_per_step:.1f} µs"


def measure_irrigation() -> IrrigationReport:
    """All of it: some three seconds."""
    days = [_day(number) for number in range(int(YEARS * 365.25))]
    lines = [COLUMNS, *map(_line, days)]
    et0 = _fastest_s(lambda: [reference_et(day, STATION) for day in days])
    read = _fastest_s(lambda: check_weather(read_weather(lines), STATION))
    balance = _fastest_s(lambda: _keep_balance(days))
    return IrrigationReport(
        days=len(days),
        et0_s=round(et0, 3),
        et0_us_per_day=round(et0 / len(days) * 1e6, 2),
        read_s=round(read, 3),
        balance_us_per_step=round(balance / len(days) * 1e6, 2),
    )


def _day(number: int) -> DailyWeather:
    """Warm and wet in July, cool in January, no two days alike."""
    season = sin(2 * pi * (number - 105) / 365.25)
    mood = number * 0.618 % 1
    return DailyWeather(
        FIRST + timedelta(days=number),
        tmax_c=26 + 7 * season + 3 * mood,
        tmin_c=20 + 6 * season,
        rh_max_pct=95.0,
        rh_min_pct=75 - 25 * mood,
        solar_mj_m2=9 + 4 * season + 6 * mood,
        wind_m_s=1 + mood,
        rain_mm=0.0 if mood > 0.3 else 40 * mood,
    )


def _line(day: DailyWeather) -> str:
    values = (
        day.tmax_c,
        day.tmin_c,
        day.rh_max_pct,
        day.rh_min_pct,
        day.solar_mj_m2,
        day.wind_m_s,
        day.rain_mm,
    )
    return ",".join((str(day.day), *(f"{value:.2f}" for value in values)))


def _keep_balance(days: list[DailyWeather]) -> None:
    depletion = 0.0
    for day in days:
        fluxes = Fluxes(et0_mm=4.0, usual_et0_mm=4.0, kc=1.0, rain_mm=day.rain_mm)
        depletion = next_depletion(SOIL, depletion, fluxes).depletion_mm


def _fastest_s(work: Callable[[], object]) -> float:
    took = []
    for _ in range(REPEATS):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took)
