"""`hamlet rules explain`: why a rule fires or not, now or in the past, from the journal."""

import json
import sqlite3
import time
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from dashboards.words import Words
from devices.reading import Millis
from gateway.assembly import JOURNAL_FILE, build_engines, read_site
from gateway.cli.complaints import complaints, refuse
from gateway.cli.explained_text import as_json, describe
from gateway.cli.language import Lang, of_terminal
from gateway.cli.written_time import typed_time
from gateway.decisions import RuleChanged
from gateway.fleet import Fleet
from gateway.journal.as_of import fleet_as_of, rule_states_as_of
from gateway.journal.database import JournalError, naming_damage, open_for_reading
from gateway.journal.memory import load_fleet, load_rule_states
from gateway.journal.periods import newest_time
from gateway.journal.recall import recall
from gateway.located_yaml import did_you_mean
from gateway.rules.engine import RuleEngine
from gateway.rules.explained import RuleExplained
from gateway.rules.rule import Rule
from gateway.site import Site


def explain_rule(
    rule: Annotated[str, typer.Argument(help="The id of the rule.")],
    device: Annotated[
        str | None,
        typer.Argument(help="Only for this device or group; else for all that it concerns."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(help="In the past, e.g. 2026-11-22T06:30; local time, or with its offset."),
    ] = None,
    site: Annotated[
        Path, typer.Option(exists=True, file_okay=False, help="The site's folder.")
    ] = Path("site"),
    lang: Annotated[Lang | None, typer.Option(help="Without it, the terminal's.")] = None,
    as_json_list: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
) -> None:
    """Say why a rule fires or not, with every part of its condition and the values used.

    It reads the journal; the gateway may run.
    """
    with complaints():
        hamlet, rules = read_site(site)
        zone = ZoneInfo(hamlet.config.place.timezone)
        then = typed_time("--at", at, zone)
        asked = next((one for one in rules if one.id == rule), None)
        if asked is None:
            refuse(f"there is no rule {rule!r}{did_you_mean(rule, [one.id for one in rules])}")
        now, fleet, found = _look_up(hamlet, asked, device, then)
    if as_json_list:
        print(json.dumps([as_json(one) for one in found], ensure_ascii=False, indent=1))
        return
    words = Words((lang or of_terminal()).value, zone, now)
    print("\n".join(describe(found, asked, device, fleet, words)))


def _look_up(
    site: Site, rule: Rule, subject: str | None, then: Millis | None
) -> tuple[Millis, Fleet, list[RuleExplained]]:
    """The time, the fleet as it was then, and what is to be said."""
    file = site.data / JOURNAL_FILE
    if not file.is_file():
        raise JournalError(f"{file}: there is no journal yet; has the gateway ever run?")
    try:
        with closing(open_for_reading(file)) as connection, naming_damage():
            connection.execute("BEGIN")  # all answers as of one moment
            past = _Past(connection, site, rule, then)
            fleet = past.fleet(subject)
            engine = past.engine(fleet)
            subjects = engine.subjects_of(rule.id)
            if subject is not None:
                known = [*(one.id for one in fleet), *subjects]
                if subject not in known:
                    refuse(f"there is no device {subject!r}{did_you_mean(subject, known)}")
                subjects = [subject]
            found = (engine.explain(rule.id, one, past.now) for one in subjects)
            return past.now, fleet, [one for one in found if one is not None]
    except sqlite3.OperationalError as error:
        raise JournalError(f"{file}: {error}; is it the journal of a site?") from error


class _Past:
    """What the journal knows of one rule at one time, the present if `then` is None."""

    def __init__(
        self, connection: sqlite3.Connection, site: Site, rule: Rule, then: Millis | None
    ) -> None:
        self._connection = connection
        self._site = site
        self._rule = rule
        self._then = then
        self.now = _present(connection) if then is None else then

    def fleet(self, device: str | None) -> Fleet:
        if self._then is None:
            return load_fleet(self._connection, self._site.devices)
        # Of a group, each device counts.
        asked_for = None if device is None or self._rule.group is not None else {device}
        return fleet_as_of(self._connection, self._site.devices, self._then, asked_for)

    def engine(self, fleet: Fleet) -> RuleEngine:
        """The engine, with this rule alone, as it was left then."""
        engine = build_engines(fleet, self._site, [self._rule]).rules
        engine.around.recall = partial(recall, self._connection)
        engine.restore(self._states(engine), self.now)
        heard = [one.heard_at for one in fleet if one.heard_at is not None]
        engine.listen_again(max(heard, default=self.now))  # it was not away since, as after a start
        return engine

    def _states(self, engine: RuleEngine) -> list[RuleChanged]:
        id = self._rule.id
        if self._then is not None:
            return rule_states_as_of(self._connection, id, engine.subjects_of(id), self._then)
        return [one for one in load_rule_states(self._connection) if one.rule == id]


def _present(connection: sqlite3.Connection) -> Millis:
    """The gateway keeps its own time, which may be ahead of the machine's."""
    return max(round(time.time() * 1000), newest_time(connection))
