"""The curves of a season: for each way of watering what was missing in the soil, over rain and
irrigation.

matplotlib is imported when a chart is wanted, and only then: a gateway runs without it.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from dashboards.words import Words
from gateway.cli.chart_file import write_chart
from gateway.cli.season.play import Season
from gateway.cli.season.report import name_of
from gateway.cli.season.result import PlotDay, PlotSeason, WaySeason

INCHES_WIDE, INCHES_OF_WAY, INCHES_AROUND = 11.0, 2.0, 0.9
SOIL_INK, RAIN_INK, WATER_INK, THIRST_INK = "#8a5a2b", "#b9c7d6", "#1b6e8c", "#c0392b"
NOON = time(12)
BAR = timedelta(days=0.4)


def draw(file: Path, season: Season, found: Sequence[WaySeason], words: Words) -> None:
    """Write the chart: means of the plots by their areas. Raises ChartError."""
    from matplotlib.figure import Figure

    height = INCHES_AROUND + INCHES_OF_WAY * len(found)
    figure = Figure(figsize=(INCHES_WIDE, height), layout="constrained")
    panels = figure.subplots(len(found), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    wettest = max(1.0, *(max(_daily(one, of)) for one in found for of in (_rain, _irrigation)))
    for panel, one in zip(panels, found, strict=True):
        bars = panel.twinx()
        _draw_bars(bars, one, words)
        bars.set_ylim(0, 2 * wettest)  # so that the curve runs above them
        _draw_curve(panel, one, season.first, words)
        panel.set_zorder(bars.get_zorder() + 1)
        panel.patch.set_visible(False)
        water = words.number(one.mean(_irrigated_mm), 0)
        name = name_of(one.way, season.fixed_mm, words)
        panel.set_title(f"{name}: {water} mm", fontsize=9, loc="left")
        for axes in (panel, bars):
            axes.tick_params(labelsize=8)
            axes.spines["top"].set_visible(False)
    panels[0].invert_yaxis()
    panels[-1].set_xlim(season.first, season.first + timedelta(days=season.days))
    lines, names = panels[0].get_legend_handles_labels()
    more, other = bars.get_legend_handles_labels()
    figure.legend(lines + more, names + other, loc="outside lower center", ncols=4, fontsize=8)
    write_chart(figure, file)


def _draw_curve(panel: Any, one: WaySeason, first: date, words: Words) -> None:
    begin = datetime.combine(first, time())
    times = [begin + timedelta(hours=hours) for hours in one.hours]
    curve = [
        sum(depletion * plot.area_m2 for depletion, plot in zip(point, one.plots, strict=True))
        / one.area_m2
        for point in zip(*(plot.curve for plot in one.plots), strict=True)
    ]
    label = words.t("season.depletion")
    panel.plot(times, curve, color=SOIL_INK, linewidth=1.2, label=label)
    raw = one.mean(lambda plot: plot.raw_mm)
    thirst = words.t("season.raw")
    panel.axhline(raw, color=THIRST_INK, linewidth=0.8, linestyle="--", label=thirst)


def _draw_bars(bars: Any, one: WaySeason, words: Words) -> None:
    for of, shift, ink, label in (
        (_rain, -BAR / 2, RAIN_INK, words.t("season.rain")),
        (_irrigation, BAR / 2, WATER_INK, words.t("season.irrigation")),
    ):
        places = [datetime.combine(day.day, NOON) + shift for day in one.plots[0].days]
        bars.bar(places, _daily(one, of), width=BAR, color=ink, label=label)


def _daily(one: WaySeason, of: Callable[[PlotDay], float]) -> list[float]:
    days = range(len(one.plots[0].days))
    return [
        sum(of(plot.days[number]) * plot.area_m2 for plot in one.plots) / one.area_m2
        for number in days
    ]


def _rain(day: PlotDay) -> float:
    return day.books.rained_mm


def _irrigation(day: PlotDay) -> float:
    return day.books.irrigated_mm


def _irrigated_mm(plot: PlotSeason) -> float:
    return plot.books.irrigated_mm
