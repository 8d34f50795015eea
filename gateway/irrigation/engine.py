"""Waters the plots: what people and rules ask for, and what the plots themselves need.

Pure. Knows neither brokers nor the journal: it returns runs, explanations, alerts and commands to
be saved together, and is told what the devices said. Of its parts the `PlotBook` knows what people
set, and `Waterings` leads the runs.
"""

from collections.abc import Iterable, Mapping, Sequence

from devices.reading import Millis, Reading
from devices.text import Text
from gateway.clock import Correction
from gateway.decisions import Command, Decision, IrrigationAsked, Record, Run
from gateway.fleet import Device, Fleet
from gateway.hamlet_time import HamletTime
from gateway.irrigation.book import PlotBook
from gateway.irrigation.interlocks import OVERRIDABLE
from gateway.irrigation.root_zone import root_zone
from gateway.irrigation.waterings import Waterings
from gateway.plot_records import NoGo, Override, PlotMemory, PlotSetting, ProposalAnswered
from gateway.plots import PlotsFile
from gateway.watering_plan import Held, Plan, PlotOutlook, ProbeStatus

NOTHING: Sequence[Decision] = ()
DAY_MS = 86_400_000


class IrrigationEngine:
    """All plots of the hamlet. `here` says when a day's ceiling begins anew, and when the sun
    sets."""

    def __init__(self, water: PlotsFile, fleet: Fleet, here: HamletTime) -> None:
        self.book = PlotBook(water.plots)
        self._plots = {plot.id: plot for plot in water.plots}
        self._waterings = Waterings(water, self.book, fleet, here)

    @property
    def clock_trusted(self) -> bool:
        """Whether `now` is the time; else nobody knows which day it is, and what flowed on it."""
        return self._waterings.clock_trusted

    @clock_trusted.setter
    def clock_trusted(self, trusted: bool) -> None:
        self._waterings.clock_trusted = trusted

    def restore(
        self, runs: Iterable[Run], now: Millis, memory: PlotMemory | None = None
    ) -> Sequence[Decision]:
        """Take over what the journal knows: the runs without end and those that ended today, and
        what people set."""
        memory = memory or PlotMemory()
        self.book.restore(memory)
        return self._waterings.restore(runs, now, memory.hours)

    def runs(self) -> list[Run]:
        """The waterings that wait or go on."""
        return self._waterings.runs()

    def plan(self, now: Millis) -> Plan:
        """What the plots will get within a day, as far as that can be told now."""
        return Plan(now, now + DAY_MS, (), ())

    def status(self, plot: str, now: Millis) -> PlotOutlook:
        """How it stands with a plot. Raises KeyError when there is no such plot."""
        described, zone = self._plots[plot], root_zone(self._plots[plot])
        return PlotOutlook(
            plot=plot,
            mode=self.book.mode(plot),
            asks_first=self.book.asks_first(plot),
            depletion_mm=None,
            raw_mm=None,
            taw_mm=zone.taw_mm,
            next_look=None,
            proposal=None,
            overrides=tuple(self.book.overrides(plot, now)),
            dry_days=tuple(self.book.dry_days(plot)),
            probes=tuple(
                ProbeStatus(id, None, None, stale=True, distrust=None) for id in described.sensors
            ),
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
        return self._waterings.ask(asked, now)

    def stop(self, plot: str, requester: str, now: Millis) -> Sequence[Decision]:
        """End the run of a plot early. Nothing when there is none, or it is closing already."""
        return self._waterings.stop(plot, requester, now)

    def on_setting(self, setting: PlotSetting | NoGo | Override, now: Millis) -> Sequence[Decision]:
        """A person wants a plot watered otherwise from now on."""
        self.book.take(setting)
        return self._waterings.on_tick(now)

    def answer(self, answered: ProposalAnswered, now: Millis) -> Sequence[Decision]:
        """A person says yes or no to a watering that waits for it."""
        return NOTHING

    def on_reading(self, device: Device, reading: Reading, now: Millis) -> Sequence[Decision]:
        """After `device.apply(reading)`; for readings newer than the device's last one."""
        return self._waterings.on_reading(device, reading, now)

    def on_command(self, command: Command, now: Millis) -> Sequence[Decision]:
        """A command has come to its end; only those of runs matter here."""
        return self._waterings.on_command(command, now)

    def on_tick(self, now: Millis) -> Sequence[Decision]:
        """Leases, deadlines, litres by time, runs that wait."""
        return self._waterings.on_tick(now)

    def next_deadline(self) -> Millis | None:
        """When `on_tick` has something to do; None while nothing is watered."""
        return self._waterings.next_deadline()

    def correct(self, correction: Correction) -> list[Record]:
        """The clock was wrong; returns what is to be saved anew."""
        self.book.correct(correction)
        return [*self._waterings.correct(correction)]
