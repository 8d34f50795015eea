"""A damaged journal's first page, without which SQLite finds nothing in the rest, made anew.

The tables begin at the same pages in every journal that was begun with the same schema; those of
the oldest schema, devices and messages among them, in any journal. Whatever else is found in a
table's place does not look like its rows, and is left out by whoever reads them.
"""

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.journal.database import (
    APPLICATION_ID,
    PAGE_BYTES,
    SCHEMA,
    JournalDamagedError,
    JournalError,
    naming_damage,
    open_for_reading,
)

UNREADABLE = (sqlite3.Error, UnicodeDecodeError, JournalDamagedError)
"""How a damaged page shows."""
DAMAGED_FILES = "journal.damaged-*.db"
"""How they are called after they were moved aside."""
TABLES = (
    "device", "message", "rule_state", "rule_change", "alert", "command", "run", "explanation",
    "state_change", "sink", "rollup", "rollup_cursor", "clock_period", "origin", "ageing",
    "rule_version",
)  # fmt: skip
"""All that is taken over or brought back. The page has no room for many more descriptions."""
_APPLICATION = slice(68, 72)
_VALID_FOR = slice(92, 96)
"""The file's change that its size in the header is of; any other than the present one makes SQLite
look how long the file is."""


def open_damaged(file: Path) -> sqlite3.Connection:
    """A connection that reads what can be read. The first page is replaced if need be, and kept
    beside the file. Raises OSError, when that is not possible, and JournalError."""
    refuse_foreign(file)
    connection = open_for_reading(file)
    try:
        with naming_damage():
            connection.execute("SELECT (SELECT max(number) FROM device), 1 FROM message LIMIT 0")
    except (JournalDamagedError, sqlite3.OperationalError):
        connection.close()
        _replace_first_page(file)
        connection = open_for_reading(file)
    return connection


def refuse_foreign(file: Path, *, named: bool = False) -> None:
    """Raise JournalError for another program's file, for it would be written to. One that was moved
    aside says by its name that it is ours; so does, if it is `named` as a site's journal, one that
    is no sound database of somebody else."""
    with file.open("rb") as handle:
        header = handle.read(PAGE_BYTES)
    marked = header[_APPLICATION] == APPLICATION_ID.to_bytes(4) or b"TABLE message" in header
    if marked or file.match(DAMAGED_FILES):
        return
    if not named or header.startswith(b"SQLite format 3\0"):
        raise JournalError(f"{file} is no journal of this program")


def kept_first_page(file: Path) -> bytes | None:
    """The damaged first page in whose place another is now, if there is one."""
    kept = _kept_at(file)
    return kept.read_bytes() if kept.exists() else None


def _kept_at(file: Path) -> Path:
    return Path(f"{file}-first-page")


def _replace_first_page(file: Path) -> None:
    kept = _kept_at(file)
    page = _first_page()
    with file.open("r+b") as handle:
        if not kept.exists():
            kept.write_bytes(handle.read(PAGE_BYTES))
        handle.seek(0)
        handle.write(page)
        handle.flush()
        os.fsync(handle.fileno())


def _first_page() -> bytes:
    with closing(sqlite3.connect(":memory:")) as fresh, TemporaryDirectory() as folder:
        for steps in sorted(SCHEMA.glob("*.sql")):
            fresh.executescript(steps.read_text())
        objects = fresh.execute(
            "SELECT name, rootpage, sql FROM sqlite_master WHERE rootpage > 0"
        ).fetchall()
        small_file = Path(folder) / "small.db"
        with closing(sqlite3.connect(small_file, isolation_level=None)) as small:
            small.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            for name, _, sql in objects:
                if name in TABLES:
                    small.execute(re.sub(r"\s+", " ", re.sub(r"--[^\n]*", "", sql)))
            small.execute("PRAGMA writable_schema = on")
            for name, root, _ in objects:
                small.execute("UPDATE sqlite_master SET rootpage = ? WHERE name = ?", [root, name])
        with small_file.open("rb") as handle:
            page = bytearray(handle.read(PAGE_BYTES))
    page[_VALID_FOR] = bytes(4)
    return bytes(page)
