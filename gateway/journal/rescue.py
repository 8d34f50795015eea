"""What a new journal takes over from a damaged one: whatever a start must know.

The messages stay behind; `hamlet journal salvage` fetches them. They keep their ids, so the new
journal counts on from above all of them.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from devices.reading import Millis
from gateway.clock import Trust
from gateway.fleet import Device
from gateway.journal.damage import NEWEST_MAX
from gateway.journal.database import JournalDamagedError, open_journal
from gateway.journal.memory import known_device, replay, take_snapshot
from gateway.journal.mending import UNREADABLE, open_damaged
from gateway.journal.notices import JOURNAL_DAMAGED, journal_damaged
from gateway.journal.tables import (
    ALERTS,
    BALANCE_DAYS,
    COMMANDS,
    DIARY,
    NO_GOS,
    OVERRIDES,
    PLOT_SETTINGS,
    PROPOSALS,
    RULE_STATES,
    RUNS,
    STATE_CHANGES,
    UNFINISHED,
    WEATHER_HOURS,
    Table,
)

IDS_UNKNOWN = 1_000_000
"""So many messages may have come after the newest one that is found: behind a damaged page the
messages may only seem to end."""
TIME_MAX: Millis = 4_102_444_800_000
"""2100-01-01. A later time was damaged."""
ONE_BY_ONE_MAX = 20_000
"""Rows asked for one by one where pages are damaged: all devices, in a second."""

Row = tuple[Any, ...]

_KEPT = (
    RULE_STATES,
    ALERTS,
    COMMANDS,
    RUNS,
    STATE_CHANGES,
    PLOT_SETTINGS,
    NO_GOS,
    OVERRIDES,
    PROPOSALS,
    BALANCE_DAYS,
    WEATHER_HOURS,
    DIARY,
    UNFINISHED,
)
"""Tables of records without which the hamlet would not go on as before, or the law asks for."""


def rescue(damaged: Path, new: Path, now: Millis) -> None:
    """Make a new journal with the devices, states, alerts, commands, waterings and cursors of the
    damaged one, as far as they can be read, and an alert that says so."""
    with closing(open_journal(new)) as target, closing(open_damaged(damaged)) as source:
        target.execute("BEGIN")
        newest = _take_devices(source, target)
        target.execute("INSERT INTO origin VALUES (?)", [newest])
        with suppress(*UNREADABLE):
            origins = source.execute("SELECT message FROM origin WHERE message < ?", [newest])
            target.executemany("INSERT INTO origin VALUES (?)", origins)
        _take_periods(source, target)
        with suppress(*UNREADABLE):
            aged = source.execute("SELECT at FROM ageing").fetchall()
            target.executemany("INSERT INTO ageing VALUES (?)", aged)
        for table in _KEPT:
            _take_records(source, target, table)
        for name, cursor in readable_rows(source, target, "sink", "name, cursor"):
            if isinstance(name, str) and isinstance(cursor, int):
                target.execute("INSERT INTO sink VALUES (?, ?)", [name, min(cursor, newest)])
        target.execute(
            "DELETE FROM alert WHERE source = ? AND resolved_at IS NULL", [JOURNAL_DAMAGED]
        )
        ALERTS.save(target, journal_damaged(damaged.name, now))
        target.execute("COMMIT")


def readable_rows(
    source: sqlite3.Connection, target: sqlite3.Connection, table: str, columns: str
) -> Iterator[Row]:
    """The rows of a table before the first damaged page and after the last one, and between them
    those that have a number; each once.

    A table that cannot be found any more has none. `target` is a sound journal that has the table.
    """
    described = target.execute(
        "SELECT name, type FROM pragma_table_info(?) WHERE pk ORDER BY pk", [table]
    ).fetchall()
    keys = [f'"{name}"' for name, _ in described]
    select = f"SELECT {', '.join(keys)}, {columns} FROM {table}"  # noqa: S608  # names of our schema
    seen: set[Row] = set()
    ends = []
    for order in ("ASC", "DESC"):
        key: Row = ()
        with suppress(*UNREADABLE):
            for row in source.execute(
                f"{select} ORDER BY {', '.join(f'{name} {order}' for name in keys)}"
            ):
                key, rest = row[: len(keys)], row[len(keys) :]
                if key in seen:
                    return
                seen.add(key)
                yield rest
            return
        ends.append(key)
    if [type for _, type in described] == ["INTEGER"]:
        first, last = (end[0] if end else None for end in ends)
        for number in _between(first, last):
            with suppress(*UNREADABLE):
                one = source.execute(f"{select} WHERE {keys[0]} = ?", [number]).fetchone()
                if one is not None and one[0] == number and (number,) not in seen:
                    yield one[1:]


def _between(first: object, last: object) -> range:
    """The numbers between the last one before the damage and the first one behind it, as far as
    they are known and to be believed."""
    start = first + 1 if isinstance(first, int) else 1
    if isinstance(last, int) and last - start <= ONE_BY_ONE_MAX:
        return range(start, last)
    return range(start, start + ONE_BY_ONE_MAX)


def _take_periods(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """By which clock messages were stamped: those that are fetched later keep their ids."""
    columns = 'id, boot, trust, "offset", since, first_message, last_message, correction, repaired'
    for row in readable_rows(source, target, "clock_period", columns):
        with suppress(TypeError, ValueError, sqlite3.IntegrityError):
            Trust(row[2])
            if abs(row[3]) < TIME_MAX and 0 <= row[4] < TIME_MAX:
                target.execute("INSERT INTO clock_period VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)


def _take_records(
    source: sqlite3.Connection, target: sqlite3.Connection, table: Table[Any]
) -> None:
    for row in readable_rows(source, target, table.name, table.columns):
        with suppress(JournalDamagedError, sqlite3.IntegrityError):
            table.save(target, table.read(row))


def _take_devices(source: sqlite3.Connection, target: sqlite3.Connection) -> int:
    """Returns the id above which the new journal's messages begin."""
    columns = "number, id, kind, adopted, first_seen, snapshot, snapshot_message"
    rows = [
        row
        for row in readable_rows(source, target, "device", columns)
        if isinstance(row[1], str) and isinstance(row[-1], int)
    ]
    known: dict[int, tuple[Device, int]] = {}
    for number, id, kind, adopted, _, snapshot, as_of in rows:
        with suppress(JournalDamagedError):
            known[number] = known_device(number, id, kind, bool(adopted), snapshot), as_of
    # From a device without a snapshot one would have to read the journal from its beginning.
    followed = {number: pair for number, pair in known.items() if pair[0].last_message}
    with suppress(*UNREADABLE):
        replay(source, followed)
    newest = _newest(source, followed)
    for number, id, kind, adopted, first_seen, *_ in rows:
        if number not in known:
            continue
        snapshot = take_snapshot(known[number][0]).snapshot if number in followed else None
        with suppress(sqlite3.IntegrityError):
            target.execute(
                "INSERT INTO device VALUES (?, ?, ?, ?, ?, ?, ?)",
                [number, id, kind, adopted, first_seen, snapshot, newest],
            )
    return newest


def _newest(source: sqlite3.Connection, known: Mapping[int, tuple[Device, int]]) -> int:
    heard = [max(device.last_message or 0, as_of) for device, as_of in known.values()]
    with suppress(*UNREADABLE):
        heard += source.execute("SELECT coalesce(max(id), 0) FROM message").fetchone()
    return max((id for id in heard if id < NEWEST_MAX), default=0) + IDS_UNKNOWN
