"""What a device has not yet got rid of: bounded, oldest first, resent in order."""

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

RING_MAX = 500
"""Messages that fit into the flash of such a device; at one a minute, eight hours."""


class Message(NamedTuple):
    """One message for the broker, QoS 1."""

    topic: str
    payload: bytes
    retain: bool = False


class Ring:
    """When it is full the oldest message is lost, as it is in the real device."""

    def __init__(self, size: int = RING_MAX) -> None:
        self._messages: deque[Message] = deque(maxlen=size)

    def push(self, message: Message) -> None:
        """Keep one more message."""
        self._messages.append(message)

    def first(self) -> Message | None:
        """The oldest message, which is the next to send."""
        return self._messages[0] if self._messages else None

    def acknowledged(self, message: Message) -> None:
        """The broker has it. It may have been pushed out meanwhile."""
        if self._messages and self._messages[0] is message:
            self._messages.popleft()

    def __iter__(self) -> Iterator[Message]:
        return iter(self._messages)

    def __len__(self) -> int:
        return len(self._messages)
