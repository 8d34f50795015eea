"""What is known of the weather of a place, by days and by hours. None is unknown, never zero."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import isfinite

from gateway.agronomy.air import VANE_LOWEST_M

MINUTES_OF_HOUR_MIN = 45
"""Of an hour of which less was seen its total says too little of the rest."""
HOURS_OF_DAY_MIN = 22
"""Extremes and means of a day hardly move for two missing hours, and the sun of two is told by the
hours around them."""
ALTITUDES_M = (-500.0, 9_000.0)
WIND_HEIGHTS_M = (VANE_LOWEST_M, 200.0)
MJ_OF_WATT_HOUR = 0.0036


@dataclass(frozen=True, slots=True)
class Station:
    """Where the weather was measured: degrees, m above the sea, and m above the ground at which
    the wind was. Raises ValueError for a place that is not on Earth."""

    latitude: float
    altitude_m: float
    wind_height_m: float = 2.0

    def __post_init__(self) -> None:
        _within("latitude", self.latitude, (-90.0, 90.0), "degrees, south negative")
        _within("altitude", self.altitude_m, ALTITUDES_M, "m above the sea")
        _within("wind height", self.wind_height_m, WIND_HEIGHTS_M, "m above the ground")


def _within(name: str, value: float, bounds: tuple[float, float], unit: str) -> None:
    low, high = bounds
    if not isfinite(value) or not low <= value <= high:
        raise ValueError(f"{name} {value:g} is not between {low:g} and {high:g} {unit}")


@dataclass(frozen=True, slots=True)
class DailyWeather:
    """A local calendar day. `wind_m_s` is the day's mean at the station's height,
    `solar_mj_m2` and `rain_mm` are sums, `vapour_pressure_kpa` is the actual one."""

    day: date
    tmax_c: float | None = None
    tmin_c: float | None = None
    vapour_pressure_kpa: float | None = None
    dew_point_c: float | None = None
    rh_max_pct: float | None = None
    rh_min_pct: float | None = None
    rh_mean_pct: float | None = None
    solar_mj_m2: float | None = None
    sunshine_h: float | None = None
    wind_m_s: float | None = None
    rain_mm: float | None = None


@dataclass(frozen=True, slots=True)
class HourlyWeather:
    """An hour that began at `start`, which knows its zone: means, and the sum of rain."""

    start: datetime
    temperature_c: float | None = None
    rh_pct: float | None = None
    wind_m_s: float | None = None
    solar_w_m2: float | None = None
    rain_mm: float | None = None
    minutes: float = 60.0
    """Of how much of the hour this is known."""


def day_of(day: date, hours: Iterable[HourlyWeather]) -> DailyWeather:
    """A day from its hours. Its extremes are those of hourly means, a little inside the true ones.
    What fewer than HOURS_OF_DAY_MIN hours know stays unknown; rain may fall in any hour, so that
    each must be known."""
    seen = [hour for hour in hours if hour.minutes >= MINUTES_OF_HOUR_MIN]
    temperatures = _enough([hour.temperature_c for hour in seen])
    humidity = _enough([hour.rh_pct for hour in seen])
    wind = _enough([hour.wind_m_s for hour in seen])
    rain = _enough([hour.rain_mm for hour in seen], 24)
    return DailyWeather(
        day,
        tmax_c=max(temperatures, default=None),
        tmin_c=min(temperatures, default=None),
        rh_max_pct=max(humidity, default=None),
        rh_min_pct=min(humidity, default=None),
        wind_m_s=sum(wind) / len(wind) if wind else None,
        solar_mj_m2=_solar_mj_m2(seen),
        rain_mm=sum(rain) if rain else None,
    )


def _enough(values: Sequence[float | None], least: int = HOURS_OF_DAY_MIN) -> list[float]:
    known = [value for value in values if value is not None]
    return known if len(known) >= least else []


def _solar_mj_m2(hours: Sequence[HourlyWeather]) -> float | None:
    """The sum, with the mean of the neighbours for each hour between them that is missing."""
    known = sorted((hour.start, hour.solar_w_m2) for hour in hours if hour.solar_w_m2 is not None)
    if len(known) < HOURS_OF_DAY_MIN:
        return None
    watt_hours = sum(watts for _, watts in known)
    for (start, watts), (later, watts_later) in pairwise([*known, known[0]]):
        missing = (later - start) / timedelta(hours=1) % 24 - 1
        watt_hours += missing * (watts + watts_later) / 2
    return watt_hours * MJ_OF_WATT_HOUR
