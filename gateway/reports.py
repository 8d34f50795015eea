"""What a device says besides telemetry, applied to what is known of it. Pure.

Reports have no numbers. What the broker delivers again, because the gateway stopped between its
commit and the acknowledgement, is known by its checksum.
"""

from typing import NamedTuple
from zlib import crc32

from devices.messages import Event, Info, Result, decode_message, decode_status
from devices.reading import Millis
from devices.topics import Channel
from gateway.delivery import REDELIVERED, RETAINED
from gateway.fleet import Device

REPORTED_MAX = 16
"""Events and results of a device that are known again: more do not wait for one acknowledgement."""


class News(NamedTuple):
    """What a report brought. One that comes again brings nothing new."""

    changed: bool
    result: Result | None = None
    event: Event | None = None


def check_report(channel: Channel, payload: bytes) -> None:
    """Raises RejectedError when the payload is none of that channel's."""
    if channel is Channel.STATUS:
        decode_status(payload)
    else:
        decode_message(_MODELS[channel], payload)


def apply_report(device: Device, channel: Channel, payload: bytes, flags: int, now: Millis) -> News:
    """Take over a report. A retained one was stored by the broker, nobody knows when: it says
    nothing of when the device was heard. Raises RejectedError."""
    if channel is Channel.STATUS:
        online = decode_status(payload)
        changed = device.online is not online
        device.online = online
        if online and not flags & RETAINED:
            device.heard_at = now
        return News(changed)
    message = decode_message(_MODELS[channel], payload)
    if isinstance(message, Info):
        before = device.info
        device.learn(message)
        return News(device.info != before)
    device.heard_at = now
    result = message if isinstance(message, Result) else None
    checksum = crc32(payload)
    # A result names its command, so the same one twice is one. The same event may happen twice.
    if (result or flags & REDELIVERED) and checksum in device.reported:
        return News(False)
    device.reported = [*device.reported[1 - REPORTED_MAX :], checksum]
    return News(True, result, message if isinstance(message, Event) else None)


_MODELS: dict[Channel, type[Info] | type[Event] | type[Result]] = {
    Channel.INFO: Info,
    Channel.EVENT: Event,
    Channel.RESULT: Result,
}
