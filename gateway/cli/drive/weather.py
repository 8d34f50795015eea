"""Weather that a station measured, as the simulator plays it."""

import math
from collections.abc import Sequence

from firmware_sim.recorded import DayRecord, RecordError
from gateway.agronomy import estimates, radiation
from gateway.agronomy.estimates import HUMID_INLAND, Climate
from gateway.agronomy.weather_day import DailyWeather, Station

DRIEST_KPA = 0.01
"""Air without any vapour has no dew point; this has one of 44 °C below zero."""


def day_records(
    days: Sequence[DailyWeather], station: Station, climate: Climate = HUMID_INLAND
) -> list[DayRecord]:
    """What was not measured of sun, humidity and wind is estimated as for ET0. Raises RecordError
    for a day whose temperatures or rain are unknown: nothing stands in for these."""
    return [_record(weather, station, climate) for weather in days]


def _record(weather: DailyWeather, station: Station, climate: Climate) -> DayRecord:
    tmax_c, tmin_c, rain_mm = weather.tmax_c, weather.tmin_c, weather.rain_mm
    if tmax_c is None or tmin_c is None:
        raise RecordError(f"{weather.day}: the temperatures are unknown")
    if rain_mm is None:
        raise RecordError(f"{weather.day}: the rain is unknown")
    sun = radiation.sun_of(station.latitude, weather.day.timetuple().tm_yday)
    ra = radiation.extraterrestrial_radiation(sun)
    rso = radiation.clear_sky_radiation(ra, station.altitude_m)
    vapour_kpa, _ = estimates.vapour_pressure(weather, tmax_c, tmin_c, climate)
    solar_mj_m2, _ = estimates.solar_radiation(weather, tmax_c, tmin_c, ra, rso, sun, climate.k_rs)
    wind_m_s, _ = estimates.wind_at_2m(weather, station)
    return DayRecord(
        weather.day, tmin_c, tmax_c, _dew_point_c(vapour_kpa), solar_mj_m2, wind_m_s, rain_mm
    )


def _dew_point_c(vapour_kpa: float) -> float:
    """FAO-56, equation 14 turned round."""
    share = math.log(max(vapour_kpa, DRIEST_KPA) / 0.6108)
    return 237.3 * share / (17.27 - share)
