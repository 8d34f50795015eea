"""What a device says besides telemetry, applied to what is known of it. Pure."""

from typing import NamedTuple

from devices.messages import Event, Info, Result, decode_message, decode_status
from devices.reading import Millis
from devices.topics import Channel
from gateway.fleet import Device


class News(NamedTuple):
    """What a report brought. A retained message that comes again brings nothing new."""

    changed: bool
    result: Result | None = None


def check_report(channel: Channel, payload: bytes) -> None:
    """Raises RejectedError when the payload is none of that channel's."""
    if channel is Channel.STATUS:
        decode_status(payload)
    else:
        decode_message(_MODELS[channel], payload)


def apply_report(
    device: Device, channel: Channel, payload: bytes, retained: bool, now: Millis
) -> News:
    """Take over a report. A retained one was stored by the broker, nobody knows when: it says
    nothing of when the device was heard. Raises RejectedError."""
    if channel is Channel.STATUS:
        online = decode_status(payload)
        changed = device.online is not online
        device.online = online
        if online and not retained:
            device.heard_at = now
        return News(changed)
    message = decode_message(_MODELS[channel], payload)
    if isinstance(message, Info):
        before = device.info
        device.learn(message)
        return News(device.info != before)
    device.heard_at = now
    return News(True, message if isinstance(message, Result) else None)


_MODELS: dict[Channel, type[Info] | type[Event] | type[Result]] = {
    Channel.INFO: Info,
    Channel.EVENT: Event,
    Channel.RESULT: Result,
}
