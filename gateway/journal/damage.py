"""Telling a damaged journal from one that cannot be reached just now."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from gateway.journal.database import (
    PRIMARY_CODE,
    JournalDamagedError,
    naming_damage,
    open_for_reading,
)

START_TABLES = ("device", "rule_state", "alert", "command", "run", "sink", "clock_period")
"""What a start needs and can check in milliseconds."""
NEWEST_MAX = 2**53
"""No gateway gets to such a message id; a damaged page may."""

STOP_TIMEOUT_S = 1.0
STEPS_BETWEEN_LOOKS = 10_000


NOT_AS_WRITTEN = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What reading a value raises that is not as we write it."""


@contextmanager
def reading_back(what: str) -> Iterator[None]:
    """For values that we wrote: what is not as we write it was changed by something else."""
    try:
        yield
    except NOT_AS_WRITTEN as error:
        raise JournalDamagedError(f"{what}: {error!r}") from error


def check_start_tables(connection: sqlite3.Connection) -> None:
    """Look at the small tables, however long the journal is. Raises JournalDamagedError."""
    with naming_damage():
        try:
            for table in START_TABLES:
                _judge(connection.execute(f"PRAGMA quick_check('{table}')"), table)
            newest = connection.execute("SELECT max(id) FROM message").fetchone()[0]
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & PRIMARY_CODE == sqlite3.SQLITE_ERROR:  # no such table
                raise JournalDamagedError(str(error)) from error
            raise
    if newest is not None and not 0 < newest < NEWEST_MAX:
        raise JournalDamagedError(f"the newest message has the number {newest}")


def _judge(findings: sqlite3.Cursor, what: str) -> None:
    finding: str = findings.fetchone()[0]
    if finding != "ok":
        raise JournalDamagedError(f"{what}: {finding}")


class WholeCheck:
    """Reads a whole journal in a thread of its own, after an end that was not clean.

    `on_damage` is told in that thread what was found.
    """

    def __init__(self, file: Path, on_damage: Callable[[JournalDamagedError], None]) -> None:
        self._file = file
        self._on_damage = on_damage
        self._stopping = threading.Event()
        # SQLite looks up only after each table: nobody waits for that at the end of the program.
        self._thread = threading.Thread(target=self._run, name="journal-check", daemon=True)
        self._thread.start()

    def wait(self, timeout_s: float) -> None:
        """Return when everything is checked."""
        self._thread.join(timeout_s)

    def close(self) -> None:
        """Give up what is not checked yet."""
        self._stopping.set()
        self._thread.join(STOP_TIMEOUT_S)

    def _run(self) -> None:
        try:
            with closing(open_for_reading(self._file)) as connection, naming_damage():
                connection.set_progress_handler(self._stopping.is_set, STEPS_BETWEEN_LOOKS)
                _judge(connection.execute("PRAGMA quick_check(1)"), "journal")
        except JournalDamagedError as error:
            if not self._stopping.is_set():
                self._on_damage(error)
        except sqlite3.OperationalError:
            pass  # told to stop; or the disk fails, which the writer says
