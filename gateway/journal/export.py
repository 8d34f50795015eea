"""The journal's readings for other programs."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from devices.reading import Millis
from gateway.journal.database import JournalError, naming_damage, open_for_reading
from gateway.journal.periods import doubtful

ROWS_AT_ONCE = 2000
"""Read in one piece: a question that lasts would keep the log from being written again from its
start, and the disk would fill."""
_ABOUT = ("seq", "boot", "measured_at")
"""Fields of a message that are not values."""


class Wanted(NamedTuple):
    """None is no limit; `until` is not included."""

    device: str | None = None
    since: Millis | None = None
    until: Millis | None = None


def export(
    file: Path, wanted: Wanted, on_unreadable: Callable[[], None]
) -> Iterator[dict[str, object]]:
    """One mapping for each telemetry message, in the order of coming. Memory holds one piece.

    `time_known` is there, and False, where a gateway that did not know the time stamped a message.
    `on_unreadable` is called for each message that is no JSON any more. Raises JournalDamagedError
    when a page cannot be read, and JournalError when there is no such device.
    """
    newest = 0
    with closing(open_for_reading(file)) as connection, naming_damage():
        known = "SELECT 1 FROM device WHERE id = ?"
        if wanted.device and connection.execute(known, [wanted.device]).fetchone() is None:
            raise JournalError(f"the journal knows no device {wanted.device}")
        while True:
            in_doubt = _in_doubt(connection)
            rows = connection.execute(
                "SELECT message.id, channel, device.id, kind, boot, seq, measured_at, received_at,"
                " body FROM message JOIN device ON number = message.device WHERE message.id > ?"
                " ORDER BY message.id LIMIT ?",
                [newest, ROWS_AT_ONCE],
            ).fetchall()
            if not rows:
                return
            newest = rows[-1][0]
            for id, channel, device, kind, boot, seq, measured_at, received_at, body in rows:
                if channel == 0 and _is_wanted(wanted, device, measured_at):
                    try:
                        values = json.loads(body)
                    except ValueError:
                        on_unreadable()
                        continue
                    for name in _ABOUT:
                        values.pop(name, None)
                    reading = {
                        "device": device,
                        "kind": kind,
                        "boot": boot,
                        "seq": seq,
                        "measured_at": measured_at,
                        "received_at": received_at,
                        "values": values,
                    }
                    if any(first <= id <= last for first, last in in_doubt):
                        reading["time_known"] = False
                    yield reading


def _in_doubt(connection: sqlite3.Connection) -> list[tuple[int, int]]:
    table = "SELECT 1 FROM sqlite_master WHERE name = 'clock_period'"
    if connection.execute(table).fetchone() is None:
        return []  # a journal that no gateway of this version has opened yet
    return doubtful(connection)


def _is_wanted(wanted: Wanted, device: str, measured_at: Millis) -> bool:
    return (
        (wanted.device is None or device == wanted.device)
        and (wanted.since is None or measured_at >= wanted.since)
        and (wanted.until is None or measured_at < wanted.until)
    )
