"""From the journal back to memory: what a start must know again.

A device's snapshot tells what was known of it as of one message; the messages after it are
replayed. Snapshots are taken in rotation, so the replay stays short however long the journal is.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from devices.decode import DECODERS
from devices.kinds import KINDS
from devices.reading import Millis
from devices.rejection import RejectedError
from devices.text import Text
from devices.topics import Channel
from gateway.decisions import Alert, Command, CommandState, RuleChanged, Run, State
from gateway.delivery import RETAINED
from gateway.fleet import Device, Fleet
from gateway.journal.batch import CHANNELS, DeviceSnapshot
from gateway.journal.damage import NOT_AS_WRITTEN, reading_back
from gateway.journal.database import JournalDamagedError
from gateway.journal.tables import ALERTS, COMMANDS, RULE_STATES, RUNS, STATE_CHANGES
from gateway.reports import apply_report
from gateway.sequences import SequenceLedger
from gateway.site import DeviceConfig

FINISHED_COMMANDS_MAX = 2000
"""Finished commands that are still known by their id, so that none is made anew."""


DAY_MS = 86_400_000
ID_MAX = 2**63 - 1


STATES_REPLAYED = 50
"""State changes looked at to find when a fault began, unknown times in between included."""


class DeviceConflictError(Exception):
    """devices.yaml gives an id another kind than the journal has for it."""


def take_snapshot(device: Device) -> DeviceSnapshot:
    """What `load_fleet` needs to know the device again."""
    known = {
        "values": device.values,
        "older": device.older,
        "extra": dict(device.extra),
        "measured_at": device.measured_at,
        "heard_at": device.heard_at,
        "online": device.online,
        "info": dict(device.info),
        "last_message": device.last_message,
        "reported": device.reported,
        "sequences": device.sequences.dump(),
    }
    try:
        snapshot = orjson.dumps(known).decode()
    except orjson.JSONEncodeError:  # an unknown field holds an integer of more than 64 bits
        snapshot = json.dumps(known)
    return DeviceSnapshot(device.number, snapshot)


def load_fleet(connection: sqlite3.Connection, configs: Iterable[DeviceConfig]) -> Fleet:
    """Every device of the journal and of devices.yaml, as it was known when the gateway stopped.

    Raises DeviceConflictError and JournalDamagedError.
    """
    listed = {config.id: config for config in configs}
    fleet = Fleet()
    by_number: dict[int, tuple[Device, int]] = {}
    rows = connection.execute(
        "SELECT number, id, kind, adopted, snapshot, snapshot_message FROM device ORDER BY number"
    ).fetchall()
    for number, id, kind, adopted, snapshot, as_of in rows:
        device = known_device(number, id, kind, bool(adopted), snapshot, listed.pop(id, None))
        fleet.add(device)
        by_number[number] = device, as_of
    replay(connection, by_number)
    for device, _ in by_number.values():
        device.committed_message = device.last_message
        _restore_state(connection, device)
    for number, config in enumerate(listed.values(), max(by_number, default=0) + 1):
        fleet.add(list_device(number, config))
    return fleet


def known_device(
    number: int,
    id: str,
    kind: str,
    adopted: bool,
    snapshot: str | None,
    config: DeviceConfig | None = None,
) -> Device:
    """A device as of its snapshot. Raises DeviceConflictError and JournalDamagedError."""
    with reading_back(f"device {number}"):
        device = _build(number, id, kind, adopted, config)
        if snapshot:
            _restore(device, json.loads(snapshot))
        return device


def newest_message(connection: sqlite3.Connection) -> int:
    """The id of the newest message, also when it is in a damaged journal in whose place this one
    is; 0 when there is none."""
    newest: int = connection.execute(
        "SELECT max(coalesce((SELECT max(id) FROM message), 0),"
        " coalesce((SELECT max(message) FROM origin), 0))"
    ).fetchone()[0]
    return newest


def unknown_to_journal(connection: sqlite3.Connection, fleet: Fleet) -> list[Device]:
    """The devices that devices.yaml names and the journal does not have yet."""
    known = {id for (id,) in connection.execute("SELECT id FROM device")}
    return [device for device in fleet if device.id not in known]


def load_rule_states(connection: sqlite3.Connection) -> list[RuleChanged]:
    """The state of every rule and subject."""
    return RULE_STATES.select(connection, "")


def load_open_alerts(connection: sqlite3.Connection) -> list[Alert]:
    """The alerts that are not resolved."""
    return ALERTS.select(connection, "WHERE resolved_at IS NULL ORDER BY opened_at")


def load_commands(connection: sqlite3.Connection) -> list[Command]:
    """The commands whose end is not known, and the newest of the others, oldest first."""
    queued = CommandState.QUEUED.value
    finished = COMMANDS.select(
        connection,
        "WHERE state <> ? ORDER BY created_at DESC LIMIT ?",
        (queued, FINISHED_COMMANDS_MAX),
    )
    waiting = COMMANDS.select(connection, "WHERE state = ? ORDER BY created_at, id", (queued,))
    return [*reversed(finished), *waiting]


def load_runs(connection: sqlite3.Connection, now: Millis) -> list[Run]:
    """The waterings that have not ended, and those of the last day, for its limits."""
    newest: int | None = connection.execute("SELECT max(ended_at) FROM run").fetchone()[0]
    since = min(now, newest or now) - DAY_MS  # a clock that is ahead may be corrected
    return RUNS.select(
        connection, "WHERE ended_at IS NULL OR ended_at >= ? ORDER BY created_at", (since,)
    )


def list_device(number: int, config: DeviceConfig) -> Device:
    """A device as devices.yaml describes it."""
    return Device(
        number, config.id, KINDS[config.kind], True, config.label, config.place, config.road,
        config.plot, config.tags, config.position, config.settings, config.interval_s or 0,
        config.limits,
    )  # fmt: skip


def _build(number: int, id: str, kind: str, adopted: bool, config: DeviceConfig | None) -> Device:
    described = KINDS[kind]
    if config is None:
        return Device(number, id, described, adopted, Text(id, id))
    if config.kind != kind:
        raise DeviceConflictError(
            f"devices.yaml says that {id} is a {config.kind}, the journal knows it as a {kind}; "
            "give the new device an id of its own"
        )
    return list_device(number, config)


def _restore(device: Device, known: dict[str, object]) -> None:
    sequences: Any = known.pop("sequences")
    for name, value in known.items():
        setattr(device, name, value)
    device.sequences = SequenceLedger.load(**sequences)
    device.take_interval()


def replay(
    connection: sqlite3.Connection,
    by_number: Mapping[int, tuple[Device, int]],
    upto: int = ID_MAX,
) -> None:
    """Bring these devices from the message their snapshot knows up to the newest, or to `upto`.

    Raises JournalDamagedError, and has then replayed what came before the damage.
    """
    start = min((as_of for _, as_of in by_number.values()), default=0)
    rows = connection.execute(
        "SELECT id, device, channel, measured_at, received_at, boot, seq, body FROM message"
        " WHERE id > ? AND id <= ? ORDER BY id",
        [start, upto],
    )
    for id, number, channel, measured_at, received_at, boot, seq, body in rows:
        device, as_of = by_number.get(number, (None, 0))
        if device is not None and id > as_of:
            device.last_message = id
            try:
                _replay_message(
                    device, CHANNELS[channel], measured_at, received_at, boot, seq, body
                )
            except NOT_AS_WRITTEN as error:  # `reading_back` would cost half as much as decoding
                raise JournalDamagedError(f"message {id}: {error!r}") from error


def _replay_message(
    device: Device,
    channel: Channel,
    measured_at: Millis,
    received_at: Millis,
    boot: str,
    seq: int,
    body: bytes,
) -> None:
    """What the pipeline did with it; of its engines' decisions, the journal has the records."""
    try:
        if channel is not Channel.TELEMETRY:
            apply_report(device, channel, body, RETAINED, received_at)
            return
        device.heard_at = received_at
        device.sequences.add(boot, seq, min(measured_at, received_at), newer=True)
        reading = DECODERS[device.kind.name](device.id, body, received_at)
    except RejectedError:
        return  # accepted by an older version, whose limits were wider
    if reading.measured_at > received_at:  # its clock was ahead, see Pipeline.receive
        reading = reading._replace(measured_at=received_at)
    if device.measured_at is None or reading.measured_at >= device.measured_at:
        device.apply(reading)
    else:
        device.fill_in(reading)


def _restore_state(connection: sqlite3.Connection, device: Device) -> None:
    newest = []
    for change in STATE_CHANGES.each(
        connection,
        "WHERE device = ? ORDER BY since DESC LIMIT ?",
        (device.id, STATES_REPLAYED),
    ):
        newest.append(change)
        if change.state is State.UP:  # what was before it does not matter any more
            break
    if all(change.state is State.UNKNOWN for change in newest):
        newest += STATE_CHANGES.select(
            connection,
            "WHERE device = ? AND state <> ? ORDER BY since DESC LIMIT 1",
            (device.id, State.UNKNOWN.value),
        )
    for change in reversed(newest):
        device.change(change)
