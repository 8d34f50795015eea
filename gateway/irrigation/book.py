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
        self._no_gos: dict[str, dict[str, NoGo]] = {}  # by plot, then by id
        self._overrides: dict[str, dict[str, Override]] = {}
        self._past: list[NoGo | Override] = []

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
                self._no_gos.setdefault(setting.plot, {})[setting.id] = setting
            case Override():
                self._overrides.setdefault(setting.plot, {})[setting.id] = setting

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
        for no_go in self._no_gos.get(plot, {}).values():
            if no_go.removed_at is None:
                yield no_go

    def overrides(self, plot: str, now: Millis) -> Iterator[Override]:
        """What lets interlocks of the plot pass now."""
        for found in self._overrides.get(plot, {}).values():
            if found.ended_at is None and found.at <= now < found.until:
                yield found

    def override(self, plot: str, interlock: str, now: Millis) -> Override | None:
        """The one that lets that interlock of the plot pass now."""
        found = self.overrides(plot, now)
        return next((one for one in found if one.interlock == interlock), None)

    def forget_past(self, today: date, now: Millis) -> None:
        """What is over is not looked through any more, unless the clock turns out to be ahead."""
        for no_go in [one for of in self._no_gos.values() for one in of.values()]:
            if no_go.end < today - NO_GO_KEPT:
                self._past.append(self._no_gos[no_go.plot].pop(no_go.id))
        for override in [one for of in self._overrides.values() for one in of.values()]:
            if override.until <= now:
                self._past.append(self._overrides[override.plot].pop(override.id))

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        of = correction.of
        past, self._past = self._past, []
        for one in past:
            self.take(one)
        self._settings = {plot: replace(one, at=of(one.at)) for plot, one in self._settings.items()}
        for overrides in self._overrides.values():
            for id, override in overrides.items():
                overrides[id] = replace(override, at=of(override.at), until=of(override.until))
