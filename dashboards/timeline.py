"""The plan as bars on a scale of its 24 hours, by pump."""

from dataclasses import dataclass

from dashboards.words import HOUR_MS
from devices.text import Text
from gateway.clock import Millis
from gateway.views.plots import PlanDetail
from gateway.watering_plan import PlannedWatering

WIDTH = 1000
"""Of the drawing, in its own units."""
TICK_MS = 6 * HOUR_MS
BAR_MIN = 6
"""So that a watering of a few minutes can be seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A watering as a piece of its line."""

    x: int
    width: int
    watering: PlannedWatering


@dataclass(frozen=True, slots=True)
class Line:
    """One plot with its waterings."""

    plot: str
    label: Text
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The plots on one pump. `label` is None where the water has no name."""

    label: Text | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """Groups that water, and the times written along the scale."""

    groups: tuple[Group, ...]
    ticks: tuple[Millis, ...]


def timeline(detail: PlanDetail) -> Timeline:
    """It begins with the hour in which the plan was made."""
    plan = detail.plan
    start = plan.at // HOUR_MS * HOUR_MS
    length = plan.until - start
    groups = []
    for supplied in detail.supplies:
        lines = []
        for plot in detail.labels:
            found = [one for one in plan.waterings if one.plot == plot]
            if plot in supplied.plots and found:
                bars = tuple(_bar(one, start, length) for one in found)
                lines.append(Line(plot, detail.labels[plot], bars))
        if lines:
            groups.append(Group(supplied.label, tuple(lines)))
    return Timeline(tuple(groups), tuple(range(start, plan.until + 1, TICK_MS)))


def _bar(watering: PlannedWatering, start: Millis, length: Millis) -> Bar:
    x = round(max(watering.begin - start, 0) / length * WIDTH)
    end = round(min(watering.end - start, length) / length * WIDTH)
    return Bar(min(x, WIDTH - BAR_MIN), max(end - x, BAR_MIN), watering)
