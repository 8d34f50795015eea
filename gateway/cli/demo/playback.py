"""Plays days of a simulated world through the gateway's own pipeline on a fast clock."""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from devices.reading import Millis
from firmware_sim.history import FastWorld
from gateway.assembly import build_pipeline
from gateway.journal.database import open_journal
from gateway.journal.writer import commit
from gateway.pipeline import Pipeline
from gateway.rules.rule import Rule
from gateway.site import Site

MESSAGES_PER_COMMIT = 5000
MESSAGES_PER_REPORT = 2000


class Playback:
    """One pipeline on the world's clock. Commands are committed before they are delivered, as
    ever; only the disk need not confirm it, because a playback that is cut short begins anew."""

    def __init__(
        self, file: Path, site: Site, rules: Sequence[Rule], world: FastWorld, start: Millis
    ) -> None:
        self._connection: sqlite3.Connection = open_journal(file)
        self._connection.execute("PRAGMA synchronous = off")
        self._pipeline: Pipeline = build_pipeline(self._connection, site, rules, start)
        self._world = world

    def play(self, until: Millis, on_progress: Callable[[Millis], None]) -> int:
        """Play to the world's end; returns the number of messages."""
        pipeline = self._pipeline
        deadline = pipeline.next_deadline()
        number = 0
        for number, (now, topic, payload) in enumerate(self._world, 1):
            while deadline is not None and deadline <= now:
                self._tick(deadline)
                deadline = self._later_than(deadline)
            pipeline.receive(topic, payload, 0, False, now)
            if pipeline.pending.decided:
                self._release(now)
            elif pipeline.waiting >= MESSAGES_PER_COMMIT:
                self._commit()
            deadline = pipeline.next_deadline()
            if number % MESSAGES_PER_REPORT == 0:
                on_progress(now)
        pipeline.tick(until)
        pipeline.snapshot_all()
        self._commit()
        return number

    def close(self) -> None:
        """Bring everything to the disk."""
        self._connection.execute("PRAGMA synchronous = full")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._connection.close()

    def _tick(self, now: Millis) -> None:
        self._pipeline.tick(now)
        self._release(now)

    def _later_than(self, now: Millis) -> Millis | None:
        deadline = self._pipeline.next_deadline()
        return None if deadline is None else max(deadline, now + 1)

    def _commit(self) -> None:
        work = self._pipeline.take_work()
        commit(self._connection, work.batch)
        self._pipeline.committed(work)

    def _release(self, now: Millis) -> None:
        if self._pipeline.pending.commands:
            self._commit()
        for send in self._pipeline.engines.outbox.due(now):
            self._world.deliver(send.topic, send.payload, now)
