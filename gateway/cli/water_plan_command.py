"""`hamlet irrigation plan`: what is expected to be watered, worked out from the journal: within a
day, or in a whole season."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from dashboards.words import Words
from devices.reading import Millis
from devices.text import Text
from gateway.api.plot_shapes import PlanShape
from gateway.assembly import read_site
from gateway.cli import season_ahead
from gateway.cli.complaints import complaints, refuse
from gateway.cli.irrigation_journal import irrigation_of, reading_journal
from gateway.cli.language import Lang, of_terminal
from gateway.cli.weather_ahead import Weather, weather_of
from gateway.irrigation.engine import IrrigationEngine
from gateway.journal.database import JournalError
from gateway.journal.periods import newest_time
from gateway.site import Site
from gateway.watering_plan import Plan, PlannedWatering

DAYS_MAX = 366
"""A year has all the seasons there are."""


def print_plan(
    site: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="The site's folder.")
    ] = Path("site"),
    season: Annotated[
        bool, typer.Option("--season", help="Months instead of a day: how much water it will take.")
    ] = False,
    days: Annotated[int, typer.Option(min=1, max=DAYS_MAX, help="Of the season.")] = 180,
    weather: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="Of the season: a table of days, as of `irrigation et0`, with rain; of any years."
            " Else the simulated climate.",
        ),
    ] = None,
    wind_height: Annotated[
        float | None, typer.Option(help="Metres above the ground, of the file's wind.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed is another simulated weather.")] = 1,
    lang: Annotated[Lang | None, typer.Option(help="Without it, the terminal's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say which plots are watered in the next 24 hours, when, and why or why not.

    It reads the journal and works the plan out as of the newest reading in it; the gateway may run,
    or not. With --season: how much water each plot will want month by month, and when a source
    cannot keep up.
    """
    if weather and not season:
        refuse("--weather is for --season")
    with complaints():
        hamlet, _ = read_site(site)
        engine, now = _of_journal(hamlet)
    zone = ZoneInfo(hamlet.config.place.timezone)
    words = Words((lang or of_terminal()).value, zone, now)
    if season:
        first = datetime.fromtimestamp(now / 1000, zone).date()
        sky = weather_of(hamlet, Weather(weather, wind_height, seed), first, days)
        ahead = engine.season(sky)
        text = season_ahead.as_json(ahead, sky) if as_json else None
        lines = season_ahead.as_text(ahead, hamlet, sky, words)
    else:
        plan = engine.plan(now)
        text = PlanShape.of(plan).model_dump_json(indent=1) if as_json else None
        lines = _describe(plan, {plot.id: plot.label for plot in hamlet.plots}, words)
    print("\n".join(lines) if text is None else text)


def _of_journal(site: Site) -> tuple[IrrigationEngine, Millis]:
    with reading_journal(site) as journal:
        now = newest_time(journal)
        if not now:
            raise JournalError("the journal holds no readings yet: there is nothing to plan by")
        return irrigation_of(journal, site, now), now


def _describe(plan: Plan, labels: dict[str, Text], words: Words) -> Iterator[str]:
    yield words.t("plan.as-of", when=words.full(plan.at))
    if plan.waterings:
        volume = words.volume(sum(one.litres for one in plan.waterings))
        yield words.t("plan.say", n=len(plan.waterings), volume=volume)
    else:
        yield words.t("plan.say.none")
    for one in plan.waterings:
        yield from told(one, labels, words)
    if plan.without:
        yield words.t("plan.without") + ":"
    for other in plan.without:
        yield f"  {other.plot} ({words.text(labels[other.plot])}): {words.text(other.reason)}"


def told(one: PlannedWatering, labels: dict[str, Text], words: Words) -> Iterator[str]:
    """One watering of the plan, and what stands against it."""
    amount = words.t(
        "plan.amount",
        litres=words.volume(one.litres),
        depth=words.quantity(one.depth_mm, "mm"),
        duration=words.duration(one.end - one.begin),
    )
    certainty = words.t(f"plan.{one.certainty.value}")
    label = words.text(labels[one.plot])
    yield f"  {words.span(one.begin, one.end)}  {one.plot} ({label}): {amount}, {certainty}"
    yield f"    {words.text(one.reason)}"
    for conflict in one.conflicts:
        yield f"    ! {words.text(conflict)}"
