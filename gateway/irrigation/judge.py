"""Puts together what is known when a watering is judged: people's wishes, weather, water, runs."""

from collections.abc import Mapping
from dataclasses import replace

from devices.reading import Millis
from gateway.clock import Correction
from gateway.decisions import Run, RunState
from gateway.fleet import Fleet
from gateway.hamlet_time import HamletTime
from gateway.irrigation import causes
from gateway.irrigation.book import PlotBook
from gateway.irrigation.climate import Climate
from gateway.irrigation.day_litres import DayLitres, Of
from gateway.irrigation.interlocks import OVERRIDABLE
from gateway.irrigation.situation import Situation
from gateway.irrigation.supply import Supply
from gateway.irrigation.watering import Watering
from gateway.plots import Plot, PlotsFile, Source

LEAK_HELD_MS = 1_800_000
"""How long nothing is watered on a line after a leak on it: without pressure it cannot be seen, so
the next run is a trial, and those who were called had their time to look."""


class Judge:
    """What every judgement needs; `live` are the runs that wait or go on, by plot."""

    def __init__(
        self,
        water: PlotsFile,
        book: PlotBook,
        fleet: Fleet,
        here: HamletTime,
        live: Mapping[str, Watering],
    ) -> None:
        self.climate = Climate()
        self.supply = Supply(water)
        self.clock_trusted = True
        self._book = book
        self._fleet = fleet
        self._here = here
        self._live = live
        self._used = DayLitres(here)
        self._plots = {plot.id: plot for plot in water.plots}
        self._pumped = {plot.id for plot in water.plots if plot.pump is not None}
        self._leaked_at: dict[str, Millis] = {}

    def situation(
        self, plot: Plot, requester: str, litres: float, now: Millis, *, of: Run | None = None
    ) -> Situation:
        """That of a run, or of a request for one."""
        source = self.supply.source(plot)
        allowed = (name for name in OVERRIDABLE if self._book.override(plot.id, name, now))
        return Situation(
            plot=plot,
            now=now,
            here=self._here,
            fleet=self._fleet,
            requester=requester,
            litres=litres,
            mode=self._book.mode(plot.id),
            dry_days=tuple(self._book.dry_days(plot.id)),
            weather=self.climate.at(now),
            used_today_l=self._used.today_l(Of.PLOT, plot.id, now),
            source=source,
            source_used_l=self._taken_l(source, plot, now) if source else 0.0,
            watering=of is None and plot.id in self._live,
            astray=self._astray(plot, now),
            never=self.supply.never(plot),
            clock_trusted=self.clock_trusted,
            overridden=frozenset(allowed),
        )

    def ended(self, run: Run) -> None:
        """A run, also one of before the start, has ended."""
        plot = self._plots.get(run.plot)
        if run.source is None and plot is not None:  # the file said nothing of it yet
            run = replace(run, source=self.supply.source_id(plot))
        self._used.count(run)
        unproven = causes.ASTRAY if run.plot in self._pumped else {causes.LEAK}
        if run.cause in unproven and run.ended_at is not None:
            self._leaked_at[run.plot] = run.ended_at

    def held_tight(self, plot: Plot) -> list[Plot]:
        """A good run of the plot kept its line under pressure: the plots on it that had leaked and
        do not any more."""
        line = self.supply.line(plot)
        tight = [one for one in line if one.id in self._leaked_at and one.id not in self._live]
        for one in tight:
            del self._leaked_at[one.id]
        return tight

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        self.climate.correct(correction)
        self._used.correct(correction)
        self._leaked_at = {plot: correction.of(at) for plot, at in self._leaked_at.items()}

    def _taken_l(self, source: Source, but: Plot, now: Millis) -> float:
        """What flowed from the source today, and what the other runs on it will still take."""
        taken = self._used.today_l(Of.SOURCE, source.id, now)
        for plot, live in self._live.items():
            shares = live.run.source == source.id and plot != but.id
            if shares and live.run.state is not RunState.PLANNED:
                taken += max(live.run.target_l, live.may_l) - live.run.yesterday_l
        return taken

    def _astray(self, plot: Plot, now: Millis) -> Plot | None:
        """The plot on the same line where water flows, or just flowed, that nobody wants."""
        for one in self.supply.line(plot):
            live = self._live.get(one.id)
            if live is not None and live.run.cause in causes.ASTRAY:
                return one
            leaked_at = self._leaked_at.get(one.id)
            if leaked_at is not None and 0 <= now - leaked_at < LEAK_HELD_MS:
                return one
        return None
