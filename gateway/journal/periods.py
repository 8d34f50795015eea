"""Which messages were stamped by which clock: told by ranges of their ids.

Where a clock was wrong, records are stamped anew in the transaction that notes it. Messages that
came while nobody knew the time, maybe millions, are by `repair`, some at a time and over restarts;
until then nobody folds them or sends them on. Those of a clock that was trusted stay as they are:
they are in rollups and in stores.
"""

import json
import sqlite3
from enum import Enum
from typing import NamedTuple

from devices.decode import AHEAD_MAX_MS
from devices.metric import INT64_MAX
from devices.reading import Millis
from gateway.clock import Correction, Scale, Trust
from gateway.journal.batch import PeriodEnd
from gateway.journal.memory import newest_message

REPAIRED_AT_ONCE = 2_000
"""Messages per transaction: new ones wait for it some tens of milliseconds."""

STAMPS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "alert": (("opened_at", "acknowledged_at", "resolved_at"), {}),
    "command": (("created_at", "finished_at"), {"expires_at": "created_at"}),
    "run": (
        ("created_at", "step_at", "opened_at", "ended_at"),
        {"deadline": "step_at", "goes_on_at": "step_at"},
    ),
    "rule_state": (("since",), {"due": "since", "cool_until": "since"}),
    "rule_change": (("since",), {"due": "since", "cool_until": "since"}),
    "explanation": (("at",), {}),
    "state_change": (("since",), {}),
    "rule_version": (("at",), {}),
    "plot_setting": (("at",), {}),
    "no_go": (("at", "removed_at"), {}),
    "interlock_override": (("at", "ended_at"), {"until": "at"}),
    "proposal": (("at", "answered_at"), {"expires_at": "at"}),
    "diary_entry": (("at", "written_at"), {}),
    "unfinished_watering": (("at",), {}),
    "rejected": (("received_at",), {}),
    "device": (("first_seen",), {}),
}
"""The columns of each table that say when something happened, and those that follow one of them
because they say when something was due."""


class UncertainTime(NamedTuple):
    """Messages whose times are wrong, nobody knows by how much: ids, both ends included, and what
    they were stamped with."""

    first_message: int
    last_message: int
    since: Millis
    until: Millis

    @property
    def messages(self) -> int:
        """How many."""
        return self.last_message - self.first_message + 1


class Repair(Enum):
    """How far the repair has come. WAITS: for messages that are not committed yet."""

    MORE = "more"
    WAITS = "waits"
    DONE = "done"


class Stretch(NamedTuple):
    """Messages up to `last`, whose times are known, or never will be."""

    last: int
    known: bool


def newest_time(connection: sqlite3.Connection) -> Millis:
    """When the newest message came; 0 when there is none. In the place of a damaged journal only
    the devices know it."""
    newest = "SELECT received_at FROM message ORDER BY id DESC LIMIT 1"
    heard = (
        "SELECT max(json_extract(snapshot, '$.heard_at')) FROM device WHERE json_valid(snapshot)"
    )
    return _ask(connection, newest) or _ask(connection, heard) or 0


def lasting_scale(connection: sqlite3.Connection, boot: str) -> Scale | None:
    """How time was counted last, if that was in this run of the machine."""
    row = connection.execute(
        'SELECT trust, "offset", since FROM clock_period WHERE boot = ? AND last_message IS NULL',
        [boot],
    ).fetchone()
    return None if row is None else Scale(Trust(row[0]), row[1], row[2])


def begin_period(connection: sqlite3.Connection, boot: str, scale: Scale) -> None:
    """At a start, before anything is stamped: go on with the period that lasts, or with a new one.

    What was to be repaired ends with what is there: no message to come is among it.
    """
    newest = newest_message(connection)
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "UPDATE clock_period SET last_message = min(last_message, ?)"
            " WHERE repaired < last_message",
            [newest],
        )
        if lasting_scale(connection, boot) != scale:
            _replace(connection, boot, scale, newest)


def end_period(connection: sqlite3.Connection, end: PeriodEnd) -> None:
    """Note that time is counted anew, and move what was recorded by the wrong clock."""
    correction = end.correction
    connection.execute(
        "UPDATE clock_period SET correction = ?,"
        " repaired = CASE trust WHEN 'none' THEN first_message - 1 END WHERE last_message IS NULL",
        [correction.by],
    )
    if correction.in_journal and correction.by:
        for table in STAMPS:
            _move(connection, table, correction, end.scale.since - correction.by)
    boot = connection.execute("SELECT boot FROM clock_period WHERE last_message IS NULL").fetchone()
    _replace(connection, boot[0], end.scale, end.last_message)


def held_from(connection: sqlite3.Connection) -> int | None:
    """The first message whose time is still to be corrected; None when there is none."""
    return _ask(
        connection,
        "SELECT min(coalesce(repaired + 1, first_message)) FROM clock_period"
        " WHERE (trust = 'none' AND last_message IS NULL) OR repaired < last_message",
    )


def uncertain_times(connection: sqlite3.Connection) -> list[UncertainTime]:
    """The messages whose times will never be known, oldest first: power went before trust came.
    Only of those that are still there."""
    oldest = _ask(connection, "SELECT min(id) FROM message")
    rows = connection.execute(
        "SELECT max(first_message, ?1), newest.id, since, newest.received_at FROM clock_period"
        " JOIN message AS newest ON newest.id = (SELECT id FROM message"
        " WHERE id <= last_message ORDER BY id DESC LIMIT 1)"
        " WHERE trust = 'none' AND correction IS NULL AND newest.id >= max(first_message, ?1)"
        " ORDER BY clock_period.id",
        [oldest],
    )
    return [UncertainTime(*row) for row in rows]


def doubtful(connection: sqlite3.Connection) -> list[tuple[int, int]]:
    """The first and the last message of each stretch whose times are wrong for now, or for ever."""
    rows = connection.execute(
        "SELECT coalesce(repaired + 1, first_message), coalesce(last_message, ?) FROM clock_period"
        " WHERE trust = 'none' AND (correction IS NULL OR repaired < last_message)",
        [INT64_MAX],
    )
    return rows.fetchall()


def stretch_after(connection: sqlite3.Connection, message: int) -> Stretch:
    """The messages behind that one that have their times in common."""
    held = held_from(connection)
    last = INT64_MAX if held is None else held - 1
    for uncertain in uncertain_times(connection):
        if uncertain.first_message > message + 1:
            return Stretch(min(last, uncertain.first_message - 1), known=True)
        if uncertain.last_message > message:
            return Stretch(uncertain.last_message, known=False)
    return Stretch(last, known=True)


def times_are_final(connection: sqlite3.Connection, message: int) -> bool:
    """Whether every message behind that one was stamped by a clock that was trusted: nobody will
    change its times."""
    untrusted = connection.execute(
        "SELECT 1 FROM clock_period WHERE trust = 'none'"
        " AND (last_message IS NULL OR last_message > ?)",
        [message],
    )
    return untrusted.fetchone() is None


def repair(connection: sqlite3.Connection) -> Repair:
    """Correct the times of some messages, in the transaction that is open."""
    period = connection.execute(
        "SELECT id, repaired, last_message, correction FROM clock_period"
        " WHERE repaired < last_message ORDER BY id LIMIT 1"
    ).fetchone()
    if period is None:
        return Repair.DONE
    id, repaired, last, by = period
    rows = connection.execute(
        "SELECT id, channel, measured_at, received_at, body FROM message"
        " WHERE id > ? AND id <= ? ORDER BY id LIMIT ?",
        [repaired, last, REPAIRED_AT_ONCE if by else 0],
    ).fetchall()
    connection.executemany(
        "UPDATE message SET measured_at = ?, received_at = ? WHERE id = ?",
        [corrected(row, by) for row in rows],
    )
    if rows:
        done = rows[-1][0]
    elif not by or newest_message(connection) >= last:
        done = last  # nothing is left of it, or it is in a damaged journal
    else:
        return Repair.WAITS
    connection.execute("UPDATE clock_period SET repaired = ? WHERE id = ?", [done, id])
    return Repair.MORE


def corrected(
    row: tuple[int, int, Millis, Millis, bytes], by: Millis
) -> tuple[Millis, Millis, int]:
    """From id, channel, measured_at, received_at and body to measured_at, received_at and id. What
    the device said of the time stays, unless that is wrong by the right clock, too."""
    id, channel, measured_at, received_at, body = row
    corrected = received_at + by
    named = channel == 0 and (measured_at != received_at or _names_time(body))
    if named and measured_at <= corrected + AHEAD_MAX_MS:
        return measured_at, corrected, id
    return corrected, corrected, id


def _names_time(body: bytes) -> bool:
    return b"measured_at" in body and "measured_at" in json.loads(body)


def _replace(connection: sqlite3.Connection, boot: str, scale: Scale, newest: int) -> None:
    connection.execute(
        "UPDATE clock_period SET last_message = ? WHERE last_message IS NULL", [newest]
    )
    connection.execute(
        'INSERT INTO clock_period (boot, trust, "offset", since, first_message)'
        " VALUES (?, ?, ?, ?, ?)",
        [boot, scale.trust.value, scale.offset, scale.since, newest + 1],
    )


def _move(
    connection: sqlite3.Connection, table: str, correction: Correction, until: Millis
) -> None:
    """Via negative times: a moved key must not meet one that is yet to be moved."""
    own, following = STAMPS[table]
    names = {"since": correction.since, "until": until, "by": correction.by}
    due = [
        f"{column} = {column} + :by * ({at} BETWEEN :since AND :until)"
        for column, at in following.items()
    ]
    happened = [
        f"{column} = CASE WHEN {column} BETWEEN :since AND :until"
        f" THEN -({column} + :by) ELSE {column} END"
        for column in own
    ]
    touched = " OR ".join(f"{column} BETWEEN :since AND :until" for column in own)
    connection.execute(f"UPDATE {table} SET {', '.join(due + happened)} WHERE {touched}", names)  # noqa: S608
    back = ", ".join(f"{column} = abs({column})" for column in own)
    moved = " OR ".join(f"{column} < 0" for column in own)
    connection.execute(f"UPDATE {table} SET {back} WHERE {moved}")  # noqa: S608


def _ask(connection: sqlite3.Connection, question: str) -> int | None:
    row: tuple[int | None] | None = connection.execute(question).fetchone()
    return row[0] if row else None
