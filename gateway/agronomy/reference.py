"""Reference evapotranspiration ET0: the water that a short green grass with enough of it needs.

The equations of FAO-56 on plain numbers, then for a day of which something may be missing. Each
result says what of it was estimated. Knows nothing of where weather comes from.
"""

from dataclasses import dataclass
from enum import Enum
from math import sqrt

from gateway.agronomy import air, radiation
from gateway.agronomy.estimates import (
    HUMID_INLAND,
    Climate,
    Estimate,
    solar_radiation,
    vapour_pressure,
    wind_at_2m,
)
from gateway.agronomy.weather_day import DailyWeather, Station


class Method(Enum):
    """The equation that was used."""

    PENMAN_MONTEITH = "penman-monteith"
    HARGREAVES = "hargreaves"


@dataclass(frozen=True, slots=True)
class ReferenceEt:
    """ET0 of a day, in mm; never below zero, for dew that condenses is no negative demand.
    What `estimates` does not name was measured."""

    mm: float
    method: Method
    estimates: tuple[Estimate, ...] = ()


def penman_monteith(
    *, mean_c: float, rn: float, soil_heat: float, u2: float, es: float, ea: float, gamma: float
) -> float:
    """mm per day (Eq. 6). Radiation in MJ/m² per day, wind at 2 m in m/s, pressures in kPa."""
    return _combine(900.0, mean_c, rn - soil_heat, u2, es - ea, gamma)


def hourly_penman_monteith(
    *, mean_c: float, rn: float, soil_heat: float, u2: float, es: float, ea: float, gamma: float
) -> float:
    """mm per hour (Eq. 53). Radiation in MJ/m² per hour. Below zero when dew falls."""
    return _combine(37.0, mean_c, rn - soil_heat, u2, es - ea, gamma)


def _combine(
    wind_factor: float, mean_c: float, energy: float, u2: float, deficit: float, gamma: float
) -> float:
    slope = air.vapour_pressure_slope(mean_c)
    blown = gamma * wind_factor / (mean_c + 273) * u2 * deficit
    return (0.408 * slope * energy + blown) / (slope + gamma * (1 + 0.34 * u2))


def hargreaves(tmax_c: float, tmin_c: float, ra: float) -> float:
    """mm per day (Eq. 52), from temperatures alone. `ra` in MJ/m² per day."""
    return 0.0023 * ((tmax_c + tmin_c) / 2 + 17.8) * sqrt(tmax_c - tmin_c) * 0.408 * ra


def reference_et(
    weather: DailyWeather, station: Station, climate: Climate = HUMID_INLAND
) -> ReferenceEt | None:
    """ET0 by Penman-Monteith. What is missing besides the temperatures is estimated (see
    `estimates`); without them ET0 is unknown: None. Raises ValueError when Tmax is below Tmin."""
    tmax, tmin = weather.tmax_c, weather.tmin_c
    if tmax is None or tmin is None:
        return None
    _check_order(tmax, tmin)
    sun = radiation.sun_of(station.latitude, weather.day.timetuple().tm_yday)
    ra = radiation.extraterrestrial_radiation(sun)
    rso = radiation.clear_sky_radiation(ra, station.altitude_m)
    rs, of_radiation = solar_radiation(weather, tmax, tmin, ra, rso, sun, climate.k_rs)
    ea, of_humidity = vapour_pressure(weather, tmax, tmin, climate)
    u2, of_wind = wind_at_2m(weather, station)
    loss = radiation.net_longwave(tmax, tmin, ea, radiation.clearness(rs, rso))
    mm = penman_monteith(
        mean_c=(tmax + tmin) / 2,
        rn=radiation.net_shortwave(rs) - loss,
        soil_heat=0.0,  # Eq. 42
        u2=u2,
        es=air.mean_saturation_vapour_pressure(tmax, tmin),
        ea=ea,
        gamma=air.psychrometric_constant(air.pressure(station.altitude_m)),
    )
    estimates = (of_radiation, of_humidity, of_wind)
    return ReferenceEt(
        max(mm, 0.0), Method.PENMAN_MONTEITH, tuple(one for one in estimates if one is not None)
    )


def hargreaves_et(weather: DailyWeather, station: Station) -> ReferenceEt | None:
    """ET0 by Hargreaves: a second opinion where only temperatures are known. None without them.
    Raises ValueError when Tmax is below Tmin."""
    tmax, tmin = weather.tmax_c, weather.tmin_c
    if tmax is None or tmin is None:
        return None
    _check_order(tmax, tmin)
    sun = radiation.sun_of(station.latitude, weather.day.timetuple().tm_yday)
    mm = hargreaves(tmax, tmin, radiation.extraterrestrial_radiation(sun))
    return ReferenceEt(max(mm, 0.0), Method.HARGREAVES)


def _check_order(tmax_c: float, tmin_c: float) -> None:
    if tmax_c < tmin_c:
        raise ValueError(f"Tmax {tmax_c:g} °C is below Tmin {tmin_c:g} °C")
