"""Where a packet ends, and what can be saved of one that the codec refuses.

A packet's length stands in its header, so a packet of nonsense does not hide the next one.
"""

from dataclasses import dataclass

import mqtt5

_MAX_LENGTH_BYTES = 4
_PUBLISH, _TYPE_MASK = 0x30, 0xF0
_QOS_SHIFT, _QOS_BITS = 1, 0b11


class LengthError(ValueError):
    """The length in a header is no length: where the next packet begins is lost."""


@dataclass(frozen=True)
class RawPublish:
    """What the frame of a PUBLISH says by itself. `packet_id` is 0 for QoS 0."""

    topic: str
    rest: bytes  # properties and payload; telling them apart is what failed
    packet_id: int


def packet_size(view: memoryview) -> int | None:
    """Bytes of the packet that begins here, header included; None while that cannot be told."""
    length = 0
    for position, byte in enumerate(view[1 : 1 + _MAX_LENGTH_BYTES]):
        length |= (byte & 0x7F) << (7 * position)
        if not byte & 0x80:
            return 2 + position + length
    if len(view) > _MAX_LENGTH_BYTES:
        raise LengthError("a packet length of more than four bytes")
    return None


def read_quietly(view: memoryview) -> tuple[mqtt5.Packet, int]:
    """What `mqtt5.read` does, but a topic that is no UTF-8 is a ValueError: the panic of the codec
    would print a trace for each such message, and a hostile broker fill the log."""
    size = packet_size(view)
    if size is None or size > len(view):
        raise IndexError("not yet a whole packet")
    packet = view[:size]
    if packet[0] & _TYPE_MASK == _PUBLISH:
        start, end = _topic(packet)
        if end <= size:  # else the codec says what is wrong
            bytes(packet[start:end]).decode()
    return mqtt5.read(packet)


def raw_publish(packet: memoryview) -> RawPublish | None:
    """A complete PUBLISH that the codec refused. None when not even its frame makes sense.

    Bytes of the topic that are no UTF-8 appear as `\\xff`, which no valid topic of ours contains.
    """
    qos = packet[0] >> _QOS_SHIFT & _QOS_BITS
    body = bytes(packet)
    topic_start, topic_end = _topic(packet)
    rest_start = topic_end + (2 if qos else 0)
    packet_id = int.from_bytes(body[topic_end:rest_start], "big")
    if len(body) < rest_start or qos == _QOS_BITS or (qos and not packet_id):
        return None
    topic = body[topic_start:topic_end].decode(errors="backslashreplace")
    return RawPublish(topic, body[rest_start:], packet_id)


def _topic(packet: memoryview) -> tuple[int, int]:
    """Where the topic of a PUBLISH begins and ends."""
    start = 2
    while packet[start - 1] & 0x80:
        start += 1
    return start + 2, start + 2 + int.from_bytes(packet[start : start + 2], "big")


def codec_errors() -> tuple[type[BaseException], ...]:
    """What the codec raises of bytes that are no packet, or not yet a whole one.

    On invalid UTF-8 its Rust code panics: a BaseException whose class cannot be imported, and does
    not exist before the first one. So this is to be asked when something was raised.
    """
    panics = (one for one in BaseException.__subclasses__() if one.__module__ == "pyo3_runtime")
    return (IndexError, ValueError, *panics)
