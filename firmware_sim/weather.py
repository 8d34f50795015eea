"""Sun, clouds, rain and air over the hamlet: one weather for everything that stands in it.

Each day's character follows from the seed and the date alone, so that a world continues after a
pause without remembering its weather; only the sums (sun, rain, evaporation) are state.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random
from statistics import NormalDist
from zoneinfo import ZoneInfo

from astral import Observer
from astral.sun import elevation

from devices.reading import Millis
from firmware_sim.chance import stream

SLOT_MS = 300_000
"""The weather stands still for five minutes: slower than clouds, faster than any report of it."""
DAY_MS = 86_400_000
NIGHT_BELOW_DEG = -1.5
"""The sun's elevation at which a panel's voltage tells its controller that it is night."""

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


@dataclass(slots=True)
class Air:
    """The weather of one slot."""

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


class Sky:
    """The weather as time goes on. Sums run from the world's first moment to `now`."""

    def __init__(
        self, seed: int, now: Millis, *, place: tuple[float, float, float], timezone: str
    ) -> None:
        """`place` is latitude, longitude and altitude in metres."""
        self.now = now
        self.sun_wh_m2 = 0.0
        self.rain_mm = 0.0
        self.evaporation_mm = 0.0
        self._seed = seed
        self._observer = Observer(*place)
        self._timezone = ZoneInfo(timezone)
        self._day = lru_cache(maxsize=8)(self._make_day)
        self._deviate = lru_cache(maxsize=64)(self._draw)
        self._slot_end = 0
        self.air = self._enter(now)
        self.soil_c = self.air.temperature_c

    def advance(self, now: Millis) -> None:
        """Let time pass. A clock that is set back changes nothing."""
        while now >= self._slot_end:
            self._pass(self._slot_end)
            self.air = self._enter(self._slot_end)
        if now > self.now:
            self._pass(now)

    def next_local(self, now: Millis, hour: int) -> Millis:
        """When the local clock next shows that full hour."""
        local = datetime.fromtimestamp(now / 1000, self._timezone)
        then = local.replace(hour=hour, minute=0, second=0, microsecond=0)
        if then <= local:
            then += timedelta(days=1)
        return int(then.timestamp() * 1000)

    def save(self) -> dict[str, float]:
        """The sums, for `load`."""
        return {
            "sun_wh_m2": self.sun_wh_m2,
            "rain_mm": self.rain_mm,
            "evaporation_mm": self.evaporation_mm,
            "soil_c": self.soil_c,
        }

    def load(self, saved: Mapping[str, float]) -> None:
        """Continue with the sums of `save`."""
        self.sun_wh_m2 = saved["sun_wh_m2"]
        self.rain_mm = saved["rain_mm"]
        self.evaporation_mm = saved["evaporation_mm"]
        self.soil_c = saved["soil_c"]

    def _pass(self, until: Millis) -> None:
        hours = (until - self.now) / 3_600_000
        air = self.air
        self.sun_wh_m2 += air.sun_w_m2 * hours
        self.rain_mm += air.rain_mm_h * hours
        self.evaporation_mm += air.evaporation_mm_h * hours
        # The soil at the probe's depth follows the air with a delay of a day and a half.
        self.soil_c += (air.temperature_c - self.soil_c) * min(1.0, hours / 36)
        self.now = until

    def _enter(self, now: Millis) -> Air:
        """The weather of the slot that `now` is in."""
        start = now - now % SLOT_MS
        self._slot_end = start + SLOT_MS
        moment = datetime.fromtimestamp((start + SLOT_MS // 2) / 1000, UTC)
        local = moment.astimezone(self._timezone)
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
        sun = _clear_sky_w_m2(height) * (1 - 0.75 * cloud**3.4)
        swing = 1.8 + 3.4 * (1 - cloud)
        temperature = (
            blend(one.mean_c, two.mean_c)
            + swing * math.cos(2 * math.pi * (hour - 14.5) / 24)
            + 0.5 * self._drift("warmth", start, 3_600_000)
            - (1.5 if rain else 0.0)
        )
        dew = min(temperature - 0.3, blend(one.dew_point_c, two.dew_point_c) + (2 if rain else 0))
        breeze = 0.35 + 0.65 * max(0.0, math.sin(math.pi * (hour - 6) / 13))
        gusts = 1 + 0.4 * self._drift("wind", start, 600_000)
        wind = blend(one.wind_m_s, two.wind_m_s) * breeze * gusts + (1.2 if rain else 0.0)
        tide = 0.12 * math.cos(2 * math.pi * (hour - 10) / 12)  # of the air: two a day
        return Air(
            elevation_deg=height,
            sun_w_m2=sun,
            cloud=cloud,
            rain_mm_h=rain,
            evaporation_mm_h=_evaporation_mm_h(sun, temperature),
            temperature_c=temperature,
            humidity_pct=100 * _vapour_kpa(dew) / _vapour_kpa(temperature),
            wind_m_s=max(0.0, wind),
            pressure_kpa=blend(one.pressure_kpa, two.pressure_kpa) + tide,
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


def _clear_sky_w_m2(elevation_deg: float) -> float:
    """Global radiation on flat ground (Meinel), less the haze of the region."""
    if elevation_deg <= 0:
        return 0.0
    height = math.sin(math.radians(elevation_deg))
    air_mass = 1 / (height + 0.15 * (elevation_deg + 3.885) ** -1.253)
    return float(0.88 * 1353 * 1.1 * 0.7 ** (air_mass**0.678) * height)


def _evaporation_mm_h(sun_w_m2: float, temperature_c: float) -> float:
    """Reference evapotranspiration from radiation and temperature alone (Makkink)."""
    slope = 4098 * _vapour_kpa(temperature_c) / (temperature_c + 237.3) ** 2
    return 0.7 * slope / (slope + 0.067) * sun_w_m2 * 0.0036 / 2.45


def _vapour_kpa(temperature_c: float) -> float:
    """Saturation vapour pressure (Magnus)."""
    return 0.6108 * math.exp(17.27 * temperature_c / (temperature_c + 237.3))
