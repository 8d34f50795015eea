"""Seasons of the test garden."""

from datetime import date
from pathlib import Path
from typing import Any

from firmware_sim.layout import load_layout
from gateway.assembly import read_site
from gateway.cli.season.play import Season, play
from gateway.cli.season.result import PlotSeason, WaySeason
from gateway.cli.season.ways import Way
from tests.irrigation.tea_garden import write_garden

DRY = date(2026, 12, 1)
FIXED_MM = 4.0


def garden_season(
    folder: Path, days: int, *, plots: tuple[str, ...] = ("lo-1",), first: date = DRY, **more: Any
) -> Season:
    """Of a garden that is written into `folder` first, unless it is there."""
    if not folder.exists():
        write_garden(folder)
    site, _ = read_site(folder)
    return Season(site, load_layout(folder), plots, first, days, 1, FIXED_MM, **more)


def play_in(folder: Path, season: Season, way: Way) -> WaySeason:
    return play(season, way, folder / f"played-{way.value}", lambda share: None)


def assert_conserved(plot: PlotSeason) -> None:
    """What came is what went and what the soil holds more."""
    books = plot.books
    came = books.rained_mm + books.irrigated_mm
    went = books.evaporated_mm + books.drained_mm + books.runoff_mm
    assert abs(came - went - (plot.begin_mm - plot.end_mm)) < 1e-6
    for day in plot.days:
        of_day = day.books
        parts = (of_day.rained_mm, of_day.irrigated_mm, of_day.evaporated_mm, of_day.thirst_mm)
        assert min(*parts, of_day.drained_mm, of_day.runoff_mm, of_day.stressed_h) >= 0
        assert of_day.evaporated_mm <= of_day.thirst_mm + 1e-9
        assert of_day.stressed_h <= 24 + 1e-9
    assert abs(sum(day.books.irrigated_mm for day in plot.days) - books.irrigated_mm) < 1e-6
