"""Rollups in the journal's file, and how far each device's messages are in them."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from devices.reading import Millis
from gateway.journal.rollup import Day, dump_hours, dump_total, load_hours, load_total


@dataclass(slots=True)
class Rolled:
    """What is to be saved of one device: whole days that changed, by their beginning, and the last
    message that is in them. Hours of days before `hours_from` are not kept."""

    device: int
    days: Mapping[Millis, Day]
    cursor: int
    hours_from: Millis


def read_day(connection: sqlite3.Connection, device: int, start: Millis) -> Day | None:
    """The day of a device that begins at `start`, or None."""
    row = connection.execute(
        "SELECT total, hours FROM rollup WHERE device = ? AND day = ?", [device, start]
    ).fetchone()
    if row is None:
        return None
    total, hours = row
    return Day(load_total(total), None if hours is None else load_hours(hours))


def read_cursor(connection: sqlite3.Connection, device: int) -> int:
    """The device's last message that is in its rollups; 0 for none."""
    row: tuple[int] | None = connection.execute(
        "SELECT message FROM rollup_cursor WHERE device = ?", [device]
    ).fetchone()
    return row[0] if row else 0


def read_cursors(connection: sqlite3.Connection) -> dict[int, int]:
    """The same of all devices that have any."""
    return dict(connection.execute("SELECT device, message FROM rollup_cursor"))


def save(connection: sqlite3.Connection, rolled: Iterable[Rolled]) -> None:
    """Write days and cursors; one transaction must hold both, else a message counts twice or
    never."""
    for device in rolled:
        _save(connection, device)


def _save(connection: sqlite3.Connection, rolled: Rolled) -> None:
    connection.executemany(
        "INSERT OR REPLACE INTO rollup (device, day, total, hours) VALUES (?, ?, ?, ?)",
        [
            (
                rolled.device,
                start,
                dump_total(day),
                None if day.hours is None else dump_hours(day.hours),
            )
            for start, day in rolled.days.items()
        ],
    )
    connection.execute(
        "INSERT OR REPLACE INTO rollup_cursor VALUES (?, ?)", [rolled.device, rolled.cursor]
    )
    connection.execute(
        "UPDATE rollup SET hours = NULL WHERE device = ? AND day < ? AND hours IS NOT NULL",
        [rolled.device, rolled.hours_from],
    )
