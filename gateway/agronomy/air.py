"""The state of the air, FAO-56 chapter 3: pressure, humidity, wind.

Temperatures in °C, pressures in kPa, heights in m, wind in m/s, relative humidity in per cent.
"""

from math import exp, log

VANE_LOWEST_M = 0.5
"""Eq. 47 holds above a short grass; below this its logarithm runs away."""


def pressure(altitude_m: float) -> float:
    """Atmospheric pressure, kPa (Eq. 7)."""
    return float(101.3 * ((293.0 - 0.0065 * altitude_m) / 293.0) ** 5.26)


def psychrometric_constant(pressure_kpa: float) -> float:
    """kPa/°C (Eq. 8)."""
    return 0.665e-3 * pressure_kpa


def saturation_vapour_pressure(temperature_c: float) -> float:
    """kPa, over water (Eq. 11). Of a dew point it is the actual vapour pressure (Eq. 14)."""
    return 0.6108 * exp(17.27 * temperature_c / (temperature_c + 237.3))


def mean_saturation_vapour_pressure(tmax_c: float, tmin_c: float) -> float:
    """kPa, of a day (Eq. 12): the mean of both ends, for the curve is not straight."""
    return (saturation_vapour_pressure(tmax_c) + saturation_vapour_pressure(tmin_c)) / 2


def vapour_pressure_slope(temperature_c: float) -> float:
    """Slope of the saturation vapour pressure curve, kPa/°C (Eq. 13)."""
    return 4098 * saturation_vapour_pressure(temperature_c) / (temperature_c + 237.3) ** 2


def vapour_pressure_from_rh_extremes(
    tmax_c: float, tmin_c: float, rh_max_pct: float, rh_min_pct: float
) -> float:
    """Actual vapour pressure, kPa (Eq. 17). The air is most humid when it is coldest."""
    morning = saturation_vapour_pressure(tmin_c) * rh_max_pct
    afternoon = saturation_vapour_pressure(tmax_c) * rh_min_pct
    return (morning + afternoon) / 200


def vapour_pressure_from_rh_max(tmin_c: float, rh_max_pct: float) -> float:
    """Actual vapour pressure, kPa, where the minimum is not known or not sure (Eq. 18)."""
    return saturation_vapour_pressure(tmin_c) * rh_max_pct / 100


def vapour_pressure_from_rh_min(tmax_c: float, rh_min_pct: float) -> float:
    """Actual vapour pressure, kPa, where only the minimum is known (ASCE-EWRI 2005, Eq. 13)."""
    return saturation_vapour_pressure(tmax_c) * rh_min_pct / 100


def vapour_pressure_from_rh_mean(tmax_c: float, tmin_c: float, rh_mean_pct: float) -> float:
    """Actual vapour pressure, kPa, where only the mean is known (Eq. 19)."""
    return rh_mean_pct / 100 * mean_saturation_vapour_pressure(tmax_c, tmin_c)


def wind_at_2m(speed_m_s: float, height_m: float) -> float:
    """m/s at 2 m, from the speed at another height above short grass (Eq. 47).

    Raises ValueError for a height at which nobody measures wind.
    """
    if height_m < VANE_LOWEST_M:
        raise ValueError(f"wind is not measured at {height_m:g} m")
    if height_m == 2.0:
        return speed_m_s  # the equation's rounded figures would take off 0.05 %
    return speed_m_s * 4.87 / log(67.8 * height_m - 5.42)
