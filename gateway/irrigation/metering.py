"""How many litres have flowed: by the valves' meters, else by time and the plot's rate.

Pure. Where nothing is measured the figure errs upwards: water may flow from the moment a valve is
asked to open until it said that it is closed.
"""

import math
from dataclasses import replace

from devices.reading import Millis
from gateway.decisions import IrrigationAsked, Run
from gateway.irrigation.counting import grown
from gateway.irrigation.run import SAVE_MS, TAIL_MS
from gateway.plots import Plot

UNSEEN_MAX_MS = SAVE_MS + TAIL_MS
"""Water flows no longer than this after a run was last saved, whatever the clock says."""


class Meters:
    """The newest counter of every valve."""

    def __init__(self) -> None:
        self._totals: dict[str, float] = {}

    def take(self, valve: str, total_l: float) -> float:
        """Litres since the last value of this valve's counter; 0 for its first one."""
        before = self._totals.get(valve, total_l)
        self._totals[valve] = total_l
        return grown(before, total_l)

    def total(self, plot: Plot) -> float | None:
        """The sum over the plot's valves, or None when one of them has no meter."""
        totals = [self._totals.get(valve) for valve in plot.valves]
        known = [total for total in totals if total is not None]
        return sum(known) if len(known) == len(totals) else None

    def begin(self, run: Run, plot: Plot) -> Run:
        """The run with its meters noted, if every valve has one."""
        total = self.total(plot)
        return replace(run, measured=total is not None, meter_start_l=total)

    def add(self, run: Run, plot: Plot, litres: float) -> Run:
        """The run with what its meters newly counted."""
        total = self.total(plot)
        if not litres or not run.measured or total is None:
            return run
        litres += run.litres
        return replace(run, litres=litres, meter_start_l=total - litres)

    def catch_up(self, run: Run, plot: Plot) -> Run:
        """The run with what the meters counted after it was last saved."""
        total = self.total(plot)
        if not run.measured or run.meter_start_l is None or total is None:
            return run
        return replace(run, litres=max(run.litres, total - run.meter_start_l))


def estimate(run: Run, plot: Plot, elapsed_ms: Millis) -> Run:
    """The run with what may have flowed in that time, if no meter counts it."""
    if run.measured or run.opened_at is None or elapsed_ms <= 0:
        return run
    flowed = plot.rate_l_min * min(elapsed_ms, UNSEEN_MAX_MS) / 60_000
    return replace(run, litres=run.litres + flowed)


def asked_litres(asked: IrrigationAsked, plot: Plot) -> float | None:
    """The litres that were asked for, or None when that is no amount."""
    if asked.depth_mm is not None:
        litres = asked.depth_mm * plot.area_m2
    elif asked.litres is not None:
        litres = asked.litres
    else:
        litres = (asked.minutes or 0.0) * plot.rate_l_min
    return litres if math.isfinite(litres) and litres > 0 else None
