"""The water in the root zone of a plot as figures that a template draws.

A day is a column: what the soil held at its end as a bar from below, rain and watering as bars
that hang from above.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gateway.plot_records import BalanceDay
from gateway.watering_plan import PlotOutlook

DAY_WIDTH = 24
HEIGHT = 120
INFLOW_HEIGHT = 44
"""Of the bars that hang from above; the soil has the rest."""
INFLOW_MIN_MM = 10.0
"""A full inflow bar is this much at least, so that a drizzle does not look like a flood."""


@dataclass(frozen=True, slots=True)
class Zone:
    """The root zone now, in mm: what it holds, what it can hold, and below what the tea falls
    short; and the same in per cent of the whole."""

    left_mm: float
    whole_mm: float
    limit_mm: float

    @property
    def left_pct(self) -> float:
        """How much of the bar is filled."""
        return round(min(max(self.left_mm / self.whole_mm, 0.0), 1.0) * 100, 1)

    @property
    def limit_pct(self) -> float:
        """Where the bar has its mark."""
        return round(self.limit_mm / self.whole_mm * 100, 1)

    @property
    def thirsty(self) -> bool:
        """Whether the tea falls short of water."""
        return self.left_mm < self.limit_mm


@dataclass(frozen=True, slots=True)
class Column:
    """One day of the chart. Heights are in its units, from the edge that the bar begins at."""

    day: date
    x: int
    water: float
    limit: float
    rain: float
    irrigation: float
    estimated: bool


def zone(outlook: PlotOutlook) -> Zone | None:
    """None while nobody knows what the root zone holds."""
    if outlook.depletion_mm is None or outlook.raw_mm is None:
        return None
    whole = outlook.taw_mm
    return Zone(whole - outlook.depletion_mm, whole, whole - outlook.raw_mm)


def columns(balance: Sequence[BalanceDay], today: date, days: int) -> list[Column]:
    """The last days that are known; the others leave a gap."""
    first = today - timedelta(days=days - 1)
    most = max([INFLOW_MIN_MM, *(max(one.rain_mm or 0.0, one.irrigation_mm) for one in balance)])
    soil = HEIGHT - INFLOW_HEIGHT
    return [
        Column(
            one.day,
            (one.day - first).days * DAY_WIDTH,
            round(soil * min(max(1 - one.depletion_mm / one.taw_mm, 0.0), 1.0), 1),
            round(soil * (1 - one.raw_mm / one.taw_mm), 1),
            round(INFLOW_HEIGHT * (one.rain_mm or 0.0) / most, 1),
            round(INFLOW_HEIGHT * one.irrigation_mm / most, 1),
            bool(one.estimates),
        )
        for one in balance
        if first <= one.day <= today and one.taw_mm > 0
    ]
