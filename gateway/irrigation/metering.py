"""How many litres have flowed: by the valves' meters, else by time and the plot's rate.

Pure. Where nothing is measured the figure errs upwards: water may flow from the moment a valve is
asked to open until it said that it is closed. Of a plot where only some valves have a meter, these
count their part, and time counts the others'.
"""

import math
from collections.abc import Iterable
from dataclasses import replace

from devices.reading import Millis
from gateway.decisions import IrrigationAsked, Run
from gateway.fleet import Fleet
from gateway.irrigation.counting import grown
from gateway.irrigation.run import SAVE_MS, TAIL_MS, WET
from gateway.plots import Plot

UNSEEN_MAX_MS = SAVE_MS + TAIL_MS
"""Water flows no longer than this after a run was last saved, whatever the clock says."""
LEAP = 3.0
"""A counter that grew by more than this times what may have flowed was exchanged, or misread: not
even a burst pipe brings that, nor a counter that hung for a whole run."""


class Meters:
    """The newest counter of every valve."""

    def __init__(self) -> None:
        self._totals: dict[str, float] = {}
        self._timed: dict[str, float] = {}  # by plot, since a run last opened its valves

    def restore(self, plots: Iterable[Plot], fleet: Fleet) -> None:
        """Take over the counters that go on."""
        for valve in (valve for plot in plots for valve in plot.valves):
            device = fleet.get(valve)
            if device is not None and "volume_total_l" in device.values:
                self.take(valve, device.values["volume_total_l"])

    def take(self, valve: str, total_l: float) -> float:
        """Litres since the last value of this valve's counter; 0 for its first one."""
        before = self._totals.get(valve, total_l)
        self._totals[valve] = total_l
        return grown(before, total_l)

    def fresh(self, plot: Plot, litres: float, most_l: float, *, counts: bool) -> float:
        """What of a meter's new litres is to be counted: none while time counts, and not what time
        has counted before. A meter that hung catches up in one leap, which shows in more than the
        `most_l` that may have flowed since its last reading."""
        timed = self._timed.get(plot.id, 0.0)
        known = min(timed, max(litres - most_l, 0.0) if counts else litres)
        self._timed[plot.id] = timed - known
        return litres - known if counts else 0.0

    def timed(self, plot: Plot, litres: float) -> None:
        """Time has counted them."""
        self._timed[plot.id] = self._timed.get(plot.id, 0.0) + litres

    def open(self, run: Run, plot: Plot) -> Run:
        """As `begin`, for a run that opens its valves now: what time counted before is over."""
        self._timed.pop(plot.id, None)
        return self.begin(run, plot)

    def begin(self, run: Run, plot: Plot) -> Run:
        """The run with its meters noted. One that lost a meter on the way goes by time to its
        end."""
        metered = all(valve in self._totals for valve in plot.valves)
        first = run.litres == 0
        return self.note(replace(run, measured=metered and (first or run.measured)), plot)

    def of(self, run: Run, plot: Plot) -> frozenset[str]:
        """The valves whose meters count for the run. If all have one and it is not measured, one of
        them has failed, and nobody knows how much it missed: time counts for all."""
        metered = frozenset(valve for valve in plot.valves if valve in self._totals)
        return metered if run.measured or len(metered) < len(plot.valves) else frozenset()

    def note(self, run: Run, plot: Plot) -> Run:
        """The run with what its meters showed at its beginning, so that `catch_up` can continue."""
        meters = self.of(run, plot)
        if not meters:
            return replace(run, meter_start_l=None)
        return replace(run, meter_start_l=self._sum(meters) - run.litres)

    def catch_up(self, run: Run, plot: Plot, unseen_ms: Millis, now: Millis) -> Run:
        """The run with what the meters counted after it was last saved; for `unseen_ms` nobody saw
        what flowed."""
        meters = self.of(run, plot)
        if run.meter_start_l is None or run.opened_at is None or not meters:
            return run
        counted_l = self._sum(meters) - run.meter_start_l
        if leapt(plot, counted_l - run.litres, now - run.opened_at):
            return self.estimate(replace(run, measured=False), plot, unseen_ms)
        return replace(run, litres=max(run.litres, counted_l))

    def estimate(self, run: Run, plot: Plot, elapsed_ms: Millis) -> Run:
        """The run with what may have flowed in that time where no meter counts it."""
        if run.state not in WET or run.opened_at is None or elapsed_ms <= 0:
            return run
        blind = 1 - len(self.of(run, plot)) / len(plot.valves)
        if not blind:
            return run
        litres = by_time(plot, min(elapsed_ms, UNSEEN_MAX_MS)) * blind
        self.timed(plot, litres)
        return replace(run, litres=run.litres + litres)

    def _sum(self, meters: frozenset[str]) -> float:
        return sum(self._totals[valve] for valve in sorted(meters))


def by_time(plot: Plot, elapsed_ms: Millis) -> float:
    """The litres of that time at the plot's rate."""
    return plot.rate_l_min * elapsed_ms / 60_000


def leapt(plot: Plot, litres: float, elapsed_ms: Millis) -> bool:
    """Whether no water can have moved a counter that far in that time."""
    most_ms = max(elapsed_ms, round(plot.minutes_per_run_max * 60_000))
    return litres > LEAP * by_time(plot, most_ms)


def asked_litres(asked: IrrigationAsked, plot: Plot) -> float | None:
    """The litres that were asked for, or None when that is no amount."""
    if asked.depth_mm is not None:
        litres = plot.litres_of(asked.depth_mm)
    elif asked.litres is not None:
        litres = asked.litres
    else:
        litres = (asked.minutes or 0.0) * plot.rate_l_min
    return litres if math.isfinite(litres) and litres > 0 else None
