"""The water in the root zone of a plot as figures that a template draws.

A day is a column: what the soil held at its end as a bar from below, rain and watering as bars
that hang from above.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dashboards.words import Words
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
    """The water that the tea takes with ease, in whole mm as the sentences tell it: what is left of
    the `whole`, and how much the tea is short of once it is used up."""

    left_mm: int
    whole_mm: int
    missing_mm: int
    left_pct: float
    thirsty: bool


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
    return zone_of(outlook.depletion_mm, outlook.raw_mm)


def zone_of(depletion_mm: float, raw_mm: float) -> Zone:
    """Of what the root zone lacks, and what the tea takes of it with ease."""
    left = min(max(raw_mm - depletion_mm, 0.0), raw_mm)
    return Zone(
        round(left),
        round(raw_mm),
        round(max(depletion_mm - raw_mm, 0.0)),
        round(left / raw_mm * 100, 1),
        depletion_mm > raw_mm,
    )


def zone_text(zone: Zone, words: Words) -> str:
    """The same in a sentence."""
    whole = words.quantity(zone.whole_mm, "mm")
    if zone.missing_mm:
        missing = words.quantity(zone.missing_mm, "mm")
        return words.t("plot.zone.short", whole=whole, missing=missing)
    return words.t("plot.zone", left=words.quantity(zone.left_mm, "mm"), whole=whole)


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
