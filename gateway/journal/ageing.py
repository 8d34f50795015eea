"""The time by which old things are deleted: the gateway's, but never in a hurry.

Whoever vouches for a clock that is three years ahead would else delete the whole journal within a
minute. It blocks: a worker thread calls it.
"""

import sqlite3
from functools import partial

from devices.reading import Millis
from gateway.journal.reader import JournalReader
from gateway.journal.writer import JournalWriter

SPEED = 24
"""A day for each hour that the gateway runs. So a wrong clock that somebody finds the next morning
has cost the oldest two weeks of 400 days, and a gateway that was off for a month has deleted what
it should after another day."""
SAVED_EVERY_MS = 86_400_000
"""A kill makes it wait an hour."""


class Ageing:
    """Goes on over restarts: what it came to is in the journal."""

    def __init__(self, reader: JournalReader, writer: JournalWriter) -> None:
        self._writer = writer
        with reader.connection() as connection:
            row = connection.execute("SELECT at FROM ageing").fetchone()
        self._saved: Millis | None = row and row[0]
        self._at = self._saved

    def follow(self, now: Millis, passed: Millis) -> Millis:
        """The time by which to delete, after `passed` ms in which the gateway ran. Raises
        StoppedError."""
        at = now if self._at is None else min(now, self._at + passed * SPEED)
        self._at = at
        if self._saved is None or abs(at - self._saved) >= SAVED_EVERY_MS:
            self._writer.run(partial(_save, at)).result()
            self._saved = at
        return at


def _save(at: Millis, connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM ageing")
    connection.execute("INSERT INTO ageing VALUES (?)", [at])
