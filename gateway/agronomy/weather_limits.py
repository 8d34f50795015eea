"""What a day's weather cannot be at its place: beyond the records of the Earth, or of physics.

A value that cannot be is left out, never changed, but for humidity a little above 100 %. Knows one
day at a time; `weather_checks` looks at whole columns.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from gateway.agronomy import air, radiation
from gateway.agronomy.weather_day import DailyWeather, Station
from gateway.agronomy.weather_file import Row

TEMPERATURE_LOWEST_C, TEMPERATURE_HIGHEST_C = -90.0, 57.0
"""The records of the Earth (WMO)."""
DEW_ABOVE_TMAX_C, VAPOUR_ABOVE_SATURATION = 1.0, 1.05
"""What rounding and another height of the sensor explain."""
RH_OF_DEW_PCT = 105.0
"""Sensors in wet air read a little more than 100."""
WIND_HIGHEST_M_S, RAIN_HIGHEST_MM = 60.0, 1_825.0
"""A day's mean, and a day's rain: the records of the Earth, rounded up."""
SUNSHINE_ABOVE_DAY_H = 0.5
"""The sun is seen before it rises and after it sets, and recorders burn a little long."""
DARKEST = 0.02
"""Of Ra. The darkest clouds let through twice as much."""
SUN_MIN_MJ_M2 = 3.0
"""Ra below which nothing can be said of Rs/Ra."""


class Flag(NamedTuple):
    """A value that was not taken as it stands. `field` is that of DailyWeather; `kept` says that
    the nearest possible value was taken."""

    line: int
    day: date
    field: str
    message: str
    kept: bool = False

    def __str__(self) -> str:
        done = "" if self.kept else "; left out"
        return f"line {self.line}, {self.day}: {self.message}{done}"


class Sky(NamedTuple):
    """What the sun could send on a day, MJ/m², and for how long."""

    ra: float
    daylight_h: float


def sky_of(day: date, station: Station) -> Sky:
    """The day's at that latitude."""
    sun = radiation.sun_of(station.latitude, day.timetuple().tm_yday)
    return Sky(radiation.extraterrestrial_radiation(sun), radiation.daylight_hours(sun))


def possible(row: Row, sky: Sky) -> tuple[DailyWeather, list[Flag]]:
    """The day without what cannot be, and why."""
    weather, flags = row.weather, []
    out: dict[str, float | None] = {}
    for field in ("rh_max_pct", "rh_min_pct", "rh_mean_pct"):
        rh: float | None = getattr(weather, field)
        if rh is not None and 100 < rh <= RH_OF_DEW_PCT:
            said = f"humidity {rh:g} % taken for 100 %"
            flags.append(Flag(row.line, weather.day, field, said, kept=True))
            out[field] = 100.0
    for field, why in (*_temperatures(weather), *_humidity(weather), *_rest(weather, sky)):
        if out.get(field, 0.0) is not None:
            flags.append(Flag(row.line, weather.day, field, why))
            out[field] = None
    return (replace(weather, **out) if out else weather), flags  # type: ignore[arg-type]


_Findings = Iterator[tuple[str, str]]


def _temperatures(weather: DailyWeather) -> _Findings:
    tmax, tmin, dew = weather.tmax_c, weather.tmin_c, weather.dew_point_c
    for field, value in (("tmax_c", tmax), ("tmin_c", tmin), ("dew_point_c", dew)):
        if value is not None and not TEMPERATURE_LOWEST_C <= value <= TEMPERATURE_HIGHEST_C:
            yield field, f"{value:g} °C there is nowhere on Earth"
    if tmax is not None and tmin is not None and tmax < tmin:
        why = f"tmax {tmax:g} °C is below tmin {tmin:g} °C"
        yield "tmax_c", why
        yield "tmin_c", why
    if tmax is not None and dew is not None and dew > tmax + DEW_ABOVE_TMAX_C:
        yield "dew_point_c", f"the dew point {dew:g} °C is above tmax {tmax:g} °C"


def _humidity(weather: DailyWeather) -> _Findings:
    high, low, vapour = weather.rh_max_pct, weather.rh_min_pct, weather.vapour_pressure_kpa
    all_rh = {"rh_max_pct": high, "rh_min_pct": low, "rh_mean_pct": weather.rh_mean_pct}
    for field, rh in all_rh.items():
        if rh is not None and not 0 <= rh <= RH_OF_DEW_PCT:
            yield field, f"a relative humidity of {rh:g} % there is not"
    if high is not None and low is not None and high < low:
        why = f"rhmax {high:g} % is below rhmin {low:g} %"
        yield "rh_max_pct", why
        yield "rh_min_pct", why
    if vapour is None:
        return
    tmax = weather.tmax_c
    if vapour <= 0:
        yield "vapour_pressure_kpa", f"a vapour pressure of {vapour:g} kPa there is not"
    elif tmax is not None and TEMPERATURE_LOWEST_C <= tmax <= TEMPERATURE_HIGHEST_C:
        most = air.saturation_vapour_pressure(tmax)
        if vapour > most * VAPOUR_ABOVE_SATURATION:
            yield "vapour_pressure_kpa", f"{vapour:g} kPa is more than air of {tmax:g} °C holds"


def _rest(weather: DailyWeather, sky: Sky) -> _Findings:
    solar, sunshine = weather.solar_mj_m2, weather.sunshine_h
    wind, rain = weather.wind_m_s, weather.rain_mm
    if solar is not None and not 0 <= solar <= sky.ra:
        above = f"{sky.ra:.1f} MJ/m² reach the top of the air"
        yield "solar_mj_m2", f"radiation {solar:g} MJ/m² cannot be where {above}"
    elif solar is not None and sky.ra > SUN_MIN_MJ_M2 and solar < DARKEST * sky.ra:
        yield "solar_mj_m2", f"radiation {solar:g} MJ/m²: no day is so dark"
    if sunshine is not None and not 0 <= sunshine <= sky.daylight_h + SUNSHINE_ABOVE_DAY_H:
        yield "sunshine_h", f"sunshine {sunshine:g} h on a day of {sky.daylight_h:.1f} h"
    if wind is not None and not 0 <= wind <= WIND_HIGHEST_M_S:
        yield "wind_m_s", f"a day's mean wind of {wind:g} m/s there is nowhere"
    if rain is not None and not 0 <= rain <= RAIN_HIGHEST_MM:
        yield "rain_mm", f"a day's rain of {rain:g} mm there is nowhere"
