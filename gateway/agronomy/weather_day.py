"""What is known of the weather of a place, by days and by hours. None is unknown, never zero."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite

from gateway.agronomy.air import VANE_LOWEST_M

MINUTES_OF_HOUR_MIN = 45
"""Of an hour of which less was seen its total says too little of the rest."""
HOURS_OF_DAY_MIN = 22
"""The extremes of a day last longer than the two hours that may be missing, and a mean moves by
less than a tenth; of sums the missing hours are filled with the mean of the others."""
ALTITUDES_M = (-500.0, 9_000.0)
WIND_HEIGHTS_M = (VANE_LOWEST_M, 200.0)
SECONDS_OF_DAY = 86_400


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
    """A day from its hours. What fewer than HOURS_OF_DAY_MIN hours know stays unknown; of rain,
    which does not fall evenly, each hour must be known.
    """
    seen = [hour for hour in hours if hour.minutes >= MINUTES_OF_HOUR_MIN]
    temperatures = _enough([hour.temperature_c for hour in seen])
    humidity = _enough([hour.rh_pct for hour in seen])
    wind = _enough([hour.wind_m_s for hour in seen])
    solar = _enough([hour.solar_w_m2 for hour in seen])
    rain = _enough([hour.rain_mm for hour in seen], 24)
    return DailyWeather(
        day,
        tmax_c=max(temperatures, default=None),
        tmin_c=min(temperatures, default=None),
        rh_max_pct=max(humidity, default=None),
        rh_min_pct=min(humidity, default=None),
        wind_m_s=sum(wind) / len(wind) if wind else None,
        solar_mj_m2=sum(solar) / len(solar) * SECONDS_OF_DAY / 1e6 if solar else None,
        rain_mm=sum(rain) if rain else None,
    )


def _enough(values: Sequence[float | None], least: int = HOURS_OF_DAY_MIN) -> list[float]:
    known = [value for value in values if value is not None]
    return known if len(known) >= least else []
