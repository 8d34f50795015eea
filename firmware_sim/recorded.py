"""Weather from a record of daily values, with a plausible course through each day.

Each day keeps what the record says of it: the sums of sun and rain, the extremes of temperature,
the mean wind. When it rains is drawn from seed and date.
"""

import math
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
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

SLOT_H = SLOT_MS / 3_600_000
COLDEST_H = 5.5 + SLOT_H / 2
WARMEST_H = 14.5 + SLOT_H / 2
"""Local hours, each the middle of a slot, so that the extremes are reached."""
SHOWER_MM_H = 4.0
"""Of a day's rain: more of it lasts longer…"""
SHOWER_MAX_H = 10.0
"""…but not longer than this; then it rains harder."""


class RecordError(ValueError):
    """The record cannot be played; the message says which day and why."""


@dataclass(frozen=True, slots=True)
class DayRecord:
    """One local day. The wind is the mean at 2 m, the dew point the mean of the day."""

    day: date
    tmin_c: float
    tmax_c: float
    dew_point_c: float
    solar_mj_m2: float
    wind_m_s: float
    rain_mm: float


@dataclass(frozen=True, slots=True)
class _Course:
    """How a day goes, by slots from its midnight on."""

    record: DayRecord
    midnight: Millis
    elevations: tuple[float, ...]
    sun_share: float
    """Of what shines from a clear sky; above 1 where the air is cleaner than ours."""
    wind_share: float
    rain: range
    rain_mm_h: float


class RecordedWeather:
    """A Weather. Before and after its days the first and the last are repeated."""

    def __init__(
        self,
        days: Sequence[DayRecord],
        seed: int,
        *,
        place: tuple[float, float, float],
        timezone: str,
    ) -> None:
        """`days` follow each other without a gap; `place` is latitude, longitude and altitude in
        metres. Raises RecordError."""
        _check(days)
        self.timezone = ZoneInfo(timezone)
        self._days = tuple(days)
        self._seed = seed
        self._observer = Observer(*place)
        # Standard atmosphere (FAO-56, equation 7).
        self._pressure_kpa = 101.3 * ((293 - 0.0065 * place[2]) / 293) ** 5.26
        self._course = lru_cache(maxsize=4)(self._make_course)

    def air(self, start: Millis) -> Air:
        """See Weather."""
        local = datetime.fromtimestamp((start + SLOT_MS // 2) / 1000, self.timezone)
        hour = local.hour + local.minute / 60 + local.second / 3600
        course = self._course(local.date())
        slot = (start - course.midnight) // SLOT_MS
        height = course.elevations[slot]
        sun = clear_sky_w_m2(height) * course.sun_share
        clearness = min(1.0, course.sun_share)
        rain = course.rain_mm_h if slot in course.rain else 0.0
        temperature = self._temperature_c(local.date(), hour)
        dew = min(course.record.dew_point_c, temperature)
        humidity = min(100.0, 100 * vapour_kpa(dew) / vapour_kpa(temperature))
        wind = course.wind_share * breeze(hour)
        return Air(
            elevation_deg=height,
            sun_w_m2=sun,
            cloud=min(1.0, ((1 - clearness) / CLOUD_DIMS) ** (1 / CLOUD_POWER)),
            rain_mm_h=rain,
            evaporation_mm_h=evaporation_mm_h(
                sun, clearness, temperature, humidity, wind, self._pressure_kpa
            ),
            temperature_c=temperature,
            humidity_pct=humidity,
            wind_m_s=wind,
            pressure_kpa=self._pressure_kpa,
            night=height < NIGHT_BELOW_DEG,
            hour=hour,
            day=local.toordinal() - _EPOCH_ORDINAL,
        )

    def _record(self, day: date) -> DayRecord:
        number = (day - self._days[0].day).days
        return self._days[max(0, min(number, len(self._days) - 1))]

    def _temperature_c(self, day: date, hour: float) -> float:
        """From one extreme to the next; a cold front ends at midnight, for the sake of both days'
        extremes."""
        today = self._record(day)
        if hour < COLDEST_H:
            before = self._record(day - timedelta(days=1)).tmax_c
            course = _swing(before, today.tmin_c, (hour + 24 - WARMEST_H) / _NIGHT_H)
        elif hour < WARMEST_H:
            course = _swing(today.tmin_c, today.tmax_c, (hour - COLDEST_H) / (24 - _NIGHT_H))
        else:
            after = self._record(day + timedelta(days=1)).tmin_c
            course = _swing(today.tmax_c, after, (hour - WARMEST_H) / _NIGHT_H)
        return max(today.tmin_c, min(today.tmax_c, course))

    def _make_course(self, day: date) -> _Course:
        record = self._record(day)
        midnight = self._midnight(day)
        slots = (self._midnight(day + timedelta(days=1)) - midnight) // SLOT_MS
        middles = [midnight + slot * SLOT_MS + SLOT_MS // 2 for slot in range(slots)]
        moments = [datetime.fromtimestamp(middle / 1000, UTC) for middle in middles]
        elevations = tuple(elevation(self._observer, moment) for moment in moments)
        clear_mj = sum(map(clear_sky_w_m2, elevations)) * SLOT_MS / 1e9
        hours = [slot * SLOT_H for slot in range(slots)]
        still = sum(breeze(hour + SLOT_H / 2) for hour in hours) / slots
        wet_h = min(SHOWER_MAX_H, record.rain_mm / SHOWER_MM_H)
        wet = math.ceil(wet_h / SLOT_H)
        first = stream(self._seed, "rain", day.toordinal()).randrange(slots - wet)
        return _Course(
            record,
            midnight,
            elevations,
            record.solar_mj_m2 / clear_mj if clear_mj else 0.0,
            record.wind_m_s / still,
            range(first, first + wet),
            record.rain_mm / (wet * SLOT_H) if wet else 0.0,
        )

    def _midnight(self, day: date) -> Millis:
        return int(datetime.combine(day, time(), self.timezone).timestamp() * 1000)


_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_NIGHT_H = 24 - WARMEST_H + COLDEST_H


def _swing(one: float, two: float, share: float) -> float:
    return one + (two - one) * (1 - math.cos(math.pi * share)) / 2


def _check(days: Sequence[DayRecord]) -> None:
    if not days:
        raise RecordError("the record has no days")
    for number, record in enumerate(days):
        _, *values = astuple(record)
        if not all(map(math.isfinite, values)):
            raise RecordError(f"{record.day}: a value is missing")
        if record.tmin_c > record.tmax_c:
            raise RecordError(f"{record.day}: the minimum is above the maximum")
        if min(record.solar_mj_m2, record.wind_m_s, record.rain_mm) < 0:
            raise RecordError(f"{record.day}: sun, wind and rain cannot be below zero")
        expected = days[0].day + timedelta(days=number)
        if record.day != expected:
            raise RecordError(f"{record.day}: {expected} should be here")
