"""Opening the journal's file: settings that make a commit mean "on disk", and migrations."""

import sqlite3
from pathlib import Path
from typing import LiteralString

SCHEMA = Path(__file__).parent / "schema"
APPLICATION_ID = 0x48414D4C
"""'HAML' in the file's header, so that a wrong file is refused and not migrated."""
BUSY_TIMEOUT_S = 10
"""A reader in another process (export, backup) may hold a lock for a moment."""
PAGE_BYTES = 4096
CHECKPOINT_PAGES = 4000
"""16 MB of log between checkpoints: a page that changes often is written once, which an SD card
lives longer with."""


class JournalError(Exception):
    """The journal cannot be used; the message says what to do."""


def schema_version() -> int:
    """The newest schema this program knows."""
    return max(int(file.stem) for file in SCHEMA.glob("*.sql"))


def open_journal(file: Path) -> sqlite3.Connection:
    """The one connection that writes. Creates the file and brings its schema up to date.

    Raises JournalError when the folder cannot be written, the file is none of ours, or it was
    written by a newer version.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(
            file, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode = wal")
            connection.execute("PRAGMA synchronous = full")
            connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            _migrate(connection, file)
        except BaseException:
            connection.close()
            raise
    except OSError as error:
        raise JournalError(f"{file.parent}: {error.strerror}; is the folder writable?") from None
    except sqlite3.Error as error:
        raise JournalError(
            f"{file}: {error}; is the folder writable, the disk full, the file a journal?"
        ) from None
    return connection


def open_for_reading(file: Path) -> sqlite3.Connection:
    """A connection that cannot write. Used by one thread at a time."""
    connection = sqlite3.connect(
        f"{file.resolve().as_uri()}?mode=ro",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute("PRAGMA query_only = on")
    return connection


def _migrate(connection: sqlite3.Connection, file: Path) -> None:
    application: int = connection.execute("PRAGMA application_id").fetchone()[0]
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID and (application or version or _has_tables(connection)):
        raise JournalError(f"{file} is no journal of this program; move it away")
    if version > schema_version():
        raise JournalError(
            f"{file} was written by a newer version (schema {version}, known is "
            f"{schema_version()}); install that version again"
        )
    for number in range(version + 1, schema_version() + 1):
        steps = (SCHEMA / f"{number:04}.sql").read_text()
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{steps}\nPRAGMA application_id = {APPLICATION_ID};\n"
            f"PRAGMA user_version = {number};\nCOMMIT;"
        )


def _has_tables(connection: sqlite3.Connection) -> bool:
    count: LiteralString = "SELECT count(*) FROM sqlite_master"
    return bool(connection.execute(count).fetchone()[0])
