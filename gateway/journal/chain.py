"""Walking the chain of a device's messages, from a newer one back to an older one."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from devices.reading import Millis
from gateway.journal.database import JournalDamagedError

BACKWARDS = (
    "WITH RECURSIVE chain (id, previous, channel, measured_at, received_at, body) AS ("
    " SELECT id, previous, channel, measured_at, received_at, body FROM message"
    " WHERE id = ?1 AND id >= ?2"
    " UNION ALL"
    " SELECT m.id, m.previous, m.channel, m.measured_at, m.received_at, m.body"
    " FROM chain JOIN message AS m ON m.id = chain.previous WHERE chain.previous >= ?2)"
)
"""The messages of a device from ?1 back to ?2 or to the oldest that is still there."""


class Telemetry(NamedTuple):
    """One telemetry message. `values` has everything the device sent."""

    id: int
    measured_at: Millis
    received_at: Millis
    values: Mapping[str, Any]


def walk(connection: sqlite3.Connection, newest: int, oldest: int) -> Iterator[Telemetry]:
    """The telemetry of the device that sent message `newest`, newest first."""
    rows = connection.execute(
        BACKWARDS + " SELECT id, measured_at, received_at, body FROM chain WHERE channel = 0",  # noqa: S608  # constants
        [newest, oldest],
    )
    return (Telemetry(id, measured, received, parse(body)) for id, measured, received, body in rows)


def parse(body: bytes) -> Mapping[str, Any]:
    """The validated body. An unknown field may hold what only the slower parser takes: an integer
    of more than 64 bits, half of a surrogate pair. Raises JournalDamagedError."""
    try:
        found: Mapping[str, Any] = orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            found = json.loads(body)
        except ValueError as error:
            raise JournalDamagedError("it holds a reading that is no JSON") from error
    return found
