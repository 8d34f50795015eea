"""A gateway that is driven by hand through hours, with its own reports, and what it decided."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

from devices.metric import Value
from devices.reading import Millis
from gateway.assembly import JOURNAL_FILE, build_pipeline
from gateway.backtest.journal_rows import JournalRows
from gateway.backtest.result import Change, Result
from gateway.backtest.rows import Span
from gateway.backtest.run import backtest
from gateway.journal.database import open_for_reading, open_journal
from gateway.journal.writer import commit
from gateway.pipeline import Pipeline
from gateway.rules.rule import Rule
from gateway.site import Site
from tests.gateway.small_site import topic

NOW: Millis = 1_795_305_600_000
SECOND: Millis = 1_000
MINUTE: Millis = 60 * SECOND
HOUR: Millis = 60 * MINUTE
EVER = Span(0, 2**62)

Told = tuple[Millis, str, str, str]
"""When, which rule, for whom, which state."""


class LivedHamlet:
    """`reports`: whether the gateway says something of itself every minute, as it does live."""

    def __init__(self, site: Site, rules: Sequence[Rule], *, reports: bool) -> None:
        self.site, self.rules = site, rules
        self.file: Path = site.data / JOURNAL_FILE
        self.connection: sqlite3.Connection = open_journal(self.file)
        self.connection.execute("PRAGMA synchronous = off")
        self.now = NOW
        self._reports = reports
        self._boot = 0
        self._seqs: dict[str, int] = {}
        self.pipeline: Pipeline = build_pipeline(self.connection, site, rules, NOW)
        self.report()

    def wait(self, ms: Millis) -> None:
        """Live on for a while."""
        until = self.now + ms
        while self._reports and self.now + MINUTE <= until:
            self._tick_until(self.now + MINUTE)
            self.report()
        self._tick_until(until)

    def report(self) -> None:
        """The gateway says something of itself."""
        if self._reports:
            body = {"seq": self._next("gateway"), "boot": f"g{self._boot}", "disk_free_mb": 9000}
            self.pipeline.report(json.dumps(body).encode(), self.now)

    def say(self, device: str, values: Mapping[str, Value], late_ms: Millis | None = None) -> None:
        """A device reports; `late_ms` ago by its own clock, if it has one."""
        body: dict[str, object] = {"seq": self._next(device), "boot": "b", **values}
        if late_ms is not None:
            body["measured_at"] = self.now - late_ms
        self.tell(device, "telemetry", json.dumps(body).encode())

    def tell(self, device: str, channel: str, payload: bytes) -> None:
        """Any message of a device; what is due by then has been done."""
        self._tick_until(self.now)
        self.pipeline.receive(topic(device, channel), payload, 0, 0, self.now)

    def off(self, ms: Millis) -> None:
        """The power goes, right after a report: what was done after the last one nobody can tell
        later."""
        self._tick_until(self.now)  # what the last message made due at once
        self.report()
        self.save()
        self.now += ms
        self._boot += 1
        self._seqs.pop("gateway", None)
        self.pipeline = build_pipeline(self.connection, self.site, self.rules, self.now)
        self._tick_until(self.now)
        self.report()

    def save(self) -> None:
        """Write what is open."""
        work = self.pipeline.take_work()
        commit(self.connection, work.batch)
        self.pipeline.committed(work)

    def told(self) -> list[Told]:
        """What the journal says of the rules, in order of time."""
        rows = self.connection.execute("SELECT since, rule, subject, state FROM rule_change")
        return sorted(rows)

    def try_again(self, rules: Sequence[Rule] | None = None, span: Span = EVER) -> list[Told]:
        """The same by back-test."""
        return sorted(
            {(at, rule, device, state.value) for rule, device, at, state in self.play(rules, span)}
        )

    def play(self, rules: Sequence[Rule] | None = None, span: Span = EVER) -> list[Change]:
        """The changes of a back-test of the journal, opened anew."""
        changes: list[Change] = []
        self.run(rules, span, changes)
        return changes

    def run(
        self, rules: Sequence[Rule] | None, span: Span, changes: list[Change] | None = None
    ) -> Result:
        """A back-test of the journal, opened anew."""
        connection = open_for_reading(self.file)
        try:
            source = JournalRows(connection, self.site, span)
            on_change = None if changes is None else changes.append
            return backtest(source, self.site, rules or self.rules, on_change=on_change)
        finally:
            connection.close()

    def close(self) -> None:
        """Let go of the journal."""
        self.connection.close()

    def _next(self, device: str) -> int:
        self._seqs[device] = seq = self._seqs.get(device, -1) + 1
        return seq

    def _tick_until(self, until: Millis) -> None:
        soonest = self.now
        while (due := self.pipeline.next_deadline()) is not None and max(due, soonest) <= until:
            self.now = max(due, soonest)
            self.pipeline.tick(self.now)
            soonest = self.now + 1
        self.now = until
