"""Radiation, FAO-56 chapter 3: what the sun sends, what reaches the grass, what stays.

All in MJ/m² per day, or per hour where the name says so. `clearness` is Rs/Rso, the share of a
clear sky's radiation that arrives. Latitudes in degrees, south negative.
"""

from datetime import UTC, datetime
from functools import lru_cache
from math import acos, cos, pi, sin, sqrt, tan
from typing import NamedTuple

ALBEDO = 0.23
"""Of the reference grass (Eq. 38)."""
SOLAR_MJ_M2_MIN = 0.0820
STEFAN_BOLTZMANN_DAY = 4.903e-9
"""MJ/(K⁴ m² day), Eq. 39."""
KELVIN = 273.16
"""FAO-56 writes it so (Eq. 39)."""
ANGSTROM_A, ANGSTROM_B = 0.25, 0.50
"""Where nobody has calibrated them (p. 50)."""
K_RS_INLAND = 0.16
"""°C^-0.5, Eq. 50: where the land rules the air's temperature; where the sea does, 0.19."""
CLEARNESS_MIN = 0.30
"""Under the darkest clouds (ASCE-EWRI 2005, Eq. 18 bounds Rs/Rso so)."""
CLEARNESS_UNKNOWN = 0.5
"""At night, when the evening before was not seen: of 0.4–0.6 in humid climates (p. 75)."""
LOW_SUN = 0.3
"""Sine of 17°. When the sun stands lower Rs/Rso says little (ASCE-EWRI 2005)."""
SOIL_HEAT_BY_DAY, SOIL_HEAT_BY_NIGHT = 0.1, 0.5
"""Share of the net radiation that the soil takes in an hour (Eq. 45, 46)."""
SUNS = 4 * 366
"""Kept of what was computed: the days of a year come again, for a few stations."""


class Sun(NamedTuple):
    """The sun of one day at one latitude. Angles in radians."""

    latitude: float
    declination: float
    inverse_distance: float
    sunset: float
    """The hour angle at which it sets; 0 in the polar night, π when it does not set."""


@lru_cache(maxsize=SUNS)
def sun_of(latitude_deg: float, day_of_year: int) -> Sun:
    """Eq. 22–25."""
    year = 2 * pi * day_of_year / 365
    latitude = latitude_deg * pi / 180
    declination = 0.409 * sin(year - 1.39)
    sunset = acos(min(max(-tan(latitude) * tan(declination), -1.0), 1.0))
    return Sun(latitude, declination, 1 + 0.033 * cos(year), sunset)


@lru_cache(maxsize=SUNS)
def extraterrestrial_radiation(sun: Sun) -> float:
    """Ra of a day (Eq. 21): what would reach the ground if there were no air."""
    return _extraterrestrial(sun, -sun.sunset, sun.sunset)


def hourly_extraterrestrial_radiation(sun: Sun, solar_hour: float) -> float:
    """Ra of the hour whose middle is `solar_hour` of true solar time, 0 to 24 (Eq. 28–30); of an
    hour in which the sun rises or sets only that part counts."""
    middle = _hour_angle(solar_hour)
    begin = max(middle - pi / 24, -sun.sunset)
    end = min(middle + pi / 24, sun.sunset)
    return _extraterrestrial(sun, begin, end) if begin < end else 0.0


def _extraterrestrial(sun: Sun, begin: float, end: float) -> float:
    steady = (end - begin) * sin(sun.latitude) * sin(sun.declination)
    swing = cos(sun.latitude) * cos(sun.declination) * (sin(end) - sin(begin))
    return 12 * 60 / pi * SOLAR_MJ_M2_MIN * sun.inverse_distance * (steady + swing)


def sine_of_sun_height(sun: Sun, solar_hour: float) -> float:
    """Of its angle above the horizon at that true solar time; below 0 by night."""
    across = cos(sun.latitude) * cos(sun.declination) * cos(_hour_angle(solar_hour))
    return sin(sun.latitude) * sin(sun.declination) + across


def _hour_angle(solar_hour: float) -> float:
    """Radians from noon, -π to π (Eq. 31)."""
    return pi / 12 * (solar_hour - 12)


def solar_hour(at: datetime, longitude_deg: float) -> float:
    """True solar time of a moment that knows its zone, 0 to 24 (Eq. 31–33), east positive."""
    utc = at.astimezone(UTC)
    b = 2 * pi * (utc.timetuple().tm_yday - 81) / 364
    equation = 0.1645 * sin(2 * b) - 0.1255 * cos(b) - 0.025 * sin(b)
    clock = utc.hour + utc.minute / 60 + utc.second / 3600
    return (clock + longitude_deg / 15 + equation) % 24


def daylight_hours(sun: Sun) -> float:
    """N (Eq. 34)."""
    return 24 / pi * sun.sunset


def clear_sky_radiation(ra: float, altitude_m: float) -> float:
    """Rso (Eq. 37)."""
    return (0.75 + 2e-5 * altitude_m) * ra


def radiation_from_sunshine(ra: float, sunshine_h: float, daylight_h: float) -> float:
    """Rs by Ångström (Eq. 35)."""
    share = sunshine_h / daylight_h if daylight_h else 0.0
    return (ANGSTROM_A + ANGSTROM_B * share) * ra


def radiation_from_temperatures(
    ra: float, tmax_c: float, tmin_c: float, k_rs: float = K_RS_INLAND
) -> float:
    """Rs by Hargreaves (Eq. 50): clear days swing more between night and noon."""
    return k_rs * sqrt(tmax_c - tmin_c) * ra


def clearness(rs: float, rso: float) -> float:
    """Rs/Rso, bounded by what a sky can do."""
    return min(max(rs / rso, CLEARNESS_MIN), 1.0) if rso > 0 else CLEARNESS_UNKNOWN


def net_shortwave(rs: float) -> float:
    """Rns, of a day or of an hour (Eq. 38)."""
    return (1 - ALBEDO) * rs


def net_longwave(tmax_c: float, tmin_c: float, ea_kpa: float, clear: float) -> float:
    """Rnl of a day (Eq. 39). `clear` is the clearness."""
    radiated = ((tmax_c + KELVIN) ** 4 + (tmin_c + KELVIN) ** 4) / 2
    return _longwave(STEFAN_BOLTZMANN_DAY * radiated, ea_kpa, clear)


def hourly_net_longwave(temperature_c: float, ea_kpa: float, clear: float) -> float:
    """Rnl of an hour (Eq. 39 with σ/24, p. 75). `clear` by night is that of the evening before."""
    return _longwave(STEFAN_BOLTZMANN_DAY / 24 * (temperature_c + KELVIN) ** 4, ea_kpa, clear)


def _longwave(black_body: float, ea_kpa: float, clear: float) -> float:
    return black_body * (0.34 - 0.14 * sqrt(ea_kpa)) * (1.35 * clear - 0.35)


def hourly_soil_heat(rn: float) -> float:
    """G under the grass in an hour (Eq. 45, 46); of a day it is taken for 0 (Eq. 42)."""
    return rn * (SOIL_HEAT_BY_DAY if rn > 0 else SOIL_HEAT_BY_NIGHT)
