"""What an entry says besides what was done: the plot's code, its water, and the weather then."""

from collections import deque
from collections.abc import Mapping

from devices.metric import Value
from devices.reading import Millis
from gateway.clock import Correction
from gateway.fleet import Fleet
from gateway.plot_records import WeatherHour
from gateway.plots import PlotsFile

HOUR_MS = 3_600_000
RAIN_HOURS = 24
RAIN_HOURS_KNOWN = 20
"""With fewer of the last 24 hours nobody knows how much it rained in them."""
WEATHER = {
    "temperature_c": "air_temperature_c",
    "humidity_pct": "relative_humidity_pct",
    "wind_m_s": "wind_speed_m_s",
}
"""The facts of the weather, by the metric that tells them."""

Facts = Mapping[str, Value | str | None]


class Circumstances:
    """Of all plots. What is not known is None."""

    def __init__(self, water: PlotsFile, fleet: Fleet) -> None:
        self._sources = {source.id: source for source in water.sources}
        pumps = {pump.id: pump.source for pump in water.pumps}
        self._codes = {plot.id: plot.growing_area_code for plot in water.plots}
        self._source_of = {
            plot.id: plot.source or pumps.get(plot.pump or "") for plot in water.plots
        }
        self._fleet = fleet
        self._hours: deque[WeatherHour] = deque(maxlen=RAIN_HOURS)

    def take(self, hour: WeatherHour) -> None:
        """An hour of weather; the newest word on the same hour counts."""
        if self._hours and self._hours[-1].at == hour.at:
            self._hours.pop()
        self._hours.append(hour)

    def of_plot(self, plot: str) -> Facts:
        """The code of the growing area, as it is now."""
        return {"growing_area_code": self._codes.get(plot)}

    def of_source(self, plot: str, taken_from: str | None = None) -> Facts:
        """Where the water of the plot comes from, unless it was `taken_from` elsewhere, and which
        test it passed."""
        source = self._sources.get(taken_from or self._source_of.get(plot) or "")
        return {
            "source_vi": source.label.vi if source else None,
            "source_en": source.label.en if source else None,
            "water_test": source.water_test if source else None,
        }

    def of_weather(self, now: Millis) -> Facts:
        """By the stations, each figure of the first one that knows it."""
        stations = [device for device in self._fleet.adopted() if device.kind.name == "weather"]
        facts: dict[str, Value | str | None] = {
            fact: next(
                (value for one in stations if (value := one.value(metric, now)) is not None), None
            )
            for fact, metric in WEATHER.items()
        }
        return {**facts, "rain_24h_mm": self._rain_mm(now)}

    def correct(self, correction: Correction) -> None:
        """The clock was wrong: which hours were the last ones is to be seen anew."""
        self._hours.clear()

    def _rain_mm(self, now: Millis) -> float | None:
        since = now - (RAIN_HOURS + 1) * HOUR_MS  # the hour that lasts is not known yet
        known = [
            hour.rain_mm
            for hour in self._hours
            if since < hour.at <= now and hour.rain_mm is not None
        ]
        return round(sum(known), 1) if len(known) >= RAIN_HOURS_KNOWN else None
