"""The curves of a season: for each way of watering what was missing in the soil, over rain and
irrigation.

matplotlib is imported when a chart is wanted, and only then: a gateway runs without it.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from math import ceil
from pathlib import Path
from typing import Any

from dashboards.words import Words
from gateway.cli.chart_file import write_chart
from gateway.cli.season.play import Season
from gateway.cli.season.report import head, name_of
from gateway.cli.season.result import PlotDay, PlotSeason, WaySeason

INCHES_WIDE, INCHES_OF_WAY, INCHES_AROUND = 11.0, 2.0, 1.2
SOIL_INK, RAIN_INK, WATER_INK, THIRST_INK = "#8a5a2b", "#b9c7d6", "#1b6e8c", "#c0392b"
MARKS_MAX = 13
"""Days that are named below the chart: what the width has room for."""
NOON = time(12)
BAR = timedelta(days=0.4)


def draw(
    file: Path, season: Season, found: Sequence[WaySeason], weather: str, words: Words
) -> None:
    """Write the chart: means of the plots by their areas. `weather` says in words where it came
    from. Raises ChartError."""
    from matplotlib.figure import Figure

    height = INCHES_AROUND + INCHES_OF_WAY * len(found)
    figure = Figure(figsize=(INCHES_WIDE, height), layout="constrained")
    figure.suptitle(head(season, weather, words), fontsize=10)
    figure.supylabel(words.t("season.depletion"), fontsize=8, color=SOIL_INK)
    panels = figure.subplots(len(found), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    wettest = max(1.0, *(max(_daily(one, of)) for one in found for of in (_rain, _irrigation)))
    for panel, one in zip(panels, found, strict=True):
        bars = panel.twinx()
        _draw_bars(bars, one, words)
        bars.set_ylim(0, 2 * wettest)  # so that the curve runs above them
        bars.yaxis.get_major_locator().set_params(integer=True)
        _draw_curve(panel, one, season.first, words)
        panel.set_zorder(bars.get_zorder() + 1)
        panel.patch.set_visible(False)
        panel.set_title(_came_to(season, one, words), fontsize=9, loc="left")
        for axes in (panel, bars):
            axes.tick_params(labelsize=8)
            axes.spines["top"].set_visible(False)
    panels[0].invert_yaxis()
    panels[-1].set_xlim(season.first, season.first + timedelta(days=season.days))
    _mark_days(panels[-1], season, words)
    lines, names = panels[0].get_legend_handles_labels()
    more, other = bars.get_legend_handles_labels()
    figure.legend(lines + more, names + other, loc="outside lower center", ncols=5, fontsize=8)
    write_chart(figure, file)


def _came_to(season: Season, one: WaySeason, words: Words) -> str:
    """Water saved is none when the tea went thirsty for it: both stand side by side."""
    return words.t(
        "season.came-to",
        way=name_of(one.way, season.fixed_mm, words),
        water=words.number(one.mean(_irrigated_mm), 0),
        stress=words.number(one.stress_days, 1),
        drained=words.number(one.mean(lambda plot: plot.books.drained_mm), 0),
    )


def _mark_days(panel: Any, season: Season, words: Words) -> None:
    step = ceil(season.days / MARKS_MAX)
    days = [season.first + timedelta(days=number) for number in range(0, season.days, step)]
    marks = [f"{day:%d/%m}" if words.lang == "vi" else f"{day.day} {day:%b}" for day in days]
    panel.set_xticks(days, marks)


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
    full = words.t("season.full")
    panel.axhline(0, color=SOIL_INK, linewidth=0.8, linestyle=":", label=full)
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
