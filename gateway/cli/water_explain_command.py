"""`hamlet irrigation explain`: why a plot was watered or not, now or in the past."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, NamedTuple
from zoneinfo import ZoneInfo

import typer

from dashboards.words import Words
from devices.metric import INT64_MAX, Value
from devices.reading import Millis
from gateway.assembly import read_site
from gateway.cli.complaints import complaints
from gateway.cli.irrigation_journal import named_plot, reading_journal
from gateway.cli.language import Lang, of_terminal
from gateway.cli.written_time import typed_time
from gateway.decisions import Explanation
from gateway.hamlet_time import HamletTime
from gateway.journal.periods import newest_time
from gateway.journal.tables import BALANCE_DAYS, EXPLANATIONS
from gateway.plot_records import BalanceDay
from gateway.plots import Plot

NEXT_LOOK = "next_look"
"""The input that is a time."""


class _Found(NamedTuple):
    """The newest decision and the balance of its day; None where there is none."""

    as_of: Millis
    decision: Explanation | None
    balance: BalanceDay | None


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
            found = _look_up(journal, asked, here, then)
    if as_json:
        print(json.dumps(_as_json(asked, found), ensure_ascii=False, indent=1))
        return
    words = Words((lang or of_terminal()).value, here.zone, found.as_of)
    print("\n".join(_describe(asked, found, words)))


def _look_up(
    journal: sqlite3.Connection, plot: Plot, here: HamletTime, then: Millis | None
) -> _Found:
    until = INT64_MAX if then is None else then
    newest = EXPLANATIONS.select(
        journal, "WHERE plot = ? AND at <= ? ORDER BY at DESC LIMIT 1", (plot.id, until)
    )
    decision = newest[0] if newest else None
    as_of = then if then is not None else newest_time(journal)
    day = here.day(as_of if decision is None else decision.at).isoformat()
    balance = BALANCE_DAYS.select(journal, "WHERE plot = ? AND day = ?", (plot.id, day))
    return _Found(as_of, decision, balance[0] if balance else None)


def _describe(plot: Plot, found: _Found, words: Words) -> Iterator[str]:
    yield f"{plot.id}: {words.text(plot.label)}"
    decision, balance = found.decision, found.balance
    if decision is None:
        yield words.t("watering.undecided")
        return
    yield f"{words.when(decision.at)}: {words.text(decision.sentence)}"
    if balance is not None:
        yield words.t(
            "plot.zone",
            left=words.quantity(balance.taw_mm - balance.depletion_mm, "mm"),
            whole=words.quantity(balance.taw_mm, "mm"),
            limit=words.quantity(balance.taw_mm - balance.raw_mm, "mm"),
        )
    if decision.inputs:
        yield words.t("plot.inputs") + ":"
        for name, value in decision.inputs.items():
            yield f"  {name} = {_written(name, value, words)}"


def _written(name: str, value: Value | str | None, words: Words) -> str:
    if value is None:
        return words.t("value.unknown")
    if isinstance(value, bool):
        return words.t("value.yes" if value else "value.no")
    if isinstance(value, str):
        return value
    return words.when(int(value)) if name == NEXT_LOOK else words.number(value)


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
        "depletion_mm": balance.depletion_mm if balance else None,
        "raw_mm": balance.raw_mm if balance else None,
        "taw_mm": balance.taw_mm if balance else None,
    }
