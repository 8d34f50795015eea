"""The journal as a forwarder sees it: the implementations of `gateway.outbound.OutboundSource`."""

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

import orjson

from devices.reading import Millis
from gateway.clock import Now
from gateway.journal.periods import stretch_after
from gateway.journal.reader import JournalReader
from gateway.journal.writer import JournalWriter
from gateway.outbound import OutboundRows, SetAside

TOGETHER_MAX_BYTES = 4096
"""Longer bodies are read one by one: an honest one has under 1 KiB, and many of 64 KiB at once
would be more than a Pi has memory for."""

# SQLite puts the rows together and one call parses them: a step of a statement and a call of a
# parser for each row cost three times as much, and a thread that steps hands over the interpreter
# each time.
_TOGETHER = (
    "SELECT count(*), CAST('[[' || group_concat(id) || '],[' || group_concat(device) || '],['"
    " || group_concat(measured_at) || '],[' || group_concat(short) || ']]' AS BLOB)"
    " FROM (SELECT id, device, measured_at,"
    " CASE WHEN length(body) <= ? THEN body ELSE 'null' END AS short"
    " FROM message WHERE id > ? AND id <= ? AND channel = 0 ORDER BY id LIMIT ?)"
)
_ONE_BY_ONE = (
    "SELECT id, device, measured_at, body FROM message"
    " WHERE id > ? AND id <= ? AND channel = 0 ORDER BY id LIMIT ?"
)
_IDS = "SELECT id FROM message WHERE id > ? AND id <= ? AND channel = 0 ORDER BY id LIMIT ?"
_NOBODY_KNOWS_THE_TIME = "SELECT 1 FROM clock_period WHERE last_message IS NULL AND trust = 'none'"
# A state has no message to tell its clock by; but time only grows from one period to the next.
_STATES = (
    "SELECT state_change.number, device.number, since, state, cause,"
    " EXISTS (SELECT 1 FROM clock_period AS period"
    " WHERE trust = 'none' AND correction IS NULL AND last_message IS NOT NULL"
    " AND state_change.since >= period.since AND state_change.since < (SELECT next.since"
    " FROM clock_period AS next WHERE next.id > period.id ORDER BY next.id LIMIT 1))"
    " FROM state_change JOIN device ON device.id = state_change.device"
    " WHERE state_change.number > ? ORDER BY state_change.number LIMIT ?"
)
TIME_UNKNOWN = "nobody knows when it was measured: the power went before the gateway knew the time"

_Message = dict[str, Any]


class JournalOutbound:
    """Reads telemetry by cursor; what it saves goes through the one writer."""

    def __init__(self, reader: JournalReader, writer: JournalWriter, now: Now) -> None:
        self._reader = reader
        self._writer = writer
        self._now = now

    def read_after(self, cursor: int, limit: int) -> OutboundRows:
        """See OutboundSource."""
        with self._reader.connection() as connection:
            while True:
                stretch = stretch_after(connection, cursor)
                read = _read_together if stretch.known else _set_aside
                rows = read(connection, cursor, stretch.last, limit)
                if rows.upto > cursor or stretch_after(connection, stretch.last) == stretch:
                    return rows
                cursor = stretch.last

    def newest(self) -> int:
        """See OutboundSource."""
        return self._ask("SELECT id FROM message WHERE channel = 0 ORDER BY id DESC LIMIT 1") or 0

    def oldest_received_after(self, cursor: int) -> Millis | None:
        """See OutboundSource."""
        return self._ask(
            "SELECT received_at FROM message WHERE id > ? AND channel = 0 ORDER BY id LIMIT 1",
            cursor,
        )

    def cursor(self, name: str) -> int:
        """See OutboundSource."""
        return self._ask("SELECT cursor FROM sink WHERE name = ?", name) or 0

    def save_cursor(self, name: str, cursor: int, set_aside: Sequence[SetAside]) -> None:
        """See OutboundSource."""
        rows = [(name, row.row_id, self._now(), row.reason) for row in set_aside]

        def save(connection: sqlite3.Connection) -> None:
            connection.execute("INSERT OR REPLACE INTO sink VALUES (?, ?)", [name, cursor])
            connection.executemany("INSERT OR IGNORE INTO set_aside VALUES (?, ?, ?, ?)", rows)

        self._writer.run(save).result()

    def _ask(self, question: str, *arguments: object) -> int | None:
        with self._reader.connection() as connection:
            row: tuple[int | None] | None = connection.execute(question, arguments).fetchone()
            return row[0] if row else None


class StatesOutbound(JournalOutbound):
    """Reads how the states of devices changed, in the order in which that was saved.

    A message has `state` and `cause`. A change says nothing of when it was noticed: it counts as
    received when it happened. While nobody knows the time, all of them wait: theirs is corrected
    once it is known. Where it never will be, they are set aside.
    """

    def read_after(self, cursor: int, limit: int) -> OutboundRows:
        """See OutboundSource."""
        with self._reader.connection() as connection:
            if connection.execute(_NOBODY_KNOWS_THE_TIME).fetchone():
                return OutboundRows(cursor, (), (), (), ())
            rows = connection.execute(_STATES, [cursor, limit]).fetchall()
        upto = rows[-1][0] if rows else cursor
        set_aside = [SetAside(row[0], TIME_UNKNOWN) for row in rows if row[-1]]
        columns = zip(*(row[:-1] for row in rows if not row[-1]), strict=True)
        numbers, devices, times, states, causes = tuple(columns) or ((),) * 5
        messages = [
            {"state": state, "cause": cause} for state, cause in zip(states, causes, strict=True)
        ]
        return OutboundRows(upto, numbers, devices, times, messages, set_aside)

    def newest(self) -> int:
        """See OutboundSource."""
        return self._ask("SELECT max(number) FROM state_change") or 0

    def oldest_received_after(self, cursor: int) -> Millis | None:
        """See OutboundSource."""
        return self._ask(
            "SELECT since FROM state_change WHERE number > ? ORDER BY number LIMIT 1", cursor
        )


def _read_together(
    connection: sqlite3.Connection, cursor: int, last: int, limit: int
) -> OutboundRows:
    count, together = connection.execute(
        _TOGETHER, [TOGETHER_MAX_BYTES, cursor, last, limit]
    ).fetchone()
    if not count:
        return OutboundRows(cursor, (), (), (), ())
    try:
        ids, devices, times, messages = orjson.loads(together)
    except ValueError:  # one that is no JSON
        return _read_one_by_one(connection, cursor, last, limit)
    if len(messages) != count or set(map(type, messages)) != {dict}:
        return _read_one_by_one(connection, cursor, last, limit)
    return OutboundRows(ids[-1], ids, devices, times, messages)


def _set_aside(connection: sqlite3.Connection, cursor: int, last: int, limit: int) -> OutboundRows:
    ids = [id for (id,) in connection.execute(_IDS, [cursor, last, limit])]
    reasons = [SetAside(id, TIME_UNKNOWN) for id in ids]
    return OutboundRows(ids[-1] if ids else cursor, (), (), (), (), reasons)


def _read_one_by_one(
    connection: sqlite3.Connection, cursor: int, last: int, limit: int
) -> OutboundRows:
    """The same for rows among which one is long or unreadable."""
    upto = cursor
    columns: list[tuple[int, int, Millis, _Message]] = []
    set_aside = []
    for upto, device, measured_at, body in connection.execute(_ONE_BY_ONE, [cursor, last, limit]):
        try:
            columns.append((upto, device, measured_at, _figures(body)))
        except (ValueError, RecursionError) as error:
            set_aside.append(SetAside(upto, f"not a JSON object: {error}"))
    ids, devices, times, messages = zip(*columns, strict=True) if columns else ((), (), (), ())
    return OutboundRows(upto, ids, devices, times, messages, set_aside)


def _figures(body: bytes) -> _Message:
    """What may be a metric: the rest is what makes a message long.

    Slower than orjson, but it knows integers of any length, as decoding does.
    """
    message = json.loads(body, parse_constant=_refuse)
    if not isinstance(message, dict):
        raise ValueError("it is something else")
    return {name: value for name, value in message.items() if type(value) in (int, float, bool)}


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no number")
