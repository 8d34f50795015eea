"""Waters the plots: what people and rules ask for, and what the plots themselves need.

Pure. Knows neither brokers nor the journal: it returns runs, explanations, alerts and commands to
be saved together, and is told what the devices said. Of its parts the `PlotBook` knows what people
set, the `Fieldbook` how it stands with weather and soil, the `Gardener` decides what is watered
when, and `Waterings` leads the runs.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from devices.reading import Millis, Reading
from devices.text import Text
from gateway.clock import Correction
from gateway.decisions import Command, Decision, IrrigationAsked, Record, Run
from gateway.fleet import Device, Fleet
from gateway.forecast import Forecasts
from gateway.hamlet_time import HamletTime
from gateway.irrigation.book import PlotBook
from gateway.irrigation.fieldbook import Fieldbook
from gateway.irrigation.gardener import Gardener
from gateway.irrigation.interlocks import OVERRIDABLE
from gateway.irrigation.ledger import MIDNIGHT
from gateway.irrigation.root_zone import root_zone
from gateway.irrigation.run import FINAL
from gateway.irrigation.season import SeasonAhead, SeasonDay, Sown, look_ahead
from gateway.irrigation.supply import Supply
from gateway.irrigation.waterings import Waterings
from gateway.irrigation.wishes import Wishes
from gateway.plot_records import NoGo, Override, PlotMemory, PlotSetting, ProposalAnswered
from gateway.plots import Mode, PlotsFile
from gateway.watering_plan import Held, Plan, PlotOutlook


class IrrigationEngine:
    """All plots of the hamlet. `here` says when a day's ceiling begins anew, and when the sun
    sets. `forecasts` may be told something new at any time."""

    def __init__(
        self,
        water: PlotsFile,
        fleet: Fleet,
        here: HamletTime,
        altitude_m: float = 0.0,
        forecasts: Forecasts | None = None,
    ) -> None:
        self.book = PlotBook(water.plots)
        self._supply = Supply(water)
        self._plots = {plot.id: plot for plot in water.plots}
        self._fleet = fleet
        self._here = here
        self._day: date | None = None
        self._midnight: Millis | None = None  # the next one
        self._waterings = Waterings(water, self.book, fleet, here)
        self.forecasts = self._waterings.climate.forecasts = forecasts or Forecasts()
        self._fields = Fieldbook(water.plots, fleet, here, altitude_m)
        self._gardener = Gardener(water.plots, self.book, self._fields, self._waterings, here)
        self._wishes = Wishes(water, self.book, self._fields, self._gardener, self._waterings, here)

    @property
    def clock_trusted(self) -> bool:
        """Whether `now` is the time; else nobody knows which day it is, and what flowed on it."""
        return self._waterings.clock_trusted

    @clock_trusted.setter
    def clock_trusted(self, trusted: bool) -> None:
        self._waterings.clock_trusted = trusted

    def restore(
        self,
        runs: Iterable[Run],
        now: Millis,
        memory: PlotMemory | None = None,
        doubted: Iterable[str] = (),
    ) -> Sequence[Decision]:
        """Take over what the journal knows: the runs without end and those that ended today, what
        people set, how it stood with the plots, and the probes that were `doubted`."""
        memory, runs = memory or PlotMemory(), list(runs)
        self.book.restore(memory)
        self._fields.restore(memory, runs, now, doubted)
        heard = [device.heard_at for device in self._fleet if device.heard_at is not None]
        withdrawn = self._gardener.restore(memory, now, max(heard, default=None))
        taken_up = self._waterings.restore(runs, now, memory.hours)
        return [*withdrawn, *self._follow(taken_up, now)]

    def knows(self, id: str) -> bool:
        """Whether there is such a plot, valve, pump or probe."""
        return any(
            id in (plot.id, plot.pump, *plot.valves, *plot.sensors) for plot in self._plots.values()
        )

    def runs(self) -> list[Run]:
        """The waterings that wait or go on."""
        return self._waterings.runs()

    def plan(self, now: Millis) -> Plan:
        """What the plots will get within a day, as far as that can be told now."""
        return self._wishes.plan(now)

    def season(self, days: Sequence[SeasonDay]) -> SeasonAhead:
        """What the plots would be given on `days`, which begin now, if that were their weather."""
        sown = []
        for plot in self._plots.values():
            balance = self._fields.ledger.balance(plot.id)
            zone = root_zone(plot)
            depletion = zone.raw_mm / 2 if balance is None else balance.depletion_mm
            sown.append(Sown(plot, self.book.mode(plot.id), depletion))
        return look_ahead(sown, self._supply, self._here, days)

    def status(self, plot: str, now: Millis) -> PlotOutlook:
        """How it stands with a plot. Raises KeyError when there is no such plot."""
        ledger, gardener = self._fields.ledger, self._gardener
        measured = ledger.is_measured(plot)
        balance = ledger.balance(plot) if measured else None
        needs_mm = gardener.needs_mm(self._plots[plot], now)
        if self.book.mode(plot) is Mode.BALANCE and not measured:
            needs_mm = needs_mm or None  # that it needs nothing is assumed
        return PlotOutlook(
            plot=plot,
            mode=self.book.mode(plot),
            asks_first=self.book.asks_first(plot),
            depletion_mm=balance.depletion_mm if balance else None,
            raw_mm=balance.raw_mm if balance else None,
            taw_mm=root_zone(self._plots[plot]).taw_mm,
            next_look=gardener.next_look(plot),
            proposal=gardener.proposals.open(plot),
            overrides=tuple(self.book.overrides(plot, now)),
            dry_days=tuple(self.book.dry_days(plot)),
            probes=self._fields.soundings(plot, now).status,
            needs_mm=needs_mm,
            look=gardener.last_look(plot),
        )

    def held(self, plot: str, now: Millis) -> list[Held]:
        """What keeps water back from a plot now, apart from a watering under way."""
        return [
            Held(row.name, row.label, reason, row.overridable)
            for row, reason in self._waterings.objections(plot, now)
            if row.name != "watering"
        ]

    @property
    def overridable(self) -> Mapping[str, Text]:
        """The interlocks that a technician may let pass, and what they are called."""
        return OVERRIDABLE

    def ask(self, asked: IrrigationAsked, now: Millis) -> Sequence[Decision]:
        """Water a plot, now or as soon as its pump is free; or say why not."""
        return self._follow(self._waterings.ask(asked, now), now)

    def stop(self, plot: str, requester: str, now: Millis) -> Sequence[Decision]:
        """End the run of a plot early. Nothing when there is none, or it is closing already."""
        run = next((one for one in self._waterings.runs() if one.plot == plot), None)
        ended = self._waterings.stop(plot, requester, now)
        if run is None or not ended:
            return ended
        return [*self._gardener.on_stop(run, requester, now), *self._follow(ended, now)]

    def on_setting(self, setting: PlotSetting | NoGo | Override, now: Millis) -> Sequence[Decision]:
        """A person wants a plot watered otherwise from now on."""
        self.book.take(setting)
        decisions = self._follow(self._waterings.on_tick(now), now)
        return [*decisions, *self._follow(self._gardener.on_setting(setting, now), now)]

    def answer(self, answered: ProposalAnswered, now: Millis) -> Sequence[Decision]:
        """A person says yes or no to a watering that waits for it. Nothing when it does not."""
        return self._follow(self._gardener.answer(answered, now), now)

    def on_reading(self, device: Device, reading: Reading, now: Millis) -> Sequence[Decision]:
        """After `device.apply(reading)`; for readings newer than the device's last one."""
        if reading.kind == "soil":
            return self._follow(self._gardener.on_probe(device, now), now)
        decisions = self._follow(self._waterings.on_reading(device, reading, now), now)
        if reading.kind == "weather" and self.clock_trusted:
            return [*decisions, *self._fields.take_weather(device, reading, now)]
        return decisions

    def on_command(self, command: Command, now: Millis) -> Sequence[Decision]:
        """A command has come to its end; only those of runs matter here."""
        return self._follow(self._waterings.on_command(command, now), now)

    def on_tick(self, now: Millis) -> Sequence[Decision]:
        """Leases, deadlines, litres by time, runs that wait; the books, and looks that are due."""
        decisions = [*self._follow(self._waterings.on_tick(now), now), *self._turn_day(now)]
        kept = self._fields.keep(now) if self.clock_trusted else []
        if kept:
            self.book.forget_past(self._here.day(now), now)
        return [*decisions, *kept, *self._follow(self._gardener.on_tick(now), now)]

    def next_deadline(self) -> Millis | None:
        """When `on_tick` has something to do; None when that waits for somebody."""
        earliest = self._gardener.next_deadline()
        kept = self._fields.next_deadline() if self.clock_trusted else None
        midnight = self._midnight if self._waterings.runs() else None
        for at in (self._waterings.next_deadline(), kept, midnight):  # asked after every message
            if at is not None and (earliest is None or at < earliest):
                earliest = at
        return earliest

    def correct(self, correction: Correction, now: Millis) -> list[Record]:
        """The clock was wrong, and it is `now`; returns what is to be saved anew."""
        self._day = self._midnight = None
        self.book.correct(correction)
        self._fields.correct(correction)
        runs = self._waterings.correct(correction)
        return [*runs, *self._gardener.correct(correction, now)]

    def _turn_day(self, now: Millis) -> list[Decision]:
        """At midnight, what has flowed in the runs that go on is of the day that is over. One that
        a start or a corrected clock leapt over is none: nobody saw what flowed before it."""
        before, self._day = self._day, self._here.day(now)
        if before != self._day:
            self._midnight = self._here.next(MIDNIGHT, now)
        if before is None or before >= self._day or not self.clock_trusted:
            return []
        decisions: list[Decision] = []
        for run, litres in self._waterings.turn_day(now):
            decisions += [run, *self._fields.turn_day(run, litres, now)]
        return decisions

    def _follow(self, decisions: Sequence[Decision], now: Millis) -> Sequence[Decision]:
        """What flowed in runs that have ended is in the balance at once, in one transaction, and
        is not asked for any more."""
        followed: list[Decision] = []
        for one in decisions:
            if isinstance(one, Run) and one.state in FINAL:
                followed += self._fields.end_run(one, now)
                followed += self._gardener.on_run(one, now)
        followed += self._gardener.unsaved()
        return [*decisions, *followed] if followed else decisions
