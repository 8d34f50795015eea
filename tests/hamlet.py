"""A hamlet with a real journal for tests of the read models, the API and the pages.

It says and decides what a test wants; the time stands still unless the test moves it.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from devices.decode import DECODERS
from devices.metric import Value
from devices.text import Text
from gateway.assembly import build_pipeline, hamlet_time
from gateway.clock import Millis
from gateway.decisions import (
    Alert,
    Command,
    CommandAsked,
    CommandState,
    Record,
    RuleState,
    Run,
    Severity,
    State,
    StateChanged,
)
from gateway.diary_book import DiaryBook
from gateway.feed import Feed
from gateway.fleet import Device
from gateway.journal.batch import Batch, RejectedRow
from gateway.journal.database import open_journal
from gateway.journal.memory import load_fleet, unknown_to_journal
from gateway.journal.reader import JournalReader
from gateway.journal.writer import commit
from gateway.patient_store import PatientStore
from gateway.plot_acts import Outcome
from gateway.plot_desk import PlotDesk
from gateway.plot_records import DiaryEntry
from gateway.rule_book import RuleBook
from gateway.site import Site
from gateway.views import Views
from gateway.views.condition import Condition, Link
from gateway.watering_plan import Held, Plan, PlotOutlook

NOW: Millis = 1_795_305_600_000
"""Sunday 2026-11-22 07:00 in Vietnam."""
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


class Rule(NamedTuple):
    """What the rule engine says of a rule."""

    rule: str
    label: Text
    subjects: dict[RuleState, int]
    firing: tuple[str, ...] = ()
    health: Text | None = None
    lost: Text | None = None


class RuleOn(NamedTuple):
    """What the rule engine says of a rule for one device."""

    rule: str
    label: Text
    state: RuleState
    since: Millis | None


class Irrigation:
    """That of the engines, unless a test says how it stands with a plot."""

    def __init__(self, hamlet: "Hamlet") -> None:
        self._hamlet = hamlet
        self._engine = hamlet.pipeline.engines.irrigation
        self.overridable = self._engine.overridable

    def runs(self) -> list[Run]:
        return [*self._engine.runs(), *self._hamlet.running]

    def status(self, plot: str, now: Millis) -> PlotOutlook:
        said = self._hamlet.outlooks.get(plot)
        return said or self._engine.status(plot, now)

    def plan(self, now: Millis) -> Plan:
        return self._hamlet.plan or self._engine.plan(now)

    def held(self, plot: str, now: Millis) -> Sequence[Held]:
        return self._engine.held(plot, now)


class Hamlet:
    """The parts that pages and the API are made of."""

    def __init__(self, folder: Path, site: Site, store: PatientStore | None = None) -> None:
        self.site = site
        self.now = NOW
        self._connection = open_journal(folder / "journal.db")
        self.fleet = load_fleet(self._connection, self.site.devices)
        new = unknown_to_journal(self._connection, self.fleet)
        self._commit(Batch(new_devices=[(device, NOW) for device in new]))
        self._messages = 0
        zone = ZoneInfo(site.config.place.timezone)
        self.reader = JournalReader(folder / "journal.db", self.fleet, zone, print)
        self.feed = Feed(interval_s=0.01)
        self.open_alerts: list[Alert] = []
        self.running: list[Run] = []
        self.outlooks: dict[str, PlotOutlook] = {}
        self.plan: Plan | None = None
        self.rules: list[Rule] = []
        self.rules_on: dict[str, list[RuleOn]] = {}
        self.condition = Condition(Link(True, NOW - DAY_MS))
        self.asked: list[CommandAsked] = []
        self.pipeline = pipeline = build_pipeline(
            open_journal(folder / "of-engines.db"), site, [], NOW
        )
        self.book = RuleBook(
            replace(site, folder=folder),
            [],
            pipeline,
            self.reader,
            self._do,
            lambda: self.now,
        )
        self.plots = PlotDesk(
            site.plots,
            pipeline,
            hamlet_time(site.config.place),
            self.reader,
            self._decide,
            lambda: self.now,
        )
        self.diary = DiaryBook(
            site.plots,
            hamlet_time(site.config.place),
            pipeline.engines.diary.circumstances,
            self.reader,
            self._write,
            lambda: self.now,
            trusted=lambda: self.condition.clock.trusted,
        )
        self.views = Views(
            self.site,
            self.fleet,
            self.reader,
            store,
            alerts=lambda: self.open_alerts,
            irrigation=Irrigation(self),
            rules=lambda: self.rules,
            rules_of=lambda id: self.rules_on.get(id, []),
            condition=lambda: self.condition,
            clock=lambda: self.now,
        )

    def close(self) -> None:
        self.reader.close()
        self._connection.close()

    def device(self, id: str) -> Device:
        found = self.fleet.get(id)
        assert found is not None, id
        return found

    def say(self, id: str, at: Millis, seq: int = 0, **values: Value) -> None:
        """The device reports."""
        device = self.device(id)
        payload = json.dumps({"seq": seq, "measured_at": at, **values}).encode()
        device.apply(DECODERS[device.kind.name](id, payload, at))
        device.sequences.add(None, seq, at, newer=True)
        device.heard_at = at
        self._messages += 1
        row = (self._messages, device.number, device.last_message, 0, at, at, "b", seq, payload)
        self._commit(Batch(messages=[row]))
        device.last_message = device.committed_message = self._messages

    def babble(self, id: str, messages: int, start: Millis, every: Millis, body: str) -> None:
        """The device reports so many times; nothing of it is in rollups."""
        device = self.device(id)
        first, self._messages = self._messages + 1, self._messages + messages
        self._connection.execute(
            "WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)"
            " INSERT INTO message SELECT ?2 + i, ?3, iif(i, ?2 + i - 1, ?4), 0, ?5 + i * ?6,"
            " ?5 + i * ?6, 'babble', i, CAST(?7 AS BLOB) FROM n",
            [messages, first, device.number, device.last_message, start, every, body],
        )
        device.last_message = device.committed_message = self._messages

    def turn(self, id: str, state: State, since: Millis, cause: str = "ok") -> None:
        """The device is in that state from then on."""
        changed = StateChanged(id, since, state, cause)
        self.device(id).change(changed)
        self.save(changed)

    def everything_works(self, since: Millis) -> None:
        """All devices have been up since then, and were heard a minute ago."""
        records: list[Record] = []
        for device in self.fleet.adopted():
            device.state, device.state_since, device.state_cause = State.UP, since, "ok"
            device.measured_at = device.heard_at = self.now - 60_000
            records.append(StateChanged(device.id, since, State.UP, "ok"))
        self.save(*records)

    def alert(
        self, source: str, subject: str, message: Text, severity: Severity = Severity.WARNING
    ) -> Alert:
        """A rule asks for a person."""
        opened = Alert(f"{source}-{subject}", source, subject, severity, message, self.now)
        self.open_alerts.append(opened)
        self.save(opened)
        return opened

    def save(self, *records: Record) -> None:
        self._commit(Batch(records=list(records)))

    def reject(self, topic: str, reason: str, payload: bytes) -> None:
        detail = Text("chi tiết", "detail")
        self._commit(Batch(rejected=[RejectedRow(self.now, topic, reason, detail, payload)]))

    async def _write(self, entry: DiaryEntry) -> None:
        self.save(entry)

    async def _do(self, step: Callable[[], None]) -> None:
        """Its rules are in memory."""
        step()

    async def _decide(self, step: Callable[[], Outcome]) -> Outcome:
        """What its engines decide is in the journal that is read."""
        outcome = step()
        self.keep_decided()
        return outcome

    def keep_decided(self) -> None:
        """What its engines have decided is saved."""
        self._commit(Batch(records=self.pipeline.take_work().batch.records))

    def _commit(self, batch: Batch) -> None:
        commit(self._connection, batch)

    # What people may ask of the gateway.

    async def ask_command(self, asked: CommandAsked) -> Command:
        self.asked.append(asked)
        command = Command(
            asked.key,
            asked.device,
            asked.command,
            asked.args,
            asked.requester,
            asked.at,
            asked.expires_at,
            CommandState.QUEUED,
        )
        self.save(command)
        return command

    async def adopt(self, device: str) -> bool:
        found = self.fleet.get(device)
        if found is None or found.adopted:
            return False
        found.adopted = True
        return True

    async def acknowledge(self, alert: str) -> bool:
        return any(opened.id == alert for opened in self.open_alerts)

    async def trust_clock(self) -> None:
        state = self.condition.clock
        right = replace(state, trusted=True, agrees=True, own=state.wall)
        self.condition = replace(self.condition, clock=right)
