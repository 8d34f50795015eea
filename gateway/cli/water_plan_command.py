"""`hamlet irrigation plan`: what is expected to be watered, worked out from the journal."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from dashboards.words import Words
from devices.text import Text
from gateway.assembly import build_pipeline, read_site
from gateway.cli.complaints import complaints
from gateway.cli.irrigation_journal import reading_journal
from gateway.cli.language import Lang, of_terminal
from gateway.journal.database import JournalError
from gateway.journal.periods import newest_time
from gateway.site import Site
from gateway.watering_plan import Plan, PlannedWatering


def print_plan(
    site: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="The site's folder.")
    ] = Path("site"),
    lang: Annotated[Lang | None, typer.Option(help="Without it, the terminal's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say which plots are watered in the next 24 hours, when, and why or why not.

    It reads the journal and works the plan out as of the newest reading in it; the gateway may run,
    or not.
    """
    with complaints():
        hamlet, _ = read_site(site)
        plan = _work_out(hamlet)
    if as_json:
        print(json.dumps(_as_json(plan), ensure_ascii=False, indent=1))
        return
    zone = ZoneInfo(hamlet.config.place.timezone)
    words = Words((lang or of_terminal()).value, zone, plan.at)
    labels = {plot.id: plot.label for plot in hamlet.plots}
    print("\n".join(_describe(plan, labels, words)))


def _work_out(site: Site) -> Plan:
    """As the gateway would, had it been started at that moment."""
    with reading_journal(site) as journal:
        now = newest_time(journal)
        if not now:
            raise JournalError("the journal holds no readings yet: there is nothing to plan by")
        return build_pipeline(journal, site, (), now).engines.irrigation.plan(now)


def _describe(plan: Plan, labels: dict[str, Text], words: Words) -> Iterator[str]:
    yield words.t("plan.as-of", when=words.full(plan.at))
    if plan.waterings:
        volume = words.volume(sum(one.litres for one in plan.waterings))
        yield words.t("plan.say", n=len(plan.waterings), volume=volume)
    else:
        yield words.t("plan.say.none")
    for one in plan.waterings:
        yield from _told(one, labels, words)
    if plan.without:
        yield words.t("plan.without") + ":"
    for other in plan.without:
        yield f"  {other.plot} ({words.text(labels[other.plot])}): {words.text(other.reason)}"


def _told(one: PlannedWatering, labels: dict[str, Text], words: Words) -> Iterator[str]:
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


def _as_json(plan: Plan) -> dict[str, object]:
    """Times in ms UTC, depths in mm."""
    return {
        "at": plan.at,
        "until": plan.until,
        "waterings": [
            {
                "plot": one.plot,
                "begin": one.begin,
                "end": one.end,
                "litres": one.litres,
                "depth_mm": one.depth_mm,
                "certainty": one.certainty.value,
                "reason": one.reason._asdict(),
                "conflicts": [conflict._asdict() for conflict in one.conflicts],
            }
            for one in plan.waterings
        ],
        "without": [{"plot": one.plot, "reason": one.reason._asdict()} for one in plan.without],
    }
