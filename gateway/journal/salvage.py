"""Bringing back from a damaged journal whatever can still be read.

Messages keep their ids, so that none is there twice however often this is done.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

from devices.reading import Millis
from devices.topics import Channel
from gateway.journal.batch import CHANNEL_CODES, CHANNELS
from gateway.journal.chain import parse
from gateway.journal.damage import NEWEST_MAX, reading_back
from gateway.journal.database import JournalDamagedError, open_journal
from gateway.journal.late_corrections import (
    LateCorrection,
    late_corrections,
    message_in_time,
    record_in_time,
)
from gateway.journal.leaves import rows_of_pages
from gateway.journal.memory import known_device, newest_message, take_snapshot
from gateway.journal.mending import UNREADABLE, open_damaged
from gateway.journal.notices import JOURNAL_DAMAGED
from gateway.journal.rescue import ONE_BY_ONE_MAX, readable_rows
from gateway.journal.rollup import load_hours, load_total
from gateway.journal.tables import (
    ALERTS,
    COMMANDS,
    EXPLANATIONS,
    RULE_CHANGES,
    RUNS,
    STATE_CHANGES,
    Table,
)
from gateway.journal.writer import in_transaction

ROWS_PER_TRANSACTION = 5000
STEP_MAX = 64
"""Messages: some pages. Where millions cannot be read the end comes soon all the same."""
_COLUMNS = "id, device, previous, channel, measured_at, received_at, boot, seq, body"
_FROM = f"SELECT {_COLUMNS} FROM message WHERE id >= ? ORDER BY id"  # noqa: S608  # constants
_ONE = f"SELECT {_COLUMNS} FROM message WHERE id = ?"  # noqa: S608
TELEMETRY = CHANNEL_CODES[Channel.TELEMETRY]
_DEVICE = "number, id, kind, adopted, first_seen"
_DEVICE_COLUMNS = 7
_INDEXED = "SELECT number, id FROM device INDEXED BY sqlite_autoindex_device_1 ORDER BY id"
_TYPES = (int, int, int | None, int, int, int, str | None, int | None, bytes)

Row = tuple[Any, ...]


@dataclass(slots=True)
class Salvaged:
    """`unreadable` counts the ids that could not be read; some may never have been. What is missing
    at the beginning is not among them: it may have been deleted because it was old."""

    added: int = 0
    already_there: int = 0
    unreadable: int = 0
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
        newest = _newest(source, target)
        late = late_corrections(source, target)
        holes: list[range] = []
        found = _sound(read_around_damage(source, newest, result), numbers, result)
        hidden = _hidden(damaged, newest, holes, numbers, result)
        messages = chain(_noting_holes(found, newest, holes), hidden)
        while some := list(islice(messages, ROWS_PER_TRANSACTION)):
            some = [message_in_time(row, late) for row in some] if late else some
            in_transaction(target, partial(_add, rows=some, result=result))
            on_progress(some[-1][0] / newest)
        in_transaction(target, lambda target: _finish(source, target, numbers, late, now, result))
    return result


def read_around_damage(source: sqlite3.Connection, newest: int, result: Salvaged) -> Iterator[Row]:
    """The messages up to `newest` that can be read, in order. Behind one that cannot be, reading
    begins again at ever wider steps; what such a step left out is then asked for one by one. So it
    does where the messages only seem to end, because a page that leads to others is damaged. Holes
    are such pages, too: only what was old is ever deleted."""
    first, step = 1, 0
    while first <= newest:
        with suppress(*UNREADABLE):
            for row in source.execute(_FROM, [first]):
                if not first <= row[0] <= newest:
                    break  # a damaged id, after which nothing is in order
                if step:
                    yield from _one_by_one(source, first - step + 1, first - 1, result)
                    step = 0
                if first > 1:
                    result.unreadable += row[0] - first
                first = row[0] + 1
                yield row
        step = min(max(1, 2 * step), STEP_MAX)
        result.unreadable += min(step, newest + 1 - first)
        first += step


def _one_by_one(
    source: sqlite3.Connection, first: int, last: int, result: Salvaged
) -> Iterator[Row]:
    for id in range(first, last + 1):
        with suppress(*UNREADABLE):
            row = source.execute(_ONE, [id]).fetchone()
            if row is not None and row[0] == id:
                result.unreadable -= 1
                yield row


def _sound(rows: Iterator[Row], numbers: dict[int, int], result: Salvaged) -> Iterator[Row]:
    """The rows that can be what was written, with the device's number in the new journal."""
    for row in rows:
        if _is_sound(row) and row[1] in numbers:
            yield (row[0], numbers[row[1]], *row[2:])
        else:
            result.unreadable += 1


def _is_sound(row: Row) -> bool:
    if not all(isinstance(value, kind) for value, kind in zip(row, _TYPES, strict=True)):
        return False
    channel, seq, body = row[3], row[7], row[8]
    if channel not in range(len(CHANNELS)):
        return False
    if channel != TELEMETRY:
        return True
    try:
        message = parse(body)
    except JournalDamagedError:
        return False
    if not isinstance(message, dict):
        return False
    return bool(message.get("seq", seq) == seq)


def _noting_holes(rows: Iterator[Row], newest: int, holes: list[range]) -> Iterator[Row]:
    """Adds to `holes` which ids are not among the rows."""
    expected = 1
    for row in rows:
        if row[0] > expected:
            holes.append(range(expected, row[0]))
        expected = row[0] + 1
        yield row
    if expected <= newest:
        holes.append(range(expected, newest + 1))


def _hidden(
    damaged: Path, newest: int, holes: list[range], numbers: dict[int, int], result: Salvaged
) -> Iterator[Row]:
    """Messages in the holes that SQLite does not find and that are there all the same. `holes` is
    looked at when the first one is asked for."""
    if not result.unreadable:
        return  # what is missing was deleted because it was old
    seen = bytearray(newest + 1)
    rows = (
        (id, *columns[1:])
        for id, columns in rows_of_pages(damaged, holes)
        if len(columns) == len(_TYPES) and columns[0] is None
    )
    for row in _sound(rows, numbers, Salvaged()):
        if not seen[row[0]]:
            seen[row[0]] = True
            result.unreadable = max(result.unreadable - 1, 0)
            yield row


def _newest(source: sqlite3.Connection, target: sqlite3.Connection) -> int:
    """The newest id that may be in the damaged journal."""
    with suppress(*UNREADABLE):
        found: int = source.execute("SELECT coalesce(max(id), 0) FROM message").fetchone()[0]
        if 0 <= found < NEWEST_MAX:
            return found
    origin: int | None = target.execute("SELECT max(message) FROM origin").fetchone()[0]
    return newest_message(target) if origin is None else origin


def _devices(
    source: sqlite3.Connection, target: sqlite3.Connection, damaged: Path
) -> Iterator[Row]:
    """Number, id, kind, adopted and first_seen. Without its device no message comes back, so those
    that SQLite does not find are looked for."""
    yield from readable_rows(source, target, "device", _DEVICE)
    try:
        source.execute("SELECT max(kind) FROM device").fetchone()
    except UNREADABLE:
        for number, columns in rows_of_pages(damaged, [range(1, ONE_BY_ONE_MAX)]):
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
        f"INSERT OR IGNORE INTO message ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        rows,
    )
    added = target.total_changes - before
    result.added += added
    result.already_there += len(rows) - added


def _finish(
    source: sqlite3.Connection,
    target: sqlite3.Connection,
    numbers: dict[int, int],
    late: Sequence[LateCorrection],
    now: Millis,
    result: Salvaged,
) -> None:
    _chain_anew(target)
    before = target.total_changes
    for table in (RULE_CHANGES, ALERTS, COMMANDS, RUNS, EXPLANATIONS, STATE_CHANGES):
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


def _chain_anew(target: sqlite3.Connection) -> None:
    """Each message follows the one before it of the same device that is there; the next that comes
    follows the last."""
    last: dict[int, int] = {}
    wrong = []
    for id, device, previous in target.execute(
        "SELECT id, device, previous FROM message ORDER BY id"
    ):
        if previous != last.get(device):
            wrong.append((last.get(device), id))
        last[device] = id
    target.executemany("UPDATE message SET previous = ? WHERE id = ?", wrong)
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
