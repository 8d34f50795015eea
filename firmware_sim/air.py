"""The air of one moment, and the physics that every weather shares. Knows no dates."""

import math
from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from devices.reading import Millis

SLOT_MS = 300_000
"""The weather stands still for five minutes: slower than clouds, faster than any report of it."""
NIGHT_BELOW_DEG = -1.5
"""The sun's elevation at which a panel's voltage tells its controller that it is night."""
CLOUD_DIMS = 0.75
"""Share of the sun that a closed cover takes (Kasten and Czeplak)."""
CLOUD_POWER = 3.4

_MJ_H_PER_W = 0.0036
_SIGMA_MJ_H = 4.903e-9 / 24
_PSYCHROMETRIC_PER_KPA = 0.000665


@dataclass(slots=True)
class Air:
    """The weather of one slot. `evaporation_mm_h` is that of well-watered grass."""

    elevation_deg: float
    sun_w_m2: float
    cloud: float
    rain_mm_h: float
    evaporation_mm_h: float
    temperature_c: float
    humidity_pct: float
    wind_m_s: float
    pressure_kpa: float
    night: bool
    hour: float
    """Local hour of day, 0 to 24."""
    day: int
    """Local days since the epoch."""


class Weather(Protocol):
    """Where a Sky takes its air from."""

    timezone: ZoneInfo

    def air(self, start: Millis) -> Air:
        """Of the slot that begins then."""
        ...


def clear_sky_w_m2(elevation_deg: float) -> float:
    """Global radiation on flat ground (Meinel), less the haze of the region."""
    if elevation_deg <= 0:
        return 0.0
    height = math.sin(math.radians(elevation_deg))
    air_mass = 1 / (height + 0.15 * (elevation_deg + 3.885) ** -1.253)
    return float(0.88 * 1353 * 1.1 * 0.7 ** (air_mass**0.678) * height)


def breeze(hour: float) -> float:
    """The wind of a local hour, as a share of the most of its day: it rises with the sun."""
    return 0.35 + 0.65 * max(0.0, math.sin(math.pi * (hour - 6) / 13))


def vapour_kpa(temperature_c: float) -> float:
    """Saturation vapour pressure (Magnus)."""
    return 0.6108 * math.exp(17.27 * temperature_c / (temperature_c + 237.3))


def evaporation_mm_h(
    sun_w_m2: float,
    clearness: float,
    temperature_c: float,
    humidity_pct: float,
    wind_m_s: float,
    pressure_kpa: float,
) -> float:
    """Reference evapotranspiration of an hour (FAO-56, equations 39, 45, 46 and 53).

    `clearness` is the sun's share of that under a clear sky, 0 to 1; by night that of the day.
    """
    saturated = vapour_kpa(temperature_c)
    vapour = saturated * humidity_pct / 100
    emitted = _SIGMA_MJ_H * (temperature_c + 273.16) ** 4
    lost = emitted * (0.34 - 0.14 * math.sqrt(vapour)) * (1.35 * clearness - 0.35)
    gained = 0.77 * sun_w_m2 * _MJ_H_PER_W - lost
    into_soil = 0.1 if sun_w_m2 > 0 else 0.5
    slope = 4098 * saturated / (temperature_c + 237.3) ** 2
    psychrometric = _PSYCHROMETRIC_PER_KPA * pressure_kpa
    drying = psychrometric * 37 / (temperature_c + 273) * wind_m_s * (saturated - vapour)
    energy = 0.408 * slope * gained * (1 - into_soil)
    return max(0.0, (energy + drying) / (slope + psychrometric * (1 + 0.34 * wind_m_s)))
