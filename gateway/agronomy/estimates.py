"""What stands in for weather that nobody measured, as FAO-56 chapter 3 does it.

Each quantity is taken from the best that is known of it, and says when that was not it itself.
Temperatures have no stand-in.
"""

from dataclasses import dataclass
from enum import Enum

from devices.text import Text
from gateway.agronomy import air, radiation
from gateway.agronomy.radiation import Sun
from gateway.agronomy.weather_day import DailyWeather, Station

WIND_UNKNOWN_M_S = 2.0
"""At 2 m: the mean of over 2000 stations of the world (p. 63)."""


class Estimate(Enum):
    """What was not measured, and what it was taken from."""

    RADIATION_FROM_SUNSHINE = "radiation-from-sunshine"
    RADIATION_FROM_TEMPERATURES = "radiation-from-temperatures"
    HUMIDITY_FROM_RH_MAX = "humidity-from-rh-max"
    HUMIDITY_FROM_RH_MEAN = "humidity-from-rh-mean"
    HUMIDITY_FROM_RH_MIN = "humidity-from-rh-min"
    HUMIDITY_FROM_TMIN = "humidity-from-tmin"
    WIND_ASSUMED = "wind-assumed"


ESTIMATED = {
    Estimate.RADIATION_FROM_SUNSHINE: Text(
        "bức xạ tính từ số giờ nắng", "radiation from the hours of sunshine (Eq. 35)"
    ),
    Estimate.RADIATION_FROM_TEMPERATURES: Text(
        "bức xạ tính từ nhiệt độ cao nhất và thấp nhất",
        "radiation from the day's range of temperature (Eq. 50)",
    ),
    Estimate.HUMIDITY_FROM_RH_MAX: Text(
        "độ ẩm không khí tính từ mức cao nhất", "humidity from its maximum alone (Eq. 18)"
    ),
    Estimate.HUMIDITY_FROM_RH_MEAN: Text(
        "độ ẩm không khí tính từ mức trung bình", "humidity from its mean alone (Eq. 19)"
    ),
    Estimate.HUMIDITY_FROM_RH_MIN: Text(
        "độ ẩm không khí tính từ mức thấp nhất",
        "humidity from its minimum alone (ASCE-EWRI 2005, Eq. 13)",
    ),
    Estimate.HUMIDITY_FROM_TMIN: Text(
        "độ ẩm không khí tính từ nhiệt độ thấp nhất",
        "humidity from the night's temperature, as if dew had fallen (Eq. 48)",
    ),
    Estimate.WIND_ASSUMED: Text("gió coi như 2 m/s", "wind taken for 2 m/s (p. 63)"),
}
"""For people. Equations and pages are those of FAO-56."""


@dataclass(frozen=True, slots=True)
class Climate:
    """What the land tells of what was not measured. The defaults are for humid lands away from
    the sea.

    `k_rs`: °C^-0.5, 0.16 inland to 0.19 at a coast (Eq. 50). `dew_below_tmin_c`: how far the dew
    point stays below Tmin, 2 to 3 °C in arid lands (p. 58). `rh_first`: take the extremes of
    relative humidity even where there is a dew point, because that is known to be worse.
    """

    k_rs: float = radiation.K_RS_INLAND
    dew_below_tmin_c: float = 0.0
    rh_first: bool = False


HUMID_INLAND = Climate()


def vapour_pressure(
    weather: DailyWeather, tmax_c: float, tmin_c: float, climate: Climate
) -> tuple[float, Estimate | None]:
    """Actual vapour pressure, kPa, in the order of ASCE-EWRI (2005) table 3."""
    rh_max, rh_min = weather.rh_max_pct, weather.rh_min_pct
    both = rh_max is not None and rh_min is not None
    if weather.vapour_pressure_kpa is not None:
        return weather.vapour_pressure_kpa, None
    if weather.dew_point_c is not None and not (climate.rh_first and both):
        return air.saturation_vapour_pressure(weather.dew_point_c), None
    if rh_max is not None and rh_min is not None:
        return air.vapour_pressure_from_rh_extremes(tmax_c, tmin_c, rh_max, rh_min), None
    if rh_max is not None:
        return air.vapour_pressure_from_rh_max(tmin_c, rh_max), Estimate.HUMIDITY_FROM_RH_MAX
    if weather.rh_mean_pct is not None:
        mean = air.vapour_pressure_from_rh_mean(tmax_c, tmin_c, weather.rh_mean_pct)
        return mean, Estimate.HUMIDITY_FROM_RH_MEAN
    if rh_min is not None:
        return air.vapour_pressure_from_rh_min(tmax_c, rh_min), Estimate.HUMIDITY_FROM_RH_MIN
    dew = tmin_c - climate.dew_below_tmin_c
    return air.saturation_vapour_pressure(dew), Estimate.HUMIDITY_FROM_TMIN


def solar_radiation(
    weather: DailyWeather,
    tmax_c: float,
    tmin_c: float,
    ra: float,
    rso: float,
    sun: Sun,
    k_rs: float,
) -> tuple[float, Estimate | None]:
    """Rs, MJ/m² per day: measured, else from sunshine, else from the temperatures."""
    if weather.solar_mj_m2 is not None:
        return weather.solar_mj_m2, None
    if weather.sunshine_h is not None:
        daylight = radiation.daylight_hours(sun)
        rs = radiation.radiation_from_sunshine(ra, weather.sunshine_h, daylight)
        return rs, Estimate.RADIATION_FROM_SUNSHINE
    rs = radiation.radiation_from_temperatures(ra, tmax_c, tmin_c, k_rs)
    # A front spreads the temperatures of a day more than any sky lets sun through.
    return min(rs, rso), Estimate.RADIATION_FROM_TEMPERATURES


def wind_at_2m(weather: DailyWeather, station: Station) -> tuple[float, Estimate | None]:
    """m/s at 2 m above the ground."""
    if weather.wind_m_s is None:
        return WIND_UNKNOWN_M_S, Estimate.WIND_ASSUMED
    return air.wind_at_2m(weather.wind_m_s, station.wind_height_m), None
