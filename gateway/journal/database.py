"""Opening the journal's file: settings that make a commit mean "on disk", and migrations."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

SCHEMA = Path(__file__).parent / "schema"
APPLICATION_ID = 0x48414D4C
"""'HAML' in the file's header, so that a wrong file is refused and not migrated."""
BUSY_TIMEOUT_S = 10
"""A reader in another process (export, backup) may hold a lock for a moment."""
PAGE_BYTES = 4096
CHECKPOINT_PAGES = 4000
"""16 MB of log between checkpoints: a page that changes often is written once, which an SD card
lives longer with."""


PRIMARY_CODE = 0xFF
"""The bits of an SQLite error code that say which kind it is."""
VERSIONS_AHEAD_MAX = 1000
"""A schema newer than that is a damaged number."""
OLDEST_TABLES = frozenset({"device", "message", "rule_state"})
"""Where these are, the journal is ours whatever its header says."""
PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
    }
)
"""Errors of the disk, which a technician or time can mend. Any other is a bug."""
DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


class JournalError(Exception):
    """The journal cannot be used; the message says what to do."""


class JournalDamagedError(JournalError):
    """What the file holds is not what was written."""


class JournalLogLostError(JournalError):
    """The file of what was committed last is no longer there; opening the journal anew mends it."""


@contextmanager
def naming_damage() -> Iterator[None]:
    """Raise JournalDamagedError in place of what is said of a file whose content cannot be read."""
    try:
        yield
    except UnicodeDecodeError as error:  # damaged names, which SQLite repeats in its message
        raise JournalDamagedError("it holds letters that are none") from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None and "Could not decode" not in str(error):  # Python's own complaint
            raise
        if code is None or code & PRIMARY_CODE in DAMAGE:
            raise JournalDamagedError(str(error)) from error
        raise


def passes(error: sqlite3.OperationalError) -> bool:
    """Whether a technician or time can mend it."""
    return error.sqlite_errorcode & PRIMARY_CODE in PASSING


def schema_version() -> int:
    """The newest schema this program knows."""
    return max(int(file.stem) for file in SCHEMA.glob("*.sql"))


def open_journal(file: Path) -> sqlite3.Connection:
    """The one connection that writes. Creates the file and brings its schema up to date.

    Raises JournalDamagedError, and JournalError when the folder cannot be written, the file is
    none of ours, or it was written by a newer version.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with ExitStack() as unless_opened:
            connection = sqlite3.connect(
                file, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
            )
            unless_opened.callback(connection.close)
            with naming_damage():
                version = _check_ours(connection, file)  # before anything of it is changed
                connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
                connection.execute("PRAGMA journal_mode = wal")
                connection.execute("PRAGMA synchronous = full")
                connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
                # Else what is deleted is overwritten first: making room would take it, in the log.
                connection.execute("PRAGMA secure_delete = off")
                _migrate(connection, version)
            unless_opened.pop_all()
    except OSError as error:
        raise JournalError(f"{file.parent}: {error.strerror}; is the folder writable?") from None
    except sqlite3.Error as error:
        if _header_is_damaged(file):
            raise JournalDamagedError(f"{file}: {error}") from error
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


def check_up_to_date(connection: sqlite3.Connection) -> None:
    """For whoever reads what only the newest schema has. Raises JournalError.

    SQLite itself would not say so: a column that it does not know it takes for a text.
    """
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != schema_version():
        raise JournalError(
            f"the journal's schema is number {version}, and this version reads {schema_version()}; "
            "the gateway brings it up to date when it starts"
        )


def _header_is_damaged(file: Path) -> bool:
    """Whether the numbers in the file's header are such that SQLite never writes; some of them
    make it say that the disk is read-only."""
    with suppress(OSError), file.open("rb") as handle:
        header = handle.read(100)
        versions, fractions, layout = header[18:20], header[21:24], header[44:48]
        return (
            not header.startswith(b"SQLite format 3\0")
            or not set(versions) <= {1, 2}
            or fractions != bytes((64, 32, 32))
            or not 1 <= int.from_bytes(layout) <= 4
        )
    return False


def _check_ours(connection: sqlite3.Connection, file: Path) -> int:
    """The schema's number, 0 for a new file. Raises JournalDamagedError and JournalError."""
    application: int = connection.execute("PRAGMA application_id").fetchone()[0]
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    ours = application == APPLICATION_ID
    if not ours and names >= OLDEST_TABLES:
        raise JournalDamagedError(f"{file} says it is another program's")
    if not ours and (application or version or names):
        raise JournalError(f"{file} is no journal of this program; move it away")
    if version > schema_version() + VERSIONS_AHEAD_MAX or version < bool(names):
        raise JournalDamagedError(f"{file} says that its schema is number {version}")
    if version > schema_version():
        raise JournalError(
            f"{file} was written by a newer version (schema {version}, known is "
            f"{schema_version()}); install that version again"
        )
    return version


def _migrate(connection: sqlite3.Connection, version: int) -> None:
    for number in range(version + 1, schema_version() + 1):
        steps = (SCHEMA / f"{number:04}.sql").read_text()
        connection.executescript(
            f"BEGIN IMMEDIATE;\n{steps}\nPRAGMA application_id = {APPLICATION_ID};\n"
            f"PRAGMA user_version = {number};\nCOMMIT;"
        )
