"""What is watered, and why, or why not."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol

from devices.text import Text
from gateway.clock import Millis
from gateway.decisions import Explanation, Run, RunState
from gateway.fleet import Fleet
from gateway.plots import Plot
from gateway.watering_plan import Held, Plan, PlotOutlook

MOISTURE = "soil_moisture_pct"
ENDED = frozenset({RunState.DONE, RunState.FAILED})
KEPT_BACK = frozenset({"refuse", "skip", "wait", "hold"})
"""What is decided where nothing is watered."""


class Irrigation(Protocol):
    """How it stands with the plots by now, as the irrigation has it in memory."""

    def runs(self) -> Sequence[Run]:
        """The waterings that wait or go on."""
        ...

    def status(self, plot: str, now: Millis) -> PlotOutlook:
        """How it stands with a plot."""
        ...

    def plan(self, now: Millis) -> Plan:
        """What is expected in the next 24 hours."""
        ...

    def held(self, plot: str, now: Millis) -> Sequence[Held]:
        """What keeps water back from a plot now."""
        ...

    @property
    def overridable(self) -> Mapping[str, Text]:
        """The interlocks that a technician may let pass, and what they are called."""
        ...


@dataclass(frozen=True, slots=True)
class Moisture:
    """The median of the plot's probes that report; the oldest of their times; how many did."""

    percent: float
    measured_at: Millis
    probes: int


@dataclass(frozen=True, slots=True)
class PlotStatus:
    """A plot now. `run` is going on, for `remaining_ms` more at the plot's rate; `last_runs` have
    ended, newest first; `today_l` is what has flowed since midnight, the present run included, and
    `most_l` what one more may give under the limits of the plot."""

    id: str
    label: Text
    area_m2: float
    rate_l_min: float
    run: Run | None
    remaining_ms: Millis | None
    decision: Explanation | None
    moisture: Moisture | None
    probes: int
    last_runs: tuple[Run, ...]
    today_l: float
    most_l: float
    outlook: PlotOutlook

    @property
    def kept_back(self) -> bool:
        """Whether the decision was not to water."""
        return self.decision is not None and self.decision.action in KEPT_BACK


@dataclass(frozen=True, slots=True)
class Watering:
    """All plots; `today_l` is the water of all of them since midnight."""

    plots: tuple[PlotStatus, ...]
    today_l: float

    @property
    def running(self) -> tuple[PlotStatus, ...]:
        """The plots that get water now or are about to."""
        return tuple(plot for plot in self.plots if plot.run is not None)

    @property
    def asking(self) -> tuple[PlotStatus, ...]:
        """The plots that wait for a person's yes or no."""
        return tuple(plot for plot in self.plots if plot.outlook.proposal is not None)


def plot_status(
    plot: Plot,
    fleet: Fleet,
    runs: Sequence[Run],
    decisions: Sequence[Explanation],
    outlook: PlotOutlook,
    midnight: Millis,
    now: Millis,
) -> PlotStatus:
    """The plot as it is; `runs` are all runs of the hamlet, `decisions` newest first."""
    own = [run for run in runs if run.plot == plot.id]
    present = [run for run in own if run.state not in ENDED]
    ended = sorted((run for run in own if run.state in ENDED), key=_started, reverse=True)
    run = max(present, key=_started, default=None)
    of_today = [run for run in own if run.ended_at is None or run.ended_at >= midnight]
    today_l = sum(run.litres - run.yesterday_l for run in of_today)
    left_l = max(plot.litres_per_day_max - today_l - sum(run.unseen_l for run in of_today), 0.0)
    known = [one for one in (*decisions[:1], outlook.look) if one is not None]
    if run is not None:  # why it is watered, not why it is not watered twice
        known = [one for one in decisions if one.action not in KEPT_BACK]
    return PlotStatus(
        plot.id,
        plot.label,
        plot.area_m2,
        plot.rate_l_min,
        run,
        _remaining_ms(plot, run),
        max(known, key=_decided, default=None),
        _moisture(plot, fleet, now),
        len(plot.sensors),
        tuple(ended),
        today_l,
        min(left_l, plot.rate_l_min * plot.minutes_per_run_max),
        outlook,
    )


def merge_runs(saved: Iterable[Run], live: Iterable[Run]) -> list[Run]:
    """Runs by id: those in memory are newer than the journal."""
    runs: Mapping[str, Run] = {run.id: run for run in (*saved, *live)}
    return list(runs.values())


def _remaining_ms(plot: Plot, run: Run | None) -> Millis | None:
    if run is None or run.state is not RunState.FLOWING:
        return None
    return round(max(run.target_l - run.litres, 0) / plot.rate_l_min * 60_000)


def _decided(one: Explanation) -> Millis:
    return one.at


def _started(run: Run) -> Millis:
    return run.created_at


def _moisture(plot: Plot, fleet: Fleet, now: Millis) -> Moisture | None:
    values, times = [], []
    for id in plot.sensors:
        probe = fleet.get(id)
        value = probe.value(MOISTURE, now) if probe is not None else None
        if probe is not None and value is not None:
            measured_at = probe.measured_at_of(MOISTURE)
            if measured_at is not None:
                values.append(float(value))
                times.append(measured_at)
    return Moisture(median(values), min(times), len(values)) if values else None
