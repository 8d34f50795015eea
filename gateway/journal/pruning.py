"""Deleting what was decided long ago: records go by age, as messages do.

What still counts stays, however old: what is open or under way, the state a device is in, the last
one in which it was known how it was, and states that a store still lacks: they take little room.
The diary stays for good: the law asks for years of it, and it takes a few hundred lines a year. It
blocks: a worker thread calls it.
"""

import sqlite3
from collections.abc import Sequence
from functools import partial

from devices.metric import INT64_MAX
from devices.reading import Millis
from gateway.journal.reader import JournalReader
from gateway.journal.writer import JournalWriter

ROWS_AT_ONCE = 500
"""Deleted in one transaction, between two commits."""

_OLD = {
    "rule_change": ("rule, subject, since, state", "since < :before"),
    "alert": ("id", "resolved_at < :before"),
    "command": ("id", "finished_at < :before"),
    "run": ("id", "ended_at < :before"),
    "explanation": ("plot, at, action", "at < :before"),
    "set_aside": ("sink, message", "at < :before"),
    "rule_version": (
        "rule, at",
        "at < (SELECT max(at) FROM rule_version AS later"
        " WHERE later.rule = rule_version.rule AND later.at < :before)",
    ),
    "plot_setting": (
        "plot, at",
        "at < (SELECT max(at) FROM plot_setting AS later"
        " WHERE later.plot = plot_setting.plot AND later.at < :before)",
    ),
    "no_go": ("id", "end < date(:before / 1000, 'unixepoch')"),
    "interlock_override": ("id", "until < :before"),
    "proposal": ("id", "expires_at < :before"),
    "balance_day": ("plot, day", "day < date(:before / 1000, 'unixepoch')"),
    "weather_hour": ("at", "at < :before"),
    "unfinished_watering": ("plot", "at < :before"),
    "state_change": (
        "device, since",
        "since < (SELECT max(since) FROM state_change AS later"
        " WHERE later.device = state_change.device AND later.since < :before)"
        " AND since < coalesce((SELECT max(since) FROM state_change AS later"
        " WHERE later.device = state_change.device AND later.since < :before"
        " AND later.state <> 'unknown'), :before) AND number <= :forwarded",
    ),
}
"""By table: its key, and which rows are of no use any more."""


def prune(
    reader: JournalReader, writer: JournalWriter, before: Millis, state_sinks: Sequence[str]
) -> None:
    """Delete the records that ended before `before`; `state_sinks` name the cursors of the stores
    that want the states of devices. Raises StoppedError."""
    with reader.connection() as connection:
        cursors = dict(connection.execute("SELECT name, cursor FROM sink"))
    forwarded = min((cursors.get(sink, 0) for sink in state_sinks), default=INT64_MAX)
    bounds = {"before": before, "forwarded": forwarded}
    for table, (key, is_old) in _OLD.items():
        marks = ", ".join("?" * (key.count(",") + 1))
        question = f"SELECT {key} FROM {table} WHERE {is_old} LIMIT {ROWS_AT_ONCE}"  # noqa: S608
        delete = f"DELETE FROM {table} WHERE ({key}) = ({marks})"  # noqa: S608  # constants
        while True:
            with reader.connection() as connection:
                keys = connection.execute(question, bounds).fetchall()
            if not keys:
                break
            writer.run(partial(_delete, delete, keys)).result()


def _delete(statement: str, keys: list[tuple[object, ...]], connection: sqlite3.Connection) -> None:
    connection.executemany(statement, keys)
