"""What the weather stations measured: hours, and from them local days and their ET0.

An hour of several stations is the median of their means. Rain is the most that any of them
counted: a gauge is blocked by a leaf more often than it counts what did not fall. Each rise of a
counter is credited once, to the hour in which it was first seen, also when the gateway was off
meanwhile; the counters are saved with the hours. Knows nothing of plots.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from statistics import median
from typing import NamedTuple

from devices.reading import Millis, Reading
from gateway.agronomy.balance import USUAL_DAYS, usual_et0
from gateway.agronomy.reference import reference_et
from gateway.agronomy.weather_day import DailyWeather, HourlyWeather, Station, day_of
from gateway.clock import Correction
from gateway.fleet import Device
from gateway.hamlet_time import HamletTime
from gateway.irrigation.counting import grown
from gateway.plot_records import BalanceDay, WeatherHour

HOUR_MS = 3_600_000
SAVE_MS = 600_000
"""How often the open hour is saved: a crash costs this much of it, and nothing of the rain."""
COVER_MS = 900_000
"""A reading speaks for the time since the one before, up to a quarter of an hour."""
FIRST_COVER_MS = 60_000
"""The first one of a station speaks for a minute."""
KEPT_DAYS = 5
"""Hours in memory: for the day that ends, for the rain since the last watering, and for days that
are summed up late."""
RAIN_MAX_MM_H = 200.0
"""More than the heaviest hour on record in the country: such a jump of a counter is no rain."""
OLD_MS = 48 * HOUR_MS
"""Weather that nobody measured for two days is not known, not even roughly."""
WIND_HEIGHT = "wind_height_m"
"""The technician's constant of a station: how high above the ground it measures the wind."""

_MEANS = {
    "temperature_c": "air_temperature_c",
    "humidity_pct": "relative_humidity_pct",
    "wind_m_s": "wind_speed_m_s",
    "solar_w_m2": "solar_w_m2",
}
_TEMPERATURE = "air_temperature_c"
_RAIN = "rain_total_mm"


class DayWeather(NamedTuple):
    """What is known of a local day: ET0 with what of it was estimated, None while it is unknown,
    and the rain seen on it, None when no gauge was heard."""

    et0_mm: float | None
    estimates: tuple[str, ...]
    rain_mm: float | None


@dataclass(slots=True)
class _Heard:
    """Of one station in the open hour: by metric the minutes it speaks for and their sum."""

    minutes: float = 0.0
    sums: dict[str, tuple[float, float]] = field(default_factory=dict)
    high_c: float | None = None
    low_c: float | None = None
    rain_mm: float | None = None


class WeatherLog:
    """The hours of the hamlet. Feed it only while the time is known."""

    def __init__(self, here: HamletTime, altitude_m: float) -> None:
        self._here = here
        self._altitude_m = altitude_m
        self._wind_height_m = 2.0
        self._hours: dict[Millis, WeatherHour] = {}
        self._base: WeatherHour | None = None  # what a start found of the open hour
        self._heard: dict[str, _Heard] = {}
        self._open_at: Millis | None = None
        self._saved_at: Millis = 0
        self._heard_at: dict[str, Millis] = {}
        self._totals: dict[str, float] = {}
        self._totals_at: Millis | None = None
        self._et0: dict[date, float] = {}  # of closed days
        self._days: dict[tuple[date, bool], DayWeather] = {}

    def restore(
        self, hours: Sequence[WeatherHour], balances: Iterable[BalanceDay], now: Millis
    ) -> None:
        """Take over what the journal knows; oldest first."""
        self._hours = {hour.at: hour for hour in hours if hour.at <= now}
        for hour in self._hours.values():
            if hour.rain_totals:
                self._totals.update(hour.rain_totals)
                self._totals_at = hour.at
        newest = max(self._hours, default=None)
        if newest is not None and newest == now // HOUR_MS * HOUR_MS:
            self._open_at, self._base = newest, self._hours[newest]
        for day in sorted(balances, key=lambda one: one.day):
            if day.closed and day.et0_mm is not None:
                self._et0[day.day] = day.et0_mm

    def take(self, station: Device, reading: Reading, now: Millis) -> list[WeatherHour]:
        """A newer reading of a station; returns hours to save."""
        self._wind_height_m = _wind_height(station.settings)
        at = min(reading.measured_at, now)
        saved = self.roll(at)
        if self._open_at is None:
            self._open_at = at // HOUR_MS * HOUR_MS
            self._saved_at = now
        heard = self._heard.setdefault(station.id, _Heard())
        self._add(heard, station.id, reading, max(at, self._open_at))
        hour = self._hours[self._open_at] = self._summed_up(self._open_at)
        self._days.clear()
        if now - self._saved_at >= SAVE_MS:
            self._saved_at = now
            saved.append(hour)
        return saved

    def roll(self, now: Millis) -> list[WeatherHour]:
        """Close the open hour if it is over; returns it, to be saved."""
        if self._open_at is None or now < self._open_at + HOUR_MS:
            return []
        closed = self._hours.get(self._open_at)
        self._open_at, self._base = None, None
        self._heard.clear()
        first = now - KEPT_DAYS * 24 * HOUR_MS
        self._hours = {at: hour for at, hour in self._hours.items() if at >= first}
        self._days.clear()
        return [closed] if closed is not None else []

    def day(self, day: date, *, over: bool) -> DayWeather:
        """What is known of a local day; ET0 only when it is `over`."""
        found = self._days.get((day, over))
        if found is None:
            found = self._days[day, over] = self._read_day(day, over=over)
            if over and found.et0_mm is not None:
                self._et0[day] = found.et0_mm
                self._et0 = dict(sorted(self._et0.items())[-2 * USUAL_DAYS :])
        return found

    def usual_et0(self, before: date) -> float:
        """What stands in for an unknown ET0: the mean of the last known days before."""
        return usual_et0([mm for day, mm in self._et0.items() if day < before])

    def rain_since(self, at: Millis, now: Millis) -> float | None:
        """Rain of the hours that ended after `at`; None when no gauge was heard in any. What is yet
        to come was written by a clock that was ahead."""
        known = [
            hour.rain_mm
            for hour in self._hours.values()
            if hour.rain_mm is not None and hour.at + HOUR_MS > at and hour.at <= now
        ]
        return sum(known) if known else None

    def is_known(self, now: Millis) -> bool:
        """Whether a station said how warm it is within OLD_MS."""
        return any(
            hour.temperature_c is not None and 0 <= now - hour.at <= OLD_MS
            for hour in self._hours.values()
        )

    def correct(self, correction: Correction) -> None:
        """The clock was wrong. The open hour is nobody's; what comes begins a new one, and the
        counters go on."""
        del correction
        self._open_at, self._base = None, None
        self._heard.clear()
        self._heard_at.clear()
        self._days.clear()

    def _add(self, heard: _Heard, station: str, reading: Reading, at: Millis) -> None:
        before = self._heard_at.get(station)
        self._heard_at[station] = at
        covered = FIRST_COVER_MS if before is None else min(at - before, COVER_MS)
        assert self._open_at is not None  # noqa: S101 - `take` opened it
        minutes = max(min(covered, at - self._open_at), FIRST_COVER_MS) / 60_000
        heard.minutes = min(heard.minutes + minutes, 60.0)
        for metric in _MEANS.values():
            value = reading.values.get(metric)
            if value is not None:
                weight, total = heard.sums.get(metric, (0.0, 0.0))
                heard.sums[metric] = weight + minutes, total + minutes * value
        degrees = reading.values.get(_TEMPERATURE)
        if degrees is not None:
            heard.high_c = degrees if heard.high_c is None else max(heard.high_c, degrees)
            heard.low_c = degrees if heard.low_c is None else min(heard.low_c, degrees)
        if _RAIN in reading.values:
            self._count_rain(heard, station, reading.values[_RAIN], before, at)

    def _count_rain(
        self, heard: _Heard, station: str, total: float, before: Millis | None, at: Millis
    ) -> None:
        known = self._totals.get(station)
        self._totals[station] = total
        if known is None:
            return
        since = before if before is not None else self._totals_at
        hours = 1.0 if since is None else max((at - since) / HOUR_MS, 1.0)
        fell = grown(known, total)
        if fell <= RAIN_MAX_MM_H * hours:
            heard.rain_mm = (heard.rain_mm or 0.0) + fell

    def _summed_up(self, at: Millis) -> WeatherHour:
        heard, base = list(self._heard.values()), self._base
        minutes = max((one.minutes for one in heard), default=0.0)
        before = base.minutes if base is not None else 0
        means: dict[str, float | None] = {}
        for name, metric in _MEANS.items():
            found = [one.sums[metric] for one in heard if metric in one.sums]
            mean = median(total / weight for weight, total in found) if found else None
            known = getattr(base, name) if base is not None else None
            if mean is not None and known is not None:
                mean = (known * before + mean * minutes) / (before + minutes)
            means[name] = known if mean is None else mean
        highs = [one.high_c for one in heard if one.high_c is not None]
        lows = [one.low_c for one in heard if one.low_c is not None]
        rain = [one.rain_mm for one in heard if one.rain_mm is not None]
        if base is not None and base.rain_mm is not None:
            rain = [base.rain_mm + max(rain, default=0.0)]
        return WeatherHour(
            at=at,
            minutes=min(round(before + minutes), 60),
            temperature_max_c=_outermost(max, highs, base.temperature_max_c if base else None),
            temperature_min_c=_outermost(min, lows, base.temperature_min_c if base else None),
            rain_mm=max(rain, default=None),
            rain_totals=dict(self._totals),
            **means,
        )

    def _read_day(self, day: date, *, over: bool) -> DayWeather:
        hours = [hour for hour in self._hours.values() if self._here.day(hour.at) == day]
        fell = [hour.rain_mm for hour in hours if hour.rain_mm is not None]
        rain = sum(fell) if fell else None
        if not over:
            return DayWeather(None, (), rain)
        station = Station(self._here.latitude, self._altitude_m, self._wind_height_m)
        found = reference_et(self._daily(day, hours), station)
        if found is None:
            return DayWeather(None, (), rain)
        return DayWeather(found.mm, tuple(one.value for one in found.estimates), rain)

    def _daily(self, day: date, hours: Sequence[WeatherHour]) -> DailyWeather:
        weather = day_of(
            day,
            [
                HourlyWeather(
                    self._here.local(hour.at),
                    hour.temperature_c,
                    hour.humidity_pct,
                    hour.wind_m_s,
                    hour.solar_w_m2,
                    hour.rain_mm,
                    hour.minutes,
                )
                for hour in hours
            ],
        )
        if weather.tmax_c is None:
            return weather
        # The extremes of the minutes, not of the hours' means.
        highs = [hour.temperature_max_c for hour in hours if hour.temperature_max_c is not None]
        lows = [hour.temperature_min_c for hour in hours if hour.temperature_min_c is not None]
        return replace(weather, tmax_c=max(highs), tmin_c=min(lows))


def _outermost(
    choose: Callable[[Sequence[float]], float], of_stations: Sequence[float], known: float | None
) -> float | None:
    """The median of the stations' extremes, or what was known before if that is further out."""
    found = [median(of_stations)] if of_stations else []
    if known is not None:
        found.append(known)
    return choose(found) if found else None


def _wind_height(settings: Mapping[str, object]) -> float:
    height = settings.get(WIND_HEIGHT)
    return float(height) if isinstance(height, int | float) else 2.0
