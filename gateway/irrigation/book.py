"""What people want of each plot: what `plots.yaml` says, and what was set since on the pages."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta

from devices.reading import Millis
from gateway.clock import Correction
from gateway.plot_records import NoGo, Override, PlotMemory, PlotSetting
from gateway.plots import Mode, Plot
from gateway.plots.guard import DryDays

NO_GO_KEPT = timedelta(days=31)
"""Spraying keeps water back for up to 30 days after its last day (`spray_hours`)."""


class PlotBook:
    """The newest word on every plot."""

    def __init__(self, plots: Iterable[Plot]) -> None:
        self._plots = {plot.id: plot for plot in plots}
        self._settings: dict[str, PlotSetting] = {}
        self._no_gos: dict[str, NoGo] = {}
        self._overrides: dict[str, Override] = {}

    def restore(self, memory: PlotMemory) -> None:
        """Take over what the journal remembers."""
        kept: list[PlotSetting | NoGo | Override] = [
            *memory.settings,
            *memory.no_gos,
            *memory.overrides,
        ]
        for setting in kept:
            self.take(setting)

    def take(self, setting: PlotSetting | NoGo | Override) -> None:
        """Something was set; it replaces what was said of the same thing."""
        match setting:
            case PlotSetting():
                self._settings[setting.plot] = setting
            case NoGo():
                self._no_gos[setting.id] = setting
            case Override():
                self._overrides[setting.id] = setting

    def setting(self, plot: str) -> PlotSetting | None:
        """What a person set last, if ever."""
        return self._settings.get(plot)

    def mode(self, plot: str) -> Mode:
        """How the plot is watered. A mode for which the file lacks what it needs, since it was
        set, waters on request only."""
        described, setting = self._plots[plot], self._settings.get(plot)
        mode = setting.mode if setting and setting.mode else described.mode
        return mode if mode in described.modes else Mode.MANUAL

    def asks_first(self, plot: str) -> bool:
        """Whether a person is asked before the plot waters by itself."""
        setting = self._settings.get(plot)
        if setting is not None and setting.ask_first is not None:
            return setting.ask_first
        return self._plots[plot].ask_first

    def dry_days(self, plot: str) -> Iterator[DryDays | NoGo]:
        """Those of the file, and those that were set and not removed; past ones, too."""
        yield from self._plots[plot].no_go
        yield from self.no_gos(plot)

    def no_gos(self, plot: str) -> Iterator[NoGo]:
        """Those that were set and not removed."""
        for no_go in self._no_gos.values():
            if no_go.plot == plot and no_go.removed_at is None:
                yield no_go

    def overrides(self, plot: str, now: Millis) -> Iterator[Override]:
        """What lets interlocks of the plot pass now."""
        for found in self._overrides.values():
            if found.plot == plot and found.ended_at is None and found.at <= now < found.until:
                yield found

    def override(self, plot: str, interlock: str, now: Millis) -> Override | None:
        """The one that lets that interlock of the plot pass now."""
        found = self.overrides(plot, now)
        return next((one for one in found if one.interlock == interlock), None)

    def forget_past(self, today: date, now: Millis) -> None:
        """What is over needs no room in memory."""
        self._no_gos = {
            id: one for id, one in self._no_gos.items() if one.end >= today - NO_GO_KEPT
        }
        self._overrides = {id: one for id, one in self._overrides.items() if one.until > now}

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        of = correction.of
        self._settings = {plot: replace(one, at=of(one.at)) for plot, one in self._settings.items()}
        self._overrides = {
            id: replace(one, at=of(one.at), until=of(one.until))
            for id, one in self._overrides.items()
        }
