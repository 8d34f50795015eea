"""The soil and the crop of a plot in the terms of FAO-56."""

from datetime import date
from functools import lru_cache

from gateway.agronomy.balance import RootZone
from gateway.agronomy.crop import TEA_SHADED, TEA_UNSHADED
from gateway.plots import Plot
from gateway.plots.soil import Crop, Season

PLOTS_KEPT = 4096
"""Root zones remembered: more plots than a commune has."""


def root_zone(plot: Plot) -> RootZone:
    """What the roots can draw from."""
    soil, crop = plot.soil, plot.crop
    p = crop.depletion or (TEA_SHADED if crop.shaded else TEA_UNSHADED).p
    return _zone(soil.field_capacity_pct, soil.wilting_point_pct, soil.root_depth_m, p)


@lru_cache(PLOTS_KEPT)
def _zone(field_capacity: float, wilting_point: float, depth: float, p: float) -> RootZone:
    return RootZone(field_capacity, wilting_point, depth, p)


def kc(crop: Crop, day: date) -> float:
    """The crop coefficient of that day (FAO-56 Eq. 66)."""
    tea = TEA_SHADED if crop.shaded else TEA_UNSHADED
    initial, middle, end = crop.kc or (tea.kc_initial, tea.kc_middle, tea.kc_end)
    if crop.season is None:
        return middle
    passed, stages = _passed(crop.season, day), crop.season.days
    for length, at_begin, at_end in zip(
        stages,
        (initial, initial, middle, middle),
        (initial, middle, middle, end),
        strict=True,
    ):
        if passed < length:
            return at_begin + (at_end - at_begin) * passed / length
        passed -= length
    return initial


def _passed(season: Season, day: date) -> int:
    """Days since the season last began."""
    began = date.fromisoformat(f"{day.year}-{season.starts}")
    if began > day:
        began = began.replace(year=day.year - 1)
    return (day - began).days
