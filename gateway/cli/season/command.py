"""The command: which plots, which weather, which ways, and what is written."""

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

import typer

from dashboards.words import Words
from firmware_sim.layout import Layout, load_layout
from firmware_sim.recorded import DayRecord
from gateway.assembly import read_site
from gateway.cli.chart_file import check_chart
from gateway.cli.complaints import complaints, refuse
from gateway.cli.language import Lang, of_terminal
from gateway.cli.progress import progress
from gateway.cli.season.chart import draw
from gateway.cli.season.period import Part, Period, period
from gateway.cli.season.play import Season
from gateway.cli.season.report import as_json, as_text, failed
from gateway.cli.season.together import play_all
from gateway.cli.season.ways import Way
from gateway.cli.season.weather import PeriodError, recorded
from gateway.cli.weather_table import some, station_weather, unread
from gateway.located_yaml import did_you_mean
from gateway.plots.modes import DEPTH_MAX_MM
from gateway.site import Site

FIXED_MM = 6.0
"""What sprinklers of the demo give in an hour, and what a grower without figures gives a day."""


class _Weather(NamedTuple):
    """Where the season is, its days if a file tells them, and what must be known of them."""

    layout: Layout
    period: Period
    days: tuple[DayRecord, ...] = ()
    notes: tuple[str, ...] = ()


def simulate(
    site: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="The site's folder.")
    ] = Path("site"),
    plot: Annotated[
        list[str] | None, typer.Option(help="A plot; may be repeated. Else all of them.")
    ] = None,
    weather: Annotated[
        Path | None,
        typer.Option(
            exists=True, dir_okay=False, help="A table of days, as of `irrigation et0`, with rain."
        ),
    ] = None,
    latitude: Annotated[
        float | None, typer.Option(help="Of the file's station; else the file's, else the site's.")
    ] = None,
    altitude: Annotated[
        float | None, typer.Option(help="Of the file's station; else the file's, else the site's.")
    ] = None,
    wind_height: Annotated[
        float | None, typer.Option(help="Metres above the ground, of the file's wind.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="The first day, 2026-12-01; else the file's.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="The last day.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="How many days.")] = None,
    season: Annotated[
        Part | None, typer.Option(help="The driest or the wettest month of the climate.")
    ] = None,
    modes: Annotated[
        str | None, typer.Option(help="Some of fixed,schedule,soil,balance,none; else all.")
    ] = None,
    fixed: Annotated[
        float, typer.Option(help="Millimetres a day by the clock, where a plot has no schedule.")
    ] = FIXED_MM,
    seed: Annotated[int, typer.Option(help="Another seed is another weather.")] = 1,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Modes at once; else one core is left to others.")
    ] = None,
    chart: Annotated[Path | None, typer.Option(help="Draw a chart: FILE.svg or FILE.png.")] = None,
    lang: Annotated[Lang | None, typer.Option(help="Without it, the terminal's.")] = None,
    as_json_: Annotated[bool, typer.Option("--json", help="Print JSON, with every day.")] = False,
) -> None:
    """Play a season of the plots, watered in different ways, and compare what became of the water.

    The gateway's own engines decide, and the simulator's ground tells what came of it. The exit
    status is 1 when a watering failed.
    """
    if not 0 < fixed <= DEPTH_MAX_MM:
        refuse(f"--fixed is more than 0 and at most {DEPTH_MAX_MM:g} mm")
    with complaints():
        if chart:
            check_chart(chart)
        checked, _ = read_site(site)
        plots = _plots(checked, plot)
        ways = _ways(checked, plots, modes)
        asked = period(since, until, days, season, recorded=weather is not None)
        found = _weather(site, weather, asked, (latitude, altitude, wind_height))
        first, count = found.period
        if first is None or count is None:
            first, count = found.days[0].day, len(found.days)
        played = Season(checked, found.layout, plots, first, count, seed, fixed, found.days)
        for note in found.notes:
            print(f"hamlet: {note}", file=sys.stderr)
        jobs = jobs or max((os.cpu_count() or 1) - 1, 1)
        with progress("season") as on_progress:
            results = play_all(played, ways, jobs, on_progress)
        zone = ZoneInfo(found.layout.timezone)
        words = Words((lang or of_terminal()).value, zone, round(time.time() * 1000))
        source = (
            words.t("season.recorded", file=weather.name)
            if weather
            else words.t("season.simulated", seed=str(seed))
        )
        if chart:
            draw(chart, played, results, source, words)
    if as_json_:
        print(as_json(played, results, found.notes))
    else:
        print("\n".join(as_text(played, results, source, words)))
    if failed(results):
        raise typer.Exit(1)


def _plots(site: Site, asked: Sequence[str] | None) -> tuple[str, ...]:
    known = [plot.id for plot in site.plots]
    if not known:
        refuse("the site has no plots: describe them in its plots.yaml")
    for id in asked or ():
        if id not in known:
            refuse(f"there is no plot {id!r}{did_you_mean(id, known)}")
    return tuple(id for id in known if not asked or id in asked)


def _ways(site: Site, plots: Sequence[str], modes: str | None) -> list[Way]:
    blind = [plot.id for plot in site.plots if plot.id in plots and not plot.sensors]
    if modes is None:
        if blind:
            print(f"hamlet: without soil: {', '.join(blind)} has no sensors", file=sys.stderr)
        return [way for way in Way if way is not Way.SOIL or not blind]
    known = [way.value for way in Way]
    ways = []
    for name in modes.split(","):
        if name.strip() not in known:
            refuse(f"--modes: {name!r} is none of {', '.join(known)}{did_you_mean(name, known)}")
        ways.append(Way(name.strip()))
    if Way.SOIL in ways and blind:
        refuse(f"--modes: {', '.join(blind)} has no sensors; leave out soil")
    return list(dict.fromkeys(ways))


def _weather(
    site: Path,
    file: Path | None,
    asked: Period,
    place: tuple[float | None, float | None, float | None],
) -> _Weather:
    layout = load_layout(site)
    if file is None:
        if any(value is not None for value in place):
            refuse("--latitude, --altitude and --wind-height are those of a --weather file")
        return _Weather(layout, asked)
    table, station, checked = station_weather(
        file, *place, otherwise=(layout.latitude, layout.altitude_m)
    )
    try:
        days, notes = recorded(checked, station, *asked)
    except PeriodError as error:
        refuse(f"{file}: {error}")
    moved = replace(layout, latitude=station.latitude, altitude_m=station.altitude_m)
    first, last = days[0].day, days[-1].day
    flags = [str(flag) for flag in checked.flags if first <= flag.day <= last]
    told = (*unread(table), *checked.doubts, *some(flags), *notes)
    return _Weather(moved, asked, days, told)
