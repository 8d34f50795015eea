"""The ways of watering that a season compares, and what each of them makes of `plots.yaml`.

Nobody is asked in a simulated season: plots that ask first water by themselves.
"""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any, NamedTuple

from gateway.hamlet_time import TimeOfDay
from gateway.irrigation.root_zone import root_zone
from gateway.plots import Mode, Plot, PlotsFile
from gateway.plots.modes import Thresholds, Timetable

FIRST_TURN_MIN = 4 * 60
"""Minutes after midnight: before the wind rises, and done before the sun burns."""
TURN_GAP_MIN = 10
"""Between two plots of one pump: it stops, and starts again."""
DAY_MIN = 24 * 60
STOP_AT = 0.2
"""Of the water that is easily had (RAW): what room a watering by probes leaves for rain."""


class Way(Enum):
    """FIXED is a timer on the tap: the same depth each morning, whatever the weather. The others
    are modes of the gateway, with its interlocks; NONE leaves the plots to the rain."""

    FIXED = "fixed"
    SCHEDULE = "schedule"
    SOIL = "soil"
    BALANCE = "balance"
    NONE = "none"


class Turn(NamedTuple):
    """When a plot gets its daily water by the clock, and how many litres."""

    plot: str
    time: TimeOfDay
    litres: float


def turns(plots: Sequence[Plot], depth_mm: float) -> Iterator[Turn]:
    """One after the other on each pump; plots without one have no need to wait."""
    begins: dict[str, float] = {}
    for plot in plots:
        litres = plot.litres_of(depth_mm)
        key = plot.pump or plot.id
        begin = begins.setdefault(key, FIRST_TURN_MIN)
        begins[key] = begin + litres / plot.rate_l_min + TURN_GAP_MIN
        yield Turn(plot.id, TimeOfDay(round(begin) % DAY_MIN), litres)


def watered(water: PlotsFile, way: Way, depth_mm: float) -> PlotsFile:
    """The plots as they are watered that way. A plot keeps its own schedule and thresholds; one
    that has none gets `depth_mm` a day, and thresholds by what its soil holds."""
    by_clock = {turn.plot: turn for turn in turns(water.plots, depth_mm)}
    plots = (_changed(plot, way, by_clock[plot.id], depth_mm) for plot in water.plots)
    return water.model_copy(update={"plots": tuple(plots)})


def _changed(plot: Plot, way: Way, turn: Turn, depth_mm: float) -> Plot:
    changed: dict[str, Any] = {"ask_first": False}
    match way:
        case Way.NONE:
            changed["mode"] = Mode.OFF
        case Way.FIXED:
            changed["mode"] = Mode.MANUAL
            changed["guard"] = plot.guard.model_copy(update=_UNGUARDED)
        case Way.SCHEDULE:
            changed["mode"] = Mode.SCHEDULE
            if plot.schedule is None:
                changed["schedule"] = Timetable(at=(turn.time,), depth_mm=depth_mm)
                changed["windows"] = ()  # the schedule's own times are its hours
        case Way.SOIL:
            changed["mode"] = Mode.SOIL
            changed["thresholds"] = plot.thresholds or _thresholds(plot)
        case Way.BALANCE:
            changed["mode"] = Mode.BALANCE
    return plot.model_copy(update=changed)


def _thresholds(plot: Plot) -> Thresholds:
    """From where the tea begins to thirst, up to nearly full."""
    soil = plot.soil
    easy_pct = root_zone(plot).p * (soil.field_capacity_pct - soil.wilting_point_pct)
    return Thresholds(
        start_pct=soil.field_capacity_pct - easy_pct,
        stop_pct=soil.field_capacity_pct - STOP_AT * easy_pct,
    )


_UNGUARDED = {
    "wind_max_m_s": None,
    "rain_1h_max_mm": None,
    "rain_24h_max_mm": None,
    "temperature_min_c": None,
    "temperature_max_c": None,
    "forecast": False,
}
