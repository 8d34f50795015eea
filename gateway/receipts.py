"""What a device is told of its readings: which of them are on disk here, so that it may forget
them. Pure; what the payload means stands in `docs/adr` and `devices.messages.Ack`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from devices.messages import ACK_MISSING_MAX, encode_ack
from devices.topics import Channel, Topic
from gateway.fleet import GATEWAY, Device
from gateway.sequences import AWAITED_MS, is_named, is_wired


@dataclass(frozen=True, slots=True)
class Receipt:
    """An acknowledgement for one device. `as_of` is the newest message that it knows of."""

    device: Device
    as_of: int | None
    topic: str
    payload: bytes


def make_receipt(hamlet: str, device: Device) -> Receipt | None:
    """For everything that the device's ledger knows; None when it has measured nothing, or nobody
    listens. To be sent when all of that is on disk."""
    newest = device.sequences.newest()
    if newest is None or device.heard_at is None or device.id == GATEWAY:
        return None
    boot, seq = newest
    if is_wired(boot):
        return None
    gaps = [gap for gap in device.sequences.gaps(boot) if device.heard_at - gap.until <= AWAITED_MS]
    # What was leapt over is never given up: a device that comes back to it would be told that its
    # new readings are on disk before they are.
    gaps += device.sequences.leaps(boot)
    missing = sorted((gap.first, gap.last) for gap in gaps if gap.last < seq)
    lowest = device.sequences.lowest(boot)
    if lowest > 0 and not device.sequences.lost:  # else it was there, and is forgotten
        missing.insert(0, (0, lowest - 1))
    return Receipt(
        device,
        device.last_message,
        str(Topic(hamlet, device.kind.name, device.id, Channel.ACK)),
        encode_ack(boot if is_named(boot) else None, seq, _at_most(ACK_MISSING_MAX, missing)),
    )


def _at_most(count: int, ranges: Sequence[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """The oldest of too many become one: what came between them will be sent again, which does no
    harm, and nothing that is missing goes unnamed."""
    surplus = len(ranges) - count
    if surplus <= 0:
        return ranges
    return [(ranges[0][0], ranges[surplus][1]), *ranges[surplus + 1 :]]
