"""Reading the diary: its entries, and which of them were corrected."""

import sqlite3

from gateway.history import DiaryLine, DiaryPart
from gateway.journal.tables import DIARY
from gateway.plot_records import DiaryEntry

_LATER = (
    "(SELECT later.id FROM diary_entry AS later WHERE later.corrects = diary_entry.id"
    " ORDER BY later.written_at, later.id LIMIT 1)"
)


def read_part(connection: sqlite3.Connection, part: DiaryPart) -> list[DiaryLine]:
    """See History."""
    step, order = ("<", "DESC") if part.newest_first else (">", "ASC")
    conditions = ["at >= ? AND at < ?"]
    values: list[object] = [part.since, part.until]
    if part.plot is not None:
        conditions.append("plot = ?")
        values.append(part.plot)
    if part.kind is not None:
        conditions.append("kind = ?")
        values.append(part.kind.value)
    if part.after is not None:
        conditions.append(f"(at, id) {step} (?, ?)")
        values += part.after
    if part.counting:
        conditions.append(f"{_LATER} IS NULL")
    question = f"WHERE {' AND '.join(conditions)} ORDER BY at {order}, id {order} LIMIT ?"
    return _lines(connection, question, (*values, part.limit))


def read_entry(connection: sqlite3.Connection, id: str) -> DiaryLine | None:
    """See History."""
    return next(iter(_lines(connection, "WHERE id = ?", (id,))), None)


def read_pluckings(connection: sqlite3.Connection, lot: str) -> list[DiaryEntry]:
    """See History."""
    lines = _lines(
        connection,
        "WHERE kind = 'pluck' AND json_extract(facts, '$.lot') = ? ORDER BY at, id",
        (lot,),
    )
    return [
        line.entry
        for line in lines
        if line.corrected_by is None and not line.entry.facts.get("withdrawn")
    ]


def _lines(
    connection: sqlite3.Connection, rest: str, arguments: tuple[object, ...]
) -> list[DiaryLine]:
    rows = connection.execute(
        f"SELECT {_LATER}, {DIARY.columns} FROM diary_entry {rest}",  # noqa: S608  # constants
        arguments,
    )
    return [DiaryLine(DIARY.read(row[1:]), row[0]) for row in rows]
