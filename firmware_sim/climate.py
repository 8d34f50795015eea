"""Weather made up from the climate of Thái Nguyên: dry and grey in winter, the monsoon in summer.

Each day's character follows from the seed and the date alone, so that a world continues after a
pause without remembering its weather.
"""

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from random import Random
from statistics import NormalDist
from zoneinfo import ZoneInfo

from astral import Observer
from astral.sun import elevation

from devices.reading import Millis
from firmware_sim.air import (
    CLOUD_DIMS,
    CLOUD_POWER,
    NIGHT_BELOW_DEG,
    SLOT_MS,
    Air,
    breeze,
    clear_sky_w_m2,
    evaporation_mm_h,
    vapour_kpa,
)
from firmware_sim.chance import stream

DAY_MS: Millis = 86_400_000

# Monthly normals of Thái Nguyên, rounded: mean °C, rain mm, days with rain.
CLIMATE = (
    (16.3, 27, 8),
    (17.5, 32, 9),
    (20.2, 62, 12),
    (24.0, 114, 13),
    (27.3, 234, 14),
    (28.8, 323, 16),
    (28.7, 417, 17),
    (28.2, 359, 17),
    (27.2, 235, 12),
    (24.6, 132, 9),
    (21.0, 49, 6),
    (17.5, 26, 5),
)
DRY_MONTH = 12
"""The least rain for the thirst of the tea: half of it."""
WET_MONTH = 7
"""The most rain: three times the thirst."""


@dataclass(frozen=True, slots=True)
class Shower:
    """Rain from `start_h` to `end_h` of a local day."""

    start_h: float
    end_h: float
    mm_h: float


@dataclass(frozen=True, slots=True)
class Day:
    """The character of one local day."""

    cloud: float
    mean_c: float
    dew_point_c: float
    wind_m_s: float
    pressure_kpa: float
    showers: tuple[Shower, ...]


class Climate:
    """A Weather by month, seed and date."""

    def __init__(self, seed: int, *, place: tuple[float, float, float], timezone: str) -> None:
        """`place` is latitude, longitude and altitude in metres."""
        self.timezone = ZoneInfo(timezone)
        self._seed = seed
        self._observer = Observer(*place)
        self._day = lru_cache(maxsize=8)(self._make_day)
        self._deviate = lru_cache(maxsize=64)(self._draw)

    def air(self, start: Millis) -> Air:
        """See Weather."""
        moment = datetime.fromtimestamp((start + SLOT_MS // 2) / 1000, UTC)
        local = moment.astimezone(self.timezone)
        day = local.toordinal() - _EPOCH_ORDINAL
        hour = local.hour + local.minute / 60 + local.second / 3600
        # Noon has the character of its day; midnight is half way between two days.
        first, share = (day, (hour - 12) / 24) if hour >= 12 else (day - 1, (hour + 12) / 24)
        one, two = self._day(first), self._day(first + 1)

        def blend(a: float, b: float) -> float:
            return a + (b - a) * share

        rain = sum(s.mm_h for s in self._day(day).showers if s.start_h <= hour < s.end_h)
        cloud = blend(one.cloud, two.cloud) + 0.3 * self._drift("cloud", start, 2_700_000)
        cloud = 1.0 if rain else max(0.0, min(1.0, cloud))
        height = elevation(self._observer, moment)
        clearness = 1 - CLOUD_DIMS * cloud**CLOUD_POWER
        sun = clear_sky_w_m2(height) * clearness
        swing = 1.8 + 3.4 * (1 - cloud)
        temperature = (
            blend(one.mean_c, two.mean_c)
            + swing * math.cos(2 * math.pi * (hour - 14.5) / 24)
            + 0.5 * self._drift("warmth", start, 3_600_000)
            - (1.5 if rain else 0.0)
        )
        dew = min(temperature - 0.3, blend(one.dew_point_c, two.dew_point_c) + (2 if rain else 0))
        gusts = 1 + 0.4 * self._drift("wind", start, 600_000)
        wind = blend(one.wind_m_s, two.wind_m_s) * breeze(hour) * gusts + (1.2 if rain else 0.0)
        wind = max(0.0, wind)
        humidity = 100 * vapour_kpa(dew) / vapour_kpa(temperature)
        tide = 0.12 * math.cos(2 * math.pi * (hour - 10) / 12)  # of the air: two a day
        pressure = blend(one.pressure_kpa, two.pressure_kpa) + tide
        return Air(
            elevation_deg=height,
            sun_w_m2=sun,
            cloud=cloud,
            rain_mm_h=rain,
            evaporation_mm_h=evaporation_mm_h(
                sun, clearness, temperature, humidity, wind, pressure
            ),
            temperature_c=temperature,
            humidity_pct=humidity,
            wind_m_s=wind,
            pressure_kpa=pressure,
            night=height < NIGHT_BELOW_DEG,
            hour=hour,
            day=day,
        )

    def _make_day(self, day: int) -> Day:
        month = datetime.fromtimestamp(day * DAY_MS / 1000, UTC).month
        normal_c, rain_mm, rain_days = CLIMATE[month - 1]
        random = stream(self._seed, "day", day)
        wetness = self._persistent("wet", day)
        showers: tuple[Shower, ...] = ()
        if wetness > NormalDist().inv_cdf(1 - rain_days / 30):
            showers = _make_showers(random, rain_mm / rain_days)
        cloud = max(0.05, min(1.0, (0.62 if month in (12, 1, 2, 3) else 0.52) + 0.28 * wetness))
        mean = normal_c + 2.2 * self._persistent("warm", day) - 1.5 * (wetness > 1)
        return Day(
            cloud=cloud,
            mean_c=mean,
            dew_point_c=mean - 2.2 - 3.5 * (1 - cloud) + random.gauss(0, 0.6),
            wind_m_s=random.uniform(1.2, 2.8),
            pressure_kpa=100.9 - 0.05 * (normal_c - 21) + 0.3 * self._persistent("pressure", day),
            showers=showers,
        )

    def _persistent(self, name: str, day: int) -> float:
        """A normal deviate that likes to stay what it was the day before."""
        return 0.8 * self._deviate(name, day) + 0.6 * self._deviate(name, day - 1)

    def _drift(self, name: str, now: Millis, step: Millis) -> float:
        """A deviate that wanders from one knot to the next, `step` apart."""
        knot, rest = divmod(now, step)
        before, after = self._deviate(name, knot), self._deviate(name, knot + 1)
        return before + (after - before) * rest / step

    def _draw(self, name: str, number: int) -> float:
        return stream(self._seed, name, number).gauss(0, 1)


_EPOCH_ORDINAL = datetime(1970, 1, 1, tzinfo=UTC).toordinal()


def _make_showers(random: Random, typical_mm: float) -> tuple[Shower, ...]:
    total = max(0.4, typical_mm * random.expovariate(1.0))
    starts = sorted(random.uniform(0, 23) for _ in range(random.choice((1, 1, 2, 3))))
    lengths = [random.uniform(0.4, 3.0) for _ in starts]
    rate = total / sum(lengths)
    return tuple(
        Shower(start, start + length, rate) for start, length in zip(starts, lengths, strict=True)
    )
