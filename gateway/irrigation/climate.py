"""The weather as it matters to watering now: wind, temperature, the rain of an hour and of a day,
and the rain that is foretold.

Pure. What nobody measures is None: unknown, never zero. Where several stations report, the most
rain and the most wind count, because they keep water back.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import NamedTuple

from devices.metric import Value
from devices.reading import Millis
from gateway.clock import Correction
from gateway.fleet import Fleet
from gateway.forecast import Forecasts
from gateway.irrigation.counting import grown
from gateway.plot_records import WeatherHour

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
STALE_MS = 1_800_000
"""A station that has said nothing for half an hour says nothing of the weather now."""
GUST_MS = 600_000
"""Wind is the mean of ten minutes, as weather services have it: a gust stops no watering, and a
lull starts none."""
MINUTE_MS = 60_000
_OF_STATIONS = ("wind_speed_m_s", "air_temperature_c", "rain_total_mm")


class Weather(NamedTuple):
    """What is known of the weather at one moment."""

    wind_m_s: float | None = None
    temperature_c: float | None = None
    rain_1h_mm: float | None = None
    rain_24h_mm: float | None = None
    forecast_mm: float | None = None


UNKNOWN = Weather()


@dataclass(slots=True)
class _Station:
    wind: deque[tuple[Millis, float]] = field(default_factory=deque)
    temperature: tuple[Millis, float] | None = None
    rain_total: tuple[Millis, float] | None = None
    watched: bool = False  # two values of its counter are known, so what came between them is
    rain: deque[tuple[Millis, float]] = field(default_factory=deque)  # by the minute

    def take_rain(self, at: Millis, total_mm: float) -> None:
        if self.rain_total is not None:
            self.watched = True
            fell = grown(self.rain_total[1], total_mm)
            if fell and self.rain and at - self.rain[-1][0] < MINUTE_MS:
                self.rain[-1] = self.rain[-1][0], self.rain[-1][1] + fell
            elif fell:
                self.rain.append((at, fell))
        self.rain_total = at, total_mm
        while self.rain and self.rain[0][0] <= at - DAY_MS:
            self.rain.popleft()


class Climate:
    """What the hamlet's weather stations said of the last day, and what `forecasts` say of the
    next one."""

    def __init__(self) -> None:
        self.forecasts = Forecasts()
        self._stations: dict[str, _Station] = {}
        self._before: list[tuple[Millis, float]] = []  # the rain of each hour before the start
        self._measured: tuple[Millis, Weather] | None = None  # the last answer, for all plots

    def restore(self, hours: Iterable[WeatherHour], fleet: Fleet) -> None:
        """Take over the rain that the journal remembers, oldest first, and the newest of what the
        stations said: a start knows no less of the weather than before. An hour's rain counts as if
        all of it had fallen at its end: it keeps water back rather too long."""
        known = list(hours)
        self._measured = None
        for station, total in known[-1].rain_totals.items() if known else ():
            self.take(station, known[-1].at, {"rain_total_mm": total})
        for device in fleet:
            for metric in _OF_STATIONS:
                at = device.measured_at_of(metric)
                if at is not None:
                    self.take(device.id, at, {metric: device.values[metric]})
        self._before = [(hour.at + HOUR_MS, hour.rain_mm) for hour in known if hour.rain_mm]

    def take(self, station: str, at: Millis, values: Mapping[str, Value]) -> None:
        """A newer reading of a station, measured `at`."""
        self._measured = None
        known = self._stations.setdefault(station, _Station())
        if (wind := values.get("wind_speed_m_s")) is not None:
            known.wind.append((at, wind))
            while known.wind[0][0] <= at - GUST_MS:
                known.wind.popleft()
        if (temperature := values.get("air_temperature_c")) is not None:
            known.temperature = at, temperature
        if (total := values.get("rain_total_mm")) is not None:
            known.take_rain(at, total)

    def at(self, now: Millis) -> Weather:
        """All that is known now."""
        if self._measured is None or self._measured[0] != now:
            self._measured = now, self._measure(now)
        return self._measured[1]._replace(forecast_mm=self.forecasts.rain_mm(now))

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        of = correction.of
        self._measured = None
        self._before = [(of(at), fell) for at, fell in self._before]
        for one in self._stations.values():
            one.wind = deque((of(at), speed) for at, speed in one.wind)
            one.rain = deque((of(at), fell) for at, fell in one.rain)
            if one.temperature is not None:
                one.temperature = of(one.temperature[0]), one.temperature[1]
            if one.rain_total is not None:
                one.rain_total = of(one.rain_total[0]), one.rain_total[1]

    def _measure(self, now: Millis) -> Weather:
        winds, temperatures = [], []
        for one in self._stations.values():
            if one.wind and now - one.wind[-1][0] <= STALE_MS:
                winds.append(fmean(speed for _, speed in one.wind))
            if one.temperature and now - one.temperature[0] <= STALE_MS:
                temperatures.append(one.temperature[1])
        return Weather(
            wind_m_s=max(winds, default=None),
            temperature_c=fmean(temperatures) if temperatures else None,
            rain_1h_mm=self._rain_mm(now, HOUR_MS),
            rain_24h_mm=self._rain_mm(now, DAY_MS),
        )

    def _rain_mm(self, now: Millis, window_ms: Millis) -> float | None:
        """What fell in the window at least; None where nobody watches, and none is known of."""
        since = now - window_ms
        fell = max((_sum(one.rain, since) for one in self._stations.values()), default=0.0)
        # A clock that was ahead before the start left rain that seems to be yet to come.
        fell += _sum([one for one in self._before if one[0] <= now + HOUR_MS], since)
        watched = any(
            one.watched and one.rain_total is not None and now - one.rain_total[0] <= STALE_MS
            for one in self._stations.values()
        )
        return fell if fell or watched else None


def _sum(rain: Iterable[tuple[Millis, float]], since: Millis) -> float:
    return sum(fell for at, fell in rain if at > since)
