"""What a device measured lately, as rules need it to fill their windows."""

import sqlite3
from collections.abc import Mapping, Sequence
from itertools import islice

from devices.metric import Value
from devices.reading import Millis
from gateway.fleet import Device
from gateway.journal.chain import walk

MESSAGES_MAX = 50_000
"""Of one device: half a second. One that reports every few seconds has that in days; its longest
windows then begin where these end."""


def recall(
    connection: sqlite3.Connection, device: Device, since: Millis
) -> Sequence[tuple[Millis, Mapping[str, Value]]]:
    """When it measured which values since then, oldest first; only what is committed. What came
    last before is there without its values: it tells that the device has been known for longer.

    Raises JournalDamagedError.
    """
    found: list[tuple[Millis, Mapping[str, Value]]] = []
    names = [metric.name for metric in device.kind.metrics]
    for message in islice(walk(connection, device.committed_message or 0, 0), MESSAGES_MAX):
        at = min(message.measured_at, message.received_at)
        if message.received_at < since:  # nothing before it was measured later
            found.append((at, {}))
            break
        if at >= since:
            sent = message.values
            found.append((at, {name: sent[name] for name in names if name in sent}))
    found.sort(key=lambda sample: sample[0])
    return found
