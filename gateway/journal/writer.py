"""The only code that writes to the journal, and the thread that it runs in."""

import errno
import os
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from typing import Any, TypeVar

from gateway.journal.batch import Batch, MessageRow, PeriodEnd
from gateway.journal.columns import to_column
from gateway.journal.database import (
    PRIMARY_CODE,
    JournalError,
    JournalLogLostError,
    naming_damage,
    passes,
)
from gateway.journal.periods import end_period
from gateway.journal.reserve import Reserve
from gateway.journal.tables import save_record

REJECTED_MAX = 10_000
"""Rejected messages kept for the technician; a device gone mad must not fill the disk."""
RETRY_AFTER_S = 1.0
"""Pause before a commit is tried again when the disk fails, or is full to the last byte of the
reserve. Nothing is acknowledged meanwhile, so nothing is lost by waiting."""

PERHAPS_FULL = frozenset({sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR})
"""What SQLite also says on a full disk, where it is not the journal or its log that must grow."""

T = TypeVar("T")


class StoppedError(Exception):
    """Nothing is written any more: the gateway ends, or the journal has failed for good."""


class _DiskFullError(Exception):
    """What can wait must wait."""


ROWS_PER_STATEMENT = 100
"""Python hands over the interpreter around every step of a statement, and while messages pour in
it gets it back only milliseconds later. A statement that inserts many rows takes one step."""
_ROW = "(?, ?, ?, ?, ?, ?, ?, ?, ?)"
_COLUMNS = "id, device, previous, channel, measured_at, received_at, boot, seq, body"
_INSERT_MESSAGE = f"INSERT INTO message ({_COLUMNS}) VALUES {_ROW}"  # noqa: S608  # constants
_INSERT_MESSAGES = _INSERT_MESSAGE + f", {_ROW}" * (ROWS_PER_STATEMENT - 1)


def commit(connection: sqlite3.Connection, batch: Batch) -> None:
    """Write a batch in one transaction, on disk when this returns. Raises sqlite3.Error, and then
    nothing of it is written."""
    in_transaction(connection, lambda connection: _write(connection, batch))


def _write(connection: sqlite3.Connection, batch: Batch) -> None:
    connection.executemany(
        "INSERT INTO device (number, id, kind, adopted, first_seen, snapshot_message)"
        " VALUES (?, ?, ?, 0, ?, (SELECT coalesce(max(id), 0) FROM message))",
        [(device.number, device.id, device.kind.name, at) for device, at in batch.new_devices],
    )
    connection.executemany(
        "UPDATE device SET adopted = ? WHERE number = ?",
        [(adoption.adopted, adoption.number) for adoption in batch.adoptions],
    )
    _insert_messages(connection, batch.messages)
    for record in batch.records:
        if isinstance(record, PeriodEnd):
            end_period(connection, record)
        else:
            save_record(connection, record)
    if batch.rejected:
        connection.executemany(
            "INSERT INTO rejected (received_at, topic, reason, detail, payload)"
            " VALUES (?, ?, ?, ?, ?)",
            [tuple(map(to_column, row)) for row in batch.rejected],
        )
        connection.execute(
            "DELETE FROM rejected WHERE id <= (SELECT max(id) FROM rejected) - ?", [REJECTED_MAX]
        )
    connection.executemany(
        "UPDATE device SET snapshot = ?,"
        " snapshot_message = max(snapshot_message, (SELECT coalesce(max(id), 0) FROM message))"
        " WHERE number = ?",
        [(snapshot.snapshot, snapshot.number) for snapshot in batch.snapshots],
    )


def _insert_messages(connection: sqlite3.Connection, rows: Sequence[MessageRow]) -> None:
    whole = len(rows) - len(rows) % ROWS_PER_STATEMENT
    for start in range(0, whole, ROWS_PER_STATEMENT):
        some = rows[start : start + ROWS_PER_STATEMENT]
        connection.execute(_INSERT_MESSAGES, tuple(chain.from_iterable(some)))
    connection.executemany(_INSERT_MESSAGE, rows[whole:])


class JournalWriter:
    """A thread that commits one batch after the other, and runs small jobs in between.

    What cannot be written because of the disk is tried again until it can: what was decided must
    not be forgotten, and what was not committed is not acknowledged. On a full disk the reserve is
    given up for it. `on_trouble` hears of it, with None when it is over; `on_failure` hears of an
    error that waiting does not mend, and the gateway must end. All callbacks run in the thread.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        reserve: Reserve,
        on_trouble: Callable[[str | None], None],
        on_failure: Callable[[BaseException], None],
    ) -> None:
        self._connection = connection
        self._file: str = connection.execute("PRAGMA database_list").fetchone()[2]
        self._opened = _identity(self._file)
        self._log = f"{self._file}-wal"
        self._log_opened = _identity(self._log)  # None on a file system that knows no such log
        self._reserve = reserve
        self._on_trouble = on_trouble
        self._on_failure = on_failure
        self._stopping = threading.Event()
        self._gave_up = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="journal")

    def submit(
        self,
        batch: Batch,
        on_committed: Callable[[], None],
        on_full: Callable[[], None] | None = None,
    ) -> None:
        """Commit a batch; `on_committed` runs in the thread when it is on disk.

        On a full disk `on_full` runs instead, and nothing of the batch is written. A batch without
        it cannot wait: the reserve is there for it.
        """

        def work() -> None:
            try:
                self._insist(lambda connection: _write(connection, batch), on_full is not None)
            except _DiskFullError:
                if on_full:
                    on_full()
            else:
                on_committed()

        self._thread.submit(work).add_done_callback(self._look_for_failure)

    def run(self, job: Callable[[sqlite3.Connection], T]) -> Future[T]:
        """Run a job that writes, between two batches and in a transaction of its own. On a full
        disk it uses the reserve: it must be small, or one that makes room.

        Its result is the job's error when that is at fault. StoppedError, here or as its result,
        when nothing is written any more.
        """
        try:
            future = self._thread.submit(self._insist, job)
        except RuntimeError as error:
            raise StoppedError("the journal is closed") from error
        future.add_done_callback(self._look_for_damage)
        return future

    def fill_reserve(self, on_answer: Callable[[bool], None]) -> None:
        """Make the reserve whole again if the disk has room; `on_answer` hears whether it is."""
        answered = self._thread.submit(lambda: on_answer(self._reserve.fill()))
        answered.add_done_callback(self._look_for_failure)

    def close(self) -> None:
        """Commit what was submitted, give up what cannot be written, and close the file."""
        self._stopping.set()
        self._thread.shutdown()
        self._connection.close()

    def _look_for_failure(self, done: Future[None]) -> None:
        error = done.exception()
        if error is not None and not isinstance(error, StoppedError):
            self._fail(error)

    def _look_for_damage(self, done: Future[Any]) -> None:
        """Any other error of a job is for whoever asked for it."""
        if not done.cancelled() and isinstance(error := done.exception(), JournalError):
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        """From now on whatever is asked for is refused, so that nobody waits in vain."""
        self._gave_up = True
        self._on_failure(error)

    def _insist(self, job: Callable[[sqlite3.Connection], T], can_wait: bool = False) -> T:
        """Run `job` in a transaction, again and again while it is the disk that fails."""
        if self._gave_up:  # a batch without the one before it must not be written
            raise StoppedError("the journal has stopped")
        failed = False
        while True:
            try:
                self._look_for_files()
                with naming_damage():
                    result = in_transaction(self._connection, job)
            except (sqlite3.OperationalError, OSError) as error:
                if not (isinstance(error, OSError) or passes(error)):
                    raise
                if self._is_full(error):
                    if can_wait:
                        if failed:
                            self._on_trouble(None)
                        raise _DiskFullError from error
                    if self._reserve.release():
                        continue
                failed = True
                self._on_trouble(str(error))
                if self._stopping.wait(RETRY_AFTER_S):
                    self._gave_up = True
                    raise StoppedError(str(error)) from error
                continue
            if failed:
                self._on_trouble(None)
            return result

    def _look_for_files(self) -> None:
        """SQLite goes on writing to a file that was deleted or moved, and nobody would find it.

        A log that is gone is still open here: what it holds is brought into the file before
        anybody reads that without it. All of it, for with a part the file would be damaged.
        """
        if _identity(self._file) != self._opened:
            raise FileNotFoundError(errno.ENOENT, "it is gone, or another in its place", self._file)
        if self._log_opened is not None and _identity(self._log) != self._log_opened:
            busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            if busy:
                raise OSError(errno.EBUSY, "it was deleted while somebody reads it", self._log)
            raise JournalLogLostError(
                f"{self._log} was deleted or replaced; nothing is lost, the journal is opened anew"
            )

    def _is_full(self, error: sqlite3.Error | OSError) -> bool:
        if isinstance(error, OSError):
            return False
        code = error.sqlite_errorcode & PRIMARY_CODE
        return code == sqlite3.SQLITE_FULL or (
            code in PERHAPS_FULL and self._reserve.disk_is_full()
        )


def _identity(file: str) -> tuple[int, int] | None:
    """Which file it is, whatever its name; None when there is none."""
    try:
        found = os.stat(file)
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino


def in_transaction(connection: sqlite3.Connection, job: Callable[[sqlite3.Connection], T]) -> T:
    """Run `job` in a transaction and return its result after the commit."""
    with connection:  # commits, or rolls back
        connection.execute("BEGIN IMMEDIATE")
        return job(connection)
