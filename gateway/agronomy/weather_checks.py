"""Whether the figures of a weather file can be true at its station.

A single value that cannot be is left out (`weather_limits`), so that ET0 is estimated without it,
and told. What is wrong on many days is a wrong unit, column or station: refused, with what it looks
like.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import inf, log
from statistics import median
from typing import NamedTuple

from gateway.agronomy import air, radiation
from gateway.agronomy.weather_day import DailyWeather, Station
from gateway.agronomy.weather_file import WeatherTable
from gateway.agronomy.weather_heading import Problem, WeatherFileError
from gateway.agronomy.weather_limits import (
    SUN_MIN_MJ_M2,
    TEMPERATURE_HIGHEST_C,
    Flag,
    Sky,
    possible,
    sky_of,
)

WRONG_SHARE = 0.1
"""Of a column's values. Instruments fail for days; a wrong unit is wrong all the time."""
DAYS_FOR_MEDIAN = 5
"""With fewer a spell of weather looks like a unit; then it is told and not refused."""
NIGHT_WARM_C, NIGHT_WARMEST_C = 32.0, 35.0
"""Half of all nights are as warm as the first in the summers of the Persian Gulf and of Death
Valley, as the second nowhere; 32 °F is a night of frost."""
HIGH_SUN_MJ_M2 = 34.0
"""Ra of those summers; under a lower sun no night is warm."""
RANGE_USUAL_MAX_C = 28.0
"""From night to noon, half of all days: the driest highlands have less. In °F it is nearly twice
what it is in °C."""
FAHRENHEIT_HIGHEST = 135.0
"""57 °C, the record."""
KELVIN_FROM = 180.0
"""No air is that hot, and none so cold."""
WIND_USUAL_M_S, WIND_USUAL_MAX_M_S = 5.0, 7.0
"""At 2 m, half of all days: few coasts have more than the first, none for long more than the
second, and 2 m/s in km/h is 7.2."""
WINDY_RANGE_MAX_C = 12.0
"""From tmin to tmax, half of all days: wind mixes the air, and windy coasts have less than this."""
DULL = 0.4
"""Of the radiation that the temperatures tell of, half of all days: weeks of drizzle have more, and
kWh instead of MJ make it 0.28."""
FRACTION_MAX = 1.5
"""Per cent of humidity. No day's maximum is that low, and no fraction higher."""
SOLAR_UNITS = {
    "W/m²": (1 / 0.0864, "multiply by 0.0864"),
    "kWh/m²": (1 / 3.6, "multiply by 3.6"),
    "J/cm²": (100.0, "divide by 100"),
    "cal/cm² (langley)": (1 / 0.04184, "multiply by 0.04184"),
    "kJ/m²": (1000.0, "divide by 1000"),
    "Wh/m²": (1000 / 3.6, "multiply by 0.0036"),
}
"""How many of them make 1 MJ/m² a day, and the remedy."""
_BETTER = {
    "vapour_pressure_kpa": ("dew_point_c", "rh_max_pct", "rh_min_pct", "rh_mean_pct"),
    "solar_mj_m2": ("sunshine_h",),
}
"""What counts before what, whatever is asked for."""


class Gap(NamedTuple):
    """The first and the last day that are not in the file."""

    first: date
    last: date

    def __str__(self) -> str:
        if self.first == self.last:
            return f"{self.first} is missing"
        days = (self.last - self.first).days + 1
        return f"{self.first} to {self.last}: {days} days are missing"


@dataclass(frozen=True, slots=True)
class CheckedWeather:
    """`days` can be true; `flags` are the values that could not, `gaps` the days between, and
    `doubts` what may be wrong with whole columns."""

    days: Sequence[DailyWeather]
    flags: Sequence[Flag]
    gaps: Sequence[Gap]
    doubts: Sequence[str]


class _Doubt(NamedTuple):
    """A whole column that looks wrong. `sure`: no weather explains it, whoever vouches for it.
    `seldom`: some places have such weather, so that it is told and not refused."""

    field: str
    message: str
    sure: bool = False
    seldom: bool = False


def check_weather(
    table: WeatherTable, station: Station, *, units_are_right: bool = False
) -> CheckedWeather:
    """What of the file can be true. `units_are_right`: somebody looked, so that what only looks
    like another unit is told and not refused. Raises WeatherFileError."""
    skies = [sky_of(row.weather.day, station) for row in table.rows]
    checked = [possible(row, sky) for row, sky in zip(table.rows, skies, strict=True)]
    flags = [flag for _, of_day in checked for flag in of_day]
    refused: dict[str, str] = {}
    told: list[str] = []
    days = [day for day, _ in checked]
    needless = _needless(days)
    for doubt in (*_too_many(table, flags), *_statistics(table, skies, station)):
        believed = units_are_right or len(table.rows) < DAYS_FOR_MEDIAN
        if doubt.field in needless:
            told.append(f"{doubt.message} It is not used.")
        elif doubt.field in refused:
            refused[doubt.field] += f" {doubt.message}"
        elif doubt.seldom or (believed and not doubt.sure):
            told.append(doubt.message)
        else:
            refused[doubt.field] = doubt.message
    if refused:
        raise WeatherFileError([Problem(None, message) for message in refused.values()])
    return CheckedWeather(days, flags, list(_gaps(days)), told)


def _needless(days: Sequence[DailyWeather]) -> set[str]:
    """What nothing goes by, so that it may be wrong: other words for a humidity or radiation that
    is known of each day."""
    needless: set[str] = set()
    for best, others in _BETTER.items():
        if all(getattr(day, best) is not None for day in days):
            needless.update(others)
    return needless


def _values(table: WeatherTable, field: str) -> list[float]:
    found = (getattr(row.weather, field) for row in table.rows)
    return [value for value in found if value is not None]


def _too_many(table: WeatherTable, flags: Sequence[Flag]) -> Iterator[_Doubt]:
    """Columns of which more than now and then cannot be."""
    for field, column in table.columns.items():
        wrong = [flag for flag in flags if flag.field == field and not flag.kept]
        known = len(_values(table, field))
        if len(wrong) > max(WRONG_SHARE * known, 1) or len(wrong) == len(table.rows):
            many = f"column {column.heading!r}: {len(wrong)} of {known} values cannot be"
            hint = _HINTS.get(field) or _temperature_hint(_values(table, field))
            first = f"as in line {wrong[0].line}: {wrong[0].message}"
            yield _Doubt(field, f"{many}, {first}. {hint}", sure=True)


def _statistics(table: WeatherTable, skies: Sequence[Sky], station: Station) -> Iterator[_Doubt]:
    """Columns whose every value may be true, and the whole hardly."""
    yield from _warm_nights(table, skies)
    yield from _wide_range(table)
    yield from _fractions(table)
    yield from _dull(table, skies)
    wind = _values(table, "wind_m_s")
    usual = air.wind_at_2m(median(wind), station.wind_height_m) if wind else 0.0
    if usual > WIND_USUAL_M_S:
        blows = f"The wind blows {usual:.1f} m/s (at 2 m) on half of all days"
        seldom = usual <= WIND_USUAL_MAX_M_S and _range(table) <= WINDY_RANGE_MAX_C
        yield _Doubt("wind_m_s", f"{blows}. {_WIND_HINT}", seldom=seldom)


def _range(table: WeatherTable) -> float:
    """From night to noon, °C, on the middle day; where it is unknown, of no windy place."""
    days = [row.weather for row in table.rows]
    ranges = [d.tmax_c - d.tmin_c for d in days if d.tmax_c is not None and d.tmin_c is not None]
    return median(ranges) if ranges else inf


def _warm_nights(table: WeatherTable, skies: Sequence[Sky]) -> Iterator[_Doubt]:
    nights = _values(table, "tmin_c")
    if nights and NIGHT_WARM_C < median(nights) <= TEMPERATURE_HIGHEST_C:
        warm = f"Half of all nights stay above {median(nights):.0f} °C"
        high_sun = median(sky.ra for sky in skies) >= HIGH_SUN_MJ_M2
        seldom = high_sun and median(nights) <= NIGHT_WARMEST_C
        yield _Doubt("tmin_c", f"{warm}. {_temperature_hint(nights)}", seldom=seldom)


def _wide_range(table: WeatherTable) -> Iterator[_Doubt]:
    days = _values(table, "tmax_c")
    if days and median(days) <= TEMPERATURE_HIGHEST_C and inf > _range(table) > RANGE_USUAL_MAX_C:
        warmer = f"From night to noon it gets {_range(table):.0f} °C warmer on half of all days"
        yield _Doubt("tmax_c", f"{warmer}. Perhaps °F, or tenths of °C: give °C.")


def _fractions(table: WeatherTable) -> Iterator[_Doubt]:
    for field in ("rh_max_pct", "rh_mean_pct"):
        humidity = _values(table, field)
        if humidity and max(humidity) <= FRACTION_MAX:
            fraction = f"column {table.columns[field].heading!r} never exceeds {max(humidity):g} %"
            yield _Doubt(field, f"{fraction}: perhaps fractions; multiply by 100.", sure=True)


def _dull(table: WeatherTable, skies: Sequence[Sky]) -> Iterator[_Doubt]:
    shares = []
    for row, sky in zip(table.rows, skies, strict=True):
        day = row.weather
        if day.solar_mj_m2 is None or sky.ra <= SUN_MIN_MJ_M2:
            continue
        if day.tmax_c is None or day.tmin_c is None or day.tmax_c <= day.tmin_c:
            continue
        told = radiation.radiation_from_temperatures(sky.ra, day.tmax_c, day.tmin_c)
        shares.append(day.solar_mj_m2 / min(told, sky.ra))
    if not shares or DULL <= median(shares) <= 1 / DULL:
        return
    unit, (_, remedy) = min(
        SOLAR_UNITS.items(), key=lambda item: abs(log(max(median(shares), 1e-9) / item[1][0]))
    )
    times = f"{median(shares):.2g} times what the temperatures tell of"
    yield _Doubt("solar_mj_m2", f"The radiation is {times}: perhaps {unit}; {remedy}.")


def _temperature_hint(values: Sequence[float]) -> str:
    if median(values) > KELVIN_FROM:
        return "Perhaps kelvin: subtract 273.15."
    if max(values) > FAHRENHEIT_HIGHEST:
        return "Perhaps tenths of °C: divide by 10."
    if median(values) > 0:
        return "Perhaps °F: give °C, or name the unit in the heading (tmax_f)."
    return "Are the columns in the right order, and the unit °C?"


_WIND_HINT = "Perhaps km/h: divide by 3.6, or name the unit in the heading (wind_km_h)."
_RH_HINT = "Relative humidity is given in per cent, 0 to 100."
_HINTS = {
    "rh_max_pct": _RH_HINT,
    "rh_min_pct": _RH_HINT,
    "rh_mean_pct": _RH_HINT,
    "vapour_pressure_kpa": "Perhaps hPa: divide by 10.",
    "solar_mj_m2": "Is it MJ/m² a day, and the latitude right (south negative)?",
    "sunshine_h": "Is it hours, and the latitude right (south negative)?",
    "wind_m_s": _WIND_HINT,
    "rain_mm": "Is it mm a day, and not a counter?",
}


def _gaps(days: Sequence[DailyWeather]) -> Iterator[Gap]:
    one = timedelta(days=1)
    for before, after in pairwise(days):
        if after.day - before.day > one:
            yield Gap(before.day + one, after.day - one)
