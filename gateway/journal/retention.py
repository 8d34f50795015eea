"""Which messages are kept, and deleting the others: by age, and by the room they take.

The oldest go first. One that a store or the rollups still need stays, unless the journal would grow
beyond its budget, or beyond what the disk has for it. It blocks: a worker thread calls it.
"""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from devices.reading import Millis
from gateway.journal.reader import JournalReader
from gateway.journal.rollup_job import RollupJob
from gateway.journal.writer import JournalWriter

MESSAGES_AT_ONCE = 2000
"""Deleted in one transaction, between two commits: some milliseconds."""
PAGES_LEFT_SHARE = 0.75
"""Of the journal's file stay in use, however little room the disk has: deleting gives nothing back
to it, and whoever fills it must not cost a short history all that it has."""


class Swept(NamedTuple):
    """What became of the oldest messages. `over_budget`: age alone would have kept more.
    `little_room`: so would the budget, but the disk has too little left. `oldest` is when the
    oldest that is left was received, None without any; `store_has_it`: no store lacks it."""

    over_budget: bool
    little_room: bool
    oldest: Millis | None
    store_has_it: bool


class _Front(NamedTuple):
    """The oldest messages (id, received_at), the newest one's id, the bytes that the journal has
    and uses, and the last message that all stores have."""

    messages: Sequence[tuple[int, Millis]]
    newest: int
    size: int
    used: int
    forwarded: int


class Retention:
    """`keep_ms` is the age, `max_bytes` the budget, `sinks` are the stores that want everything.
    `room` tells how many bytes the disk has for the journal; others may take some of them.

    `dropped` counts the messages that were deleted before a store had them."""

    def __init__(
        self,
        reader: JournalReader,
        writer: JournalWriter,
        rollups: RollupJob,
        *,
        keep_ms: Millis,
        max_bytes: int,
        room: Callable[[], int],
        sinks: Sequence[str],
    ) -> None:
        self.dropped = 0
        self._reader = reader
        self._writer = writer
        self._rollups = rollups
        self._keep_ms = keep_ms
        self._max_bytes = max_bytes
        self._room = room
        self._sinks = sinks

    def run(self, now: Millis) -> Swept:
        """Delete what need not or cannot be kept. Raises StoppedError and StoreError."""
        over_budget = little_room = caught_up = False
        while True:
            front = self._look()
            cramped = front.used > max(self._room(), front.size * PAGES_LEFT_SHARE)
            over = cramped or front.used > self._max_bytes
            little_room |= cramped
            over_budget |= over
            wanted = self._wanted(front, now - self._keep_ms, over)
            missing = self._rollups.first_missing()
            if over and not caught_up and missing is not None and missing <= wanted:
                self._rollups.catch_up()
                caught_up = True
                continue
            needed = front.forwarded + 1 if missing is None else min(front.forwarded + 1, missing)
            last = min(wanted, needed - 1)
            if over and last < _first(front):  # there is no room for what is needed either
                last = wanted
            if not front.messages or last < _first(front):
                oldest = front.messages[0] if front.messages else None
                return Swept(
                    over_budget,
                    little_room,
                    oldest and oldest[1],
                    oldest is None or oldest[0] <= front.forwarded,
                )
            self.dropped += self._writer.run(partial(_delete, last, front.forwarded)).result()

    def _look(self) -> _Front:
        with self._reader.connection() as connection:
            messages = connection.execute(
                "SELECT id, received_at FROM message ORDER BY id LIMIT ?", [MESSAGES_AT_ONCE]
            ).fetchall()
            newest = connection.execute("SELECT coalesce(max(id), 0) FROM message").fetchone()[0]
            cursors = dict(connection.execute("SELECT name, cursor FROM sink"))
            pages, free, size = (
                connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "freelist_count", "page_size")
            )
        forwarded = min((cursors.get(sink, 0) for sink in self._sinks), default=newest)
        return _Front(messages, newest, pages * size, (pages - free) * size, forwarded)

    def _wanted(self, front: _Front, before: Millis, over: bool) -> int:
        """Up to which message age or budget would delete. Never the newest of all: the numbers of
        the next ones follow it."""
        last = 0
        for id, received_at in front.messages:
            if id == front.newest or (received_at >= before and not over):
                break
            last = id
        return last


def _first(front: _Front) -> int:
    return front.messages[0][0] if front.messages else 0


def _delete(last: int, forwarded: int, connection: sqlite3.Connection) -> int:
    """Delete up to a message; returns how many readings among them no store has."""
    dropped: int = connection.execute(
        "SELECT count(*) FROM message WHERE id > ? AND id <= ? AND channel = 0", [forwarded, last]
    ).fetchone()[0]
    connection.execute("DELETE FROM message WHERE id <= ?", [last])
    return dropped
