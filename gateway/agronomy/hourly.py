"""ET0 hour by hour, for whoever cannot wait until the day is over.

The hours add up to the day's ET0 only roughly: FAO-56 keeps the grass's resistance the same by
day and by night.
"""

from datetime import timedelta
from typing import NamedTuple

from gateway.agronomy import air, radiation
from gateway.agronomy.reference import hourly_penman_monteith
from gateway.agronomy.weather_day import MJ_OF_WATT_HOUR, HourlyWeather, Station


class HourlyEt(NamedTuple):
    """mm, below zero when dew falls, and the sky's clearness for the next hour."""

    mm: float
    clearness: float


def hourly_et(
    hour: HourlyWeather,
    station: Station,
    longitude: float,
    clearness_before: float = radiation.CLEARNESS_UNKNOWN,
) -> HourlyEt | None:
    """ET0 of an hour (Eq. 53), None when anything of it is unknown. `longitude` in degrees, east
    positive. `clearness_before` is that of the hour before: while the sun is low or down nobody
    sees how clear the sky is, and that of the evening counts."""
    mean, rh, wind, solar = hour.temperature_c, hour.rh_pct, hour.wind_m_s, hour.solar_w_m2
    if mean is None or rh is None or wind is None or solar is None:
        return None
    middle = hour.start + timedelta(minutes=30)
    sun = radiation.sun_of(station.latitude, middle.timetuple().tm_yday)
    when = radiation.solar_hour(middle, longitude)
    rs = solar * MJ_OF_WATT_HOUR
    clear = clearness_before
    if radiation.sine_of_sun_height(sun, when) > radiation.LOW_SUN:
        ra = radiation.hourly_extraterrestrial_radiation(sun, when)
        clear = radiation.clearness(rs, radiation.clear_sky_radiation(ra, station.altitude_m))
    es = air.saturation_vapour_pressure(mean)
    ea = es * rh / 100  # Eq. 54
    rn = radiation.net_shortwave(rs) - radiation.hourly_net_longwave(mean, ea, clear)
    mm = hourly_penman_monteith(
        mean_c=mean,
        rn=rn,
        soil_heat=radiation.hourly_soil_heat(rn),
        u2=air.wind_at_2m(wind, station.wind_height_m),
        es=es,
        ea=ea,
        gamma=air.psychrometric_constant(air.pressure(station.altitude_m)),
    )
    return HourlyEt(mm, clear)
