"""Weather, probes and balances of the plots together, kept every hour. Decides nothing."""

from collections.abc import Iterable, Sequence

from devices.reading import Millis, Reading
from gateway.clock import Correction
from gateway.decisions import Decision, Run
from gateway.fleet import Device, Fleet
from gateway.hamlet_time import HamletTime
from gateway.irrigation.ledger import Ledger
from gateway.irrigation.probes import PlotProbes, Soundings
from gateway.irrigation.verdicts import Facts
from gateway.irrigation.weather_log import HOUR_MS, WeatherLog
from gateway.plot_records import PlotMemory
from gateway.plots import Plot

DAY_MS = 24 * HOUR_MS
KEPT_AT_MS = 5 * 60_000
"""After the full hour, so that its last readings are in."""


def next_keeping(now: Millis) -> Millis:
    """When the balances are brought up to date next."""
    return (now - KEPT_AT_MS) // HOUR_MS * HOUR_MS + HOUR_MS + KEPT_AT_MS


class Fieldbook:
    """Of all plots. While the time is not `trusted` nothing is written into it."""

    def __init__(
        self, plots: Sequence[Plot], fleet: Fleet, here: HamletTime, altitude_m: float
    ) -> None:
        self.weather = WeatherLog(here, altitude_m)
        self.probes = {plot.id: PlotProbes(plot, fleet) for plot in plots}
        self.ledger = Ledger(plots, self.probes, self.weather, here)
        self._plots = plots
        self._here = here
        self._by_probe: dict[str, list[Plot]] = {}
        for plot in plots:
            for sensor in plot.sensors:
                self._by_probe.setdefault(sensor, []).append(plot)
        self._due: Millis = 0

    def restore(
        self, memory: PlotMemory, runs: Iterable[Run], now: Millis, doubted: Iterable[str] = ()
    ) -> None:
        """Take over what the journal remembers, and the probes that were `doubted`."""
        for probe in doubted:
            for plot in self._by_probe.get(probe, ()):
                self.probes[plot.id].doubt(probe, now)
        self.weather.restore(memory.hours, memory.balances, now)
        self.ledger.restore(memory.balances, runs)
        if memory.balances:
            self._due = next_keeping(now)

    def take_weather(self, station: Device, reading: Reading, now: Millis) -> Sequence[Decision]:
        """A newer reading of a weather station."""
        return self.weather.take(station, reading, now)

    def take_probe(self, device: Device, now: Millis) -> Sequence[Plot]:
        """A newer reading of a probe; returns its plots."""
        plots = self._by_probe.get(device.id, ())
        for plot in plots:
            self.probes[plot.id].take(device, now)
        return plots

    def end_run(self, run: Run, now: Millis) -> Sequence[Decision]:
        """A watering has ended."""
        return self.ledger.water(run, now)

    def turn_day(self, run: Run, litres: float, now: Millis) -> Sequence[Decision]:
        """It is midnight, and a watering goes on that gave so much on the day that is over."""
        return self.ledger.turn_day(run, litres, now)

    def soundings(self, plot: str, now: Millis) -> Soundings:
        """What the probes of a plot say now."""
        balance = self.ledger.balance(plot)
        return self.probes[plot].look(balance.depletion_mm if balance else None, 0.0, now)

    def facts(self, plot: Plot, now: Millis, forecast_mm: float | None, *, filling: bool) -> Facts:
        """What is known of a plot for who judges whether it needs water."""
        watered_at = self.ledger.watered_at(plot.id)
        since = now - DAY_MS if watered_at is None else max(min(watered_at, now), now - DAY_MS)
        return Facts(
            plot=plot,
            balance=self.ledger.balance(plot.id),
            moisture_pct=self.soundings(plot.id, now).moisture_pct,
            weather_known=self.weather.is_known(now),
            rain_mm=self.weather.rain_since(since, now),
            forecast_mm=forecast_mm,
            filling=filling,
            month=self._here.local(now).month,
        )

    def keep(self, now: Millis) -> list[Decision]:
        """Bring everything up to `now`, if it is time to."""
        if now < self._due or not self._plots:
            return []
        self._due = next_keeping(now)
        decisions: list[Decision] = [*self.weather.roll(now), *self.ledger.update(now)]
        for plot in self._plots:
            soundings = self.ledger.soundings(plot.id)
            if soundings is not None:
                decisions += self.probes[plot.id].alerts(soundings.status, now)
        return decisions

    def next_deadline(self) -> Millis | None:
        """When `keep` has something to do."""
        return self._due if self._plots else None

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        self.weather.correct(correction)
        self.ledger.correct(correction)
        for probes in self.probes.values():
            probes.correct(correction)
        self._due = 0
