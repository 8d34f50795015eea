"""The devices and rules of a hamlet as they were known at a time in the past.

Reads only, so that it may be asked beside a running gateway.
"""

import sqlite3
from collections.abc import Collection, Iterable

from devices.reading import Millis
from gateway.decisions import RuleChanged
from gateway.fleet import Device, Fleet
from gateway.journal.memory import known_device, list_device, load_fleet, replay
from gateway.journal.tables import RULE_CHANGES
from gateway.site import DeviceConfig

SLACK_MS: Millis = 3_600_000
"""Looked at further back than any value is of use: what came late has its place, too."""
OLDER_MESSAGES = 100
"""Of a device that is asked for, before that: they tell since when it is silent, or does not send
one of its metrics any more."""
_CHAIN = (
    "WITH RECURSIVE chain (id, previous) AS (SELECT id, previous FROM message WHERE id = ?1"
    " UNION ALL SELECT m.id, m.previous FROM chain JOIN message AS m ON m.id = chain.previous)"
    " SELECT id FROM chain WHERE id <= ?2 LIMIT ?3"
)


def fleet_as_of(
    connection: sqlite3.Connection,
    configs: Iterable[DeviceConfig],
    at: Millis,
    asked_for: Collection[str] | None = None,
) -> Fleet:
    """Every device with what had come of it by then and was still of use; of those that are asked
    for, or of all, also what is older. Raises DeviceConflictError and JournalDamagedError."""
    configs = tuple(configs)
    present = load_fleet(connection, configs)
    listed = {config.id: config for config in configs}
    fleet = Fleet()
    rows = connection.execute("SELECT number, id, kind, adopted FROM device ORDER BY number")
    numbers = [0]
    for number, id, kind, adopted in rows.fetchall():
        device = known_device(number, id, kind, bool(adopted), None, listed.pop(id, None))
        device.info = present.numbered(number).info  # said once, which may be long ago
        device.take_interval()
        fleet.add(device)
        numbers.append(number)
    useful_ms = max((device.silent_after_ms for device in fleet), default=0) + SLACK_MS
    start, end = _newest_by(connection, at - useful_ms), _newest_by(connection, at)
    for device in fleet:
        if asked_for is None or device.id in asked_for:
            newest = _before(connection, device, start, end)
            newest = newest or present.numbered(device.number).last_message
            for id in reversed(_chain(connection, newest, start)):
                replay(connection, {device.number: (device, id - 1)}, id)
    replay(connection, {device.number: (device, start) for device in fleet}, end)
    for device in fleet:
        device.committed_message = device.last_message
    for number, config in enumerate(listed.values(), numbers[-1] + 1):
        fleet.add(list_device(number, config))
    return fleet


def rule_states_as_of(
    connection: sqlite3.Connection, rule: str, subjects: Iterable[str], at: Millis
) -> list[RuleChanged]:
    """How the rule stood for each of them then, where it had ever changed. What acts and is over
    in the same moment is over."""
    return [
        state
        for subject in subjects
        for state in RULE_CHANGES.select(
            connection,
            "WHERE subject = ? AND since <= ? AND rule = ? ORDER BY since DESC,"
            " state = 'inactive' DESC LIMIT 1",
            (subject, at, rule),
        )
    ]


def _newest_by(connection: sqlite3.Connection, at: Millis) -> int:
    """The last message that had come by then: they are numbered as they come. 0 for none."""
    low, high = connection.execute(
        "SELECT coalesce((SELECT min(id) FROM message), 1) - 1,"
        " coalesce((SELECT max(id) FROM message), 0)"
    ).fetchone()
    while low < high:
        middle = (low + high + 1) // 2
        id, received_at = connection.execute(
            "SELECT id, received_at FROM message WHERE id >= ? ORDER BY id LIMIT 1", [middle]
        ).fetchone()
        if received_at <= at:
            low = id
        else:
            high = middle - 1
    return int(low)


def _before(connection: sqlite3.Connection, device: Device, start: int, end: int) -> int | None:
    """The device's message before its first one between these."""
    row = connection.execute(
        "SELECT previous FROM message WHERE id > ? AND id <= ? AND device = ? ORDER BY id LIMIT 1",
        [start, end, device.number],
    ).fetchone()
    return None if row is None else row[0]


def _chain(connection: sqlite3.Connection, newest: int | None, start: int) -> list[int]:
    if newest is None:
        return []
    return [id for (id,) in connection.execute(_CHAIN, [newest, start, OLDER_MESSAGES])]
