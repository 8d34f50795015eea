"""What a device keeps until it is safe: bounded, oldest first, sent in order.

A reading is safe when the gateway says that it has it on disk, not when a broker took it: both may
lose power together. Anything else is done with when the broker has it.
"""

from collections import deque
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from devices.messages import Ack

RING_MAX = 500
"""Messages that fit into the flash of such a device; at one a minute, eight hours."""


class Message(NamedTuple):
    """One message for the broker, QoS 1. `seq` is the number of a reading."""

    topic: str
    payload: bytes
    retain: bool = False
    seq: int | None = None


class Ring:
    """The messages of one boot. When it is full the oldest is lost, as it is in the real device."""

    def __init__(self, size: int = RING_MAX) -> None:
        self._size = size
        self._waiting: deque[Message] = deque()
        self._sent: deque[Message] = deque()  # the broker has them, the gateway has not said so

    def push(self, message: Message) -> None:
        """Keep one more message."""
        self._waiting.append(message)
        if len(self) > self._size:
            (self._sent or self._waiting).popleft()

    def first(self) -> Message | None:
        """The oldest message that is to be sent."""
        return self._waiting[0] if self._waiting else None

    def sent(self, message: Message) -> None:
        """The broker has it. It may have been pushed out meanwhile, or acknowledged."""
        if message in self._waiting:
            self._waiting.remove(message)
            if message.seq is not None:
                self._sent.append(message)

    def acknowledged(self, ack: Ack) -> None:
        """Forget what is on disk; what is missing there although it was sent is sent again."""
        self._waiting = deque(one for one in self._waiting if not _is_safe(one, ack))
        missing = [one for one in self._sent if _is_missing(one, ack)]
        self._sent = deque(one for one in self._sent if (one.seq or 0) > ack.seq)
        self._waiting.extendleft(reversed(missing))

    def send_again(self) -> None:
        """The broker may have lost what it was sent and the gateway has not confirmed."""
        self._waiting.extendleft(reversed(self._sent))
        self._sent.clear()

    def __iter__(self) -> Iterator[Message]:
        return chain(self._sent, self._waiting)

    def __len__(self) -> int:
        return len(self._sent) + len(self._waiting)


def _is_missing(message: Message, ack: Ack) -> bool:
    return message.seq is not None and message.seq <= ack.seq and not ack.covers(message.seq)


def _is_safe(message: Message, ack: Ack) -> bool:
    return message.seq is not None and ack.covers(message.seq)
