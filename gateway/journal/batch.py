"""What one transaction writes: messages with everything that was decided because of them."""

from dataclasses import dataclass, field
from typing import NamedTuple

from devices.reading import Millis
from devices.text import Text
from devices.topics import Channel
from gateway.clock import Correction, Scale
from gateway.decisions import Record
from gateway.fleet import Device

CHANNELS = (Channel.TELEMETRY, Channel.STATUS, Channel.INFO, Channel.EVENT, Channel.RESULT)
CHANNEL_CODES = {channel: code for code, channel in enumerate(CHANNELS)}
"""How a channel is stored. Telemetry is 0, which SQLite stores in no byte at all."""

MessageRow = tuple[int, int, int | None, int, Millis, Millis, str | None, int | None, bytes]
"""id, device number, the device's message before, channel code, measured_at, received_at, boot,
seq, body. A plain tuple, because one is made for every message and goes to SQLite as it is."""


class RejectedRow(NamedTuple):
    """A message that was not accepted."""

    received_at: Millis
    topic: str
    reason: str
    detail: Text
    payload: bytes


class DeviceSnapshot(NamedTuple):
    """What is known of a device after this batch, so that a start need not read all messages."""

    number: int
    snapshot: str


class Adoption(NamedTuple):
    """A person took a device into the hamlet, or out of it."""

    number: int
    adopted: bool


class PeriodEnd(NamedTuple):
    """The clock was corrected: `last_message` is the last that was stamped by the old one, and
    from now on `scale` counts."""

    correction: Correction
    scale: Scale
    last_message: int


@dataclass(slots=True)
class Batch:
    """One transaction. The order within each list is the order of the events."""

    new_devices: list[tuple[Device, Millis]] = field(default_factory=list)
    adoptions: list[Adoption] = field(default_factory=list)
    messages: list[MessageRow] = field(default_factory=list)
    rejected: list[RejectedRow] = field(default_factory=list)
    records: list[Record | PeriodEnd] = field(default_factory=list)
    snapshots: list[DeviceSnapshot] = field(default_factory=list)
