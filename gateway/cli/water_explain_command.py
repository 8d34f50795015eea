"""`hamlet irrigation explain`: why a plot was watered or not, now or in the past."""

import json
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

import typer

from dashboards.inputs import figures
from dashboards.root_zone import zone_of, zone_text
from dashboards.words import Words
from devices.metric import INT64_MAX
from devices.reading import Millis
from gateway.assembly import read_site
from gateway.cli.complaints import complaints, refuse
from gateway.cli.irrigation_journal import irrigation_of, named_plot, reading_journal
from gateway.cli.language import Lang, of_terminal
from gateway.cli.water_plan_command import told
from gateway.cli.written_time import typed_time
from gateway.decisions import Explanation
from gateway.hamlet_time import HamletTime
from gateway.journal.periods import newest_time
from gateway.journal.tables import BALANCE_DAYS, EXPLANATIONS
from gateway.plot_records import BalanceDay
from gateway.plots import Plot
from gateway.site import Site
from gateway.watering_plan import Plan


class _Found(NamedTuple):
    """The newest decision and the balance of its day, and the plan when it is asked about now; None
    where there is none."""

    as_of: Millis
    decision: Explanation | None
    balance: BalanceDay | None
    plan: Plan | None


def explain_water(
    plot: Annotated[str, typer.Argument(help="The id of the plot.")],
    at: Annotated[
        str | None,
        typer.Argument(
            metavar="TIME",
            help="In the past, e.g. 2026-11-22T06:30; local time, or with its offset.",
        ),
    ] = None,
    site: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="The site's folder.")
    ] = Path("site"),
    lang: Annotated[Lang | None, typer.Option(help="Without it, the terminal's.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Say why a plot was watered or not, with the figures that were used.

    It reads the journal; the gateway may run.
    """
    with complaints():
        hamlet, _ = read_site(site)
        place = hamlet.config.place
        here = HamletTime(ZoneInfo(place.timezone), place.latitude, place.longitude)
        then = typed_time("TIME", at, here.zone)
        asked = named_plot(hamlet, plot)
        with reading_journal(hamlet) as journal:
            if then is not None and then > max(newest_time(journal), round(time.time() * 1000)):
                refuse(
                    f"TIME: {at} is still to come; `hamlet irrigation plan` tells what is expected"
                    " of the next 24 hours"
                )
            found = _look_up(journal, hamlet, asked, here, then)
    if as_json:
        print(json.dumps(_as_json(asked, found), ensure_ascii=False, indent=1))
        return
    words = Words((lang or of_terminal()).value, here.zone, found.as_of)
    print("\n".join(_describe(asked, found, words)))


def _look_up(
    journal: sqlite3.Connection, site: Site, plot: Plot, here: HamletTime, then: Millis | None
) -> _Found:
    until = INT64_MAX if then is None else then
    newest = EXPLANATIONS.select(
        journal, "WHERE plot = ? AND at <= ? ORDER BY at DESC LIMIT 1", (plot.id, until)
    )
    decision = newest[0] if newest else None
    as_of = then if then is not None else newest_time(journal)
    day = here.day(as_of if decision is None else decision.at).isoformat()
    balance = BALANCE_DAYS.select(journal, "WHERE plot = ? AND day = ?", (plot.id, day))
    plan = irrigation_of(journal, site, as_of).plan(as_of) if then is None and as_of else None
    return _Found(as_of, decision, balance[0] if balance else None, plan)


def _describe(plot: Plot, found: _Found, words: Words) -> Iterator[str]:
    yield f"{plot.id}: {words.text(plot.label)}"
    decision, balance = found.decision, found.balance
    if decision is None:
        yield words.t("watering.undecided")
        return
    yield f"{words.when(decision.at)}: {words.text(decision.sentence)}"
    if balance is not None:
        yield zone_text(zone_of(balance.depletion_mm, balance.raw_mm), words)
    used = list(figures(decision.inputs, words))
    if used:
        yield words.t("plot.inputs") + ":"
        for figure in used:
            yield f"  {figure.label}: {figure.value}"
    if found.plan is not None:
        yield words.t("plan.title") + ":"
        for one in found.plan.waterings:
            if one.plot == plot.id:
                yield from told(one, {plot.id: plot.label}, words)
        for other in found.plan.without:
            if other.plot == plot.id:
                yield f"  {words.t('watering.idle')}: {words.text(other.reason)}"


def _as_json(plot: Plot, found: _Found) -> dict[str, object]:
    """Times in ms UTC, depths in mm; null is unknown, or that there is none."""
    decision, balance = found.decision, found.balance
    return {
        "plot": plot.id,
        "as_of": found.as_of,
        "at": decision.at if decision else None,
        "action": decision.action if decision else None,
        "sentence": decision.sentence._asdict() if decision else None,
        "inputs": dict(decision.inputs) if decision else None,
        "depletion_mm": round(balance.depletion_mm, 2) if balance else None,
        "raw_mm": round(balance.raw_mm, 2) if balance else None,
        "taw_mm": round(balance.taw_mm, 2) if balance else None,
    }
