"""Whether a journal holds what it must: SQLite's own check, and what we know beyond it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from gateway.journal.database import APPLICATION_ID, naming_damage, open_for_reading
from gateway.journal.mending import UNREADABLE

FINDINGS_MAX = 100
"""One damaged page makes many; more of them tell nothing new."""

QUESTIONS = (
    (
        "messages of a device that is not listed",
        "SELECT count(*) FROM message WHERE device NOT IN (SELECT number FROM device)",
    ),
    (
        "messages that follow one of another device, or a later one",
        "SELECT count(*) FROM message AS m JOIN message AS p ON p.id = m.previous"
        " WHERE p.device <> m.device OR p.id >= m.id",
    ),
    (
        "messages that follow one that is missing",
        "SELECT count(*) FROM message AS m WHERE m.previous > (SELECT min(id) FROM message)"
        " AND NOT EXISTS (SELECT 1 FROM message WHERE id = m.previous)",
    ),
    (
        "messages of a channel that there is not",
        "SELECT count(*) FROM message WHERE channel NOT BETWEEN 0 AND 4",
    ),
    (
        "readings that are no JSON",
        "SELECT count(*) FROM message WHERE channel = 0 AND NOT json_valid(CAST(body AS TEXT))",
    ),
    (
        "devices with a snapshot that cannot be read",
        "SELECT count(*) FROM device WHERE snapshot IS NOT NULL AND NOT json_valid(snapshot)",
    ),
    (
        "stores that were sent more than there is",
        "SELECT count(*) FROM sink WHERE cursor > max("
        " (SELECT coalesce(max(id), 0) FROM message),"
        " (SELECT coalesce(max(message), 0) FROM origin))",
    ),
)


def check(file: Path) -> Iterator[str]:
    """Every finding as a sentence; none when the journal is sound. Another program may write it
    meanwhile."""
    with closing(open_for_reading(file)) as connection:
        try:
            with naming_damage():
                if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
                    yield "the file says it is another program's"
                rows = connection.execute(f"PRAGMA quick_check({FINDINGS_MAX})")
                yield from (finding for (finding,) in rows if finding != "ok")
        except UNREADABLE as error:
            yield str(error)
            return
        for what, question in QUESTIONS:
            try:
                with naming_damage():
                    count = connection.execute(question).fetchone()[0]
            except (*UNREADABLE, sqlite3.OperationalError) as error:
                yield f"{what}: {error}"
            else:
                if count:
                    yield f"{count} {what}"
