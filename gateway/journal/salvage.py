"""Bringing back from a damaged journal whatever can still be read.

Messages keep their ids, so that none is there twice however often this is done.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from devices.reading import Millis
from gateway.journal.damage import NEWEST_MAX, reading_back
from gateway.journal.database import open_journal
from gateway.journal.late_corrections import (
    LateCorrection,
    late_corrections,
    message_in_time,
    record_in_time,
)
from gateway.journal.memory import known_device, take_snapshot
from gateway.journal.mending import UNREADABLE, open_damaged
from gateway.journal.notices import JOURNAL_DAMAGED
from gateway.journal.remains import COLUMNS, Remains, Row, open_leaves
from gateway.journal.rescue import readable_rows
from gateway.journal.rollup import load_hours, load_total
from gateway.journal.tables import WHAT_HAPPENED, Table
from gateway.journal.writer import in_transaction

ROWS_PER_TRANSACTION = 5000
_DEVICE = "number, id, kind, adopted, first_seen"
_DEVICE_COLUMNS = 7
_INDEXED = "SELECT number, id FROM device INDEXED BY sqlite_autoindex_device_1 ORDER BY id"
_SPEAKING_OF_MESSAGES = (
    ("device", "snapshot_message"),
    ("sink", "cursor"),
    ("rollup_cursor", "message"),
)


@dataclass(slots=True)
class Salvaged:
    """`missing` counts the messages between the oldest and the newest that were not found: their
    ids have no holes. Those before the oldest are not among them: they may have been deleted
    because they were old."""

    added: int = 0
    already_there: int = 0
    missing: int = 0
    records_added: int = 0


def salvage(
    damaged: Path, file: Path, now: Millis, on_progress: Callable[[float], None]
) -> Salvaged:
    """Add what the journal lacks. `on_progress` hears how much of it is done, 0 to 1.

    The caller holds the lock of the journal's folder. Raises JournalError.
    """
    result = Salvaged()
    with closing(open_journal(file)) as target, closing(open_damaged(damaged)) as source:
        devices = list(_devices(source, target, damaged))
        numbers = in_transaction(target, lambda target: _match_devices(devices, target))
        late = late_corrections(source, target)
        origin = target.execute("SELECT max(message) FROM origin").fetchone()[0]
        limit = NEWEST_MAX if origin is None else origin  # the journal has others above it
        remains = Remains(source, damaged, numbers, limit)
        messages = remains.messages()
        last: dict[int, int] = {}
        while some := list(islice(messages, ROWS_PER_TRANSACTION)):
            rows = [(id, numbers[device], *rest) for _, (id, device, *rest) in some]
            for id, device, *_ in rows:
                last[device] = max(id, last.get(device, 0))
            rows = [message_in_time(row, late) for row in rows] if late else rows
            in_transaction(target, partial(_add, rows=rows, result=result))
            on_progress(some[-1][0])
        result.missing = remains.found.missing(*_counted(source, target, limit))
        in_transaction(
            target, lambda target: _finish(source, target, numbers, last, late, now, result)
        )
    return result


def _counted(
    source: sqlite3.Connection, target: sqlite3.Connection, limit: int
) -> tuple[int, set[int]]:
    """The newest message that the damaged journal speaks of in more than one place, because one may
    be damaged; and the ids after which it began to count anew, being itself in the place of a
    damaged one."""
    leaps: set[int] = set()
    with suppress(*UNREADABLE):
        rows = source.execute("SELECT message FROM origin WHERE message <= ?", [limit])
        leaps = {leap for (leap,) in rows}
    spoken_of = sorted(
        id
        for table, column in _SPEAKING_OF_MESSAGES
        for (id,) in readable_rows(source, target, table, column)
        if isinstance(id, int) and max(leaps, default=0) < id <= limit
    )
    return spoken_of[-2] if len(spoken_of) > 1 else 0, leaps


def _devices(
    source: sqlite3.Connection, target: sqlite3.Connection, damaged: Path
) -> Iterator[Row]:
    """Number, id, kind, adopted and first_seen. Without its device no message comes back, so those
    that SQLite does not find are looked for."""
    yield from readable_rows(source, target, "device", _DEVICE)
    try:
        source.execute("SELECT max(kind) FROM device").fetchone()
    except UNREADABLE:
        with open_leaves(damaged) as leaves:
            for _, (number, *columns) in leaves.rows():
                if len(columns) == _DEVICE_COLUMNS and columns[0] is None:
                    yield (number, *columns[1:5])
        with suppress(*UNREADABLE):  # the index lies on other pages; it does not know the kind
            for number, id in source.execute(_INDEXED):
                yield (number, id, "", 0, 0)


def _match_devices(devices: Iterable[Row], target: sqlite3.Connection) -> dict[int, int]:
    """Numbers of the damaged journal to those of the new one; devices it lacks are added."""
    known: dict[str, int] = dict(target.execute("SELECT id, number FROM device"))
    numbers = {}
    for number, id, *rest in devices:
        if number in numbers:
            continue
        if id not in known:
            free = max(known.values(), default=0) + 1
            try:
                known_device(free, id, rest[0], adopted=False, snapshot=None)
                insert = "INSERT INTO device VALUES (?, ?, ?, ?, ?, NULL, 0)"
                target.execute(insert, [free, id, *rest])
            except UNREADABLE:
                continue
            known[id] = free
        numbers[number] = known[id]
    return numbers


def _add(target: sqlite3.Connection, rows: list[Row], result: Salvaged) -> None:
    before = target.total_changes
    target.executemany(
        f"INSERT OR IGNORE INTO message ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        rows,
    )
    added = target.total_changes - before
    result.added += added
    result.already_there += len(rows) - added


def _finish(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    numbers: dict[int, int],
    last: dict[int, int],
    late: Sequence[LateCorrection],
    now: Millis,
    result: Salvaged,
) -> None:
    _chain(target)
    _chain_later_messages(target, last)
    before = target.total_changes
    for table in WHAT_HAPPENED:
        _add_records(source, target, table, late)
    result.records_added = target.total_changes - before
    if result.added:
        _restart_rollups(source, target, numbers)
        for name, cursor in readable_rows(source, target, "sink", "name, cursor"):
            target.execute("UPDATE sink SET cursor = min(cursor, ?) WHERE name = ?", [cursor, name])
    target.execute(
        "UPDATE alert SET resolved_at = max(opened_at, ?) WHERE source = ? AND resolved_at IS NULL",
        [now, JOURNAL_DAMAGED],
    )


def _chain(target: sqlite3.Connection) -> None:
    """Let each message follow the one of its device before it that is there."""
    newest: dict[int, int] = {}
    oldest = 0
    changes = []
    rows = target.execute("SELECT id, device, previous FROM message ORDER BY id")
    for id, device, previous in rows:
        oldest = oldest or id
        was_old = previous is not None and previous < oldest
        before = newest.get(device, previous if was_old else None)
        if before != previous:
            changes.append((before, id))
        newest[device] = id
    target.executemany("UPDATE message SET previous = ? WHERE id = ?", changes)


def _chain_later_messages(target: sqlite3.Connection, last: dict[int, int]) -> None:
    """Of a device without messages after the salvaged ones the next that comes follows the last of
    these."""
    for number, id in last.items():
        name, kind, adopted, snapshot = target.execute(
            "SELECT id, kind, adopted, snapshot FROM device WHERE number = ?", [number]
        ).fetchone()
        device = known_device(number, name, kind, bool(adopted), snapshot)
        if (device.last_message or 0) < id:
            device.last_message = id
            target.execute(
                "UPDATE device SET snapshot = ?, snapshot_message = max(snapshot_message, ?)"
                " WHERE number = ?",
                [take_snapshot(device).snapshot, id, number],
            )


def _add_records(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    table: Table[Any],
    late: Sequence[LateCorrection],
) -> None:
    for row in readable_rows(source, target, table.name, table.columns):
        with suppress(*UNREADABLE):
            table.add(target, record_in_time(table.name, table.read(row), late))


def _restart_rollups(
    source: sqlite3.Connection, target: sqlite3.Connection, numbers: dict[int, int]
) -> None:
    """Rollups go on from where those of the damaged journal ended, over all that came since. A
    device some of whose rollups cannot be read has them made anew from its messages."""
    for old, cursor in readable_rows(source, target, "rollup_cursor", "device, message"):
        if old not in numbers or not isinstance(cursor, int):
            continue
        number = numbers[old]
        target.execute("DELETE FROM rollup WHERE device = ?", [number])
        rows = _rollups(source, old)
        target.execute(
            "INSERT OR REPLACE INTO rollup_cursor VALUES (?, ?)",
            [number, 0 if rows is None else cursor],
        )
        target.executemany(
            "INSERT OR IGNORE INTO rollup VALUES (?, ?, ?, ?)",
            [(number, *row) for row in rows or ()],
        )


def _rollups(source: sqlite3.Connection, device: int) -> list[Row] | None:
    """All of a device; None when one cannot be read."""
    try:
        rows = source.execute(
            "SELECT day, total, hours FROM rollup WHERE device = ?", [device]
        ).fetchall()
        with reading_back("rollup"):
            for _, total, hours in rows:
                load_total(total)
                if hours is not None:
                    load_hours(hours)
    except UNREADABLE:
        return None
    return rows
