"""Carries readings of serial devices into the pipeline, as telemetry of the native dialect.

While the pipeline is full, because the journal cannot write, they wait here: the newest WAITING_MAX
of them. What is dropped is counted, and leaves a hole in the device's numbers that everybody sees.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

import orjson

from devices.reading import Millis
from devices.topics import Channel, Topic
from gateway.clock import Now

WAITING_MAX = 10_000
"""A day of 7 devices that are asked once a minute; about 3 MB."""
WAIT_MIN_MS: Millis = 1000
"""What was handed over faster did not wait."""


class Inbox(Protocol):
    """The pipeline's side, which takes messages from whatever receiver. `full` while too many of
    them wait for the disk."""

    @property
    def full(self) -> bool: ...

    def on_message(
        self, topic: str, payload: bytes, token: int, flags: int, now: Millis
    ) -> None: ...

    def perform(self, step: Callable[[], None]) -> None:
        """Messages are handed over by a step, and looked at when it has ended."""


class _Waiting(NamedTuple):
    topic: str
    fields: dict[str, object]
    read_at: Millis


class Reports:
    """`boot` names this start of the gateway, and is never used again."""

    def __init__(
        self, hamlet: str, boot: str, inbox: Inbox, now: Now, steady: Callable[[], Millis]
    ) -> None:
        self.dropped = 0
        self._hamlet = hamlet
        self._boot = boot
        self._inbox = inbox
        self._now = now
        self._steady = steady
        self._numbers: Counter[str] = Counter()
        self._waiting: deque[_Waiting] = deque()

    def introduce(self, device: str, kind: str, info: Mapping[str, object]) -> None:
        """Say what a device is, and how often it reports."""
        topic = self._topic(device, kind, Channel.INFO)
        self._inbox.perform(lambda: self._send(topic, info, self._now()))

    def report(self, device: str, kind: str, fields: Mapping[str, object]) -> None:
        """One reading, of metrics and perhaps `measured_at`."""
        seq = self._numbers[device]
        self._numbers[device] += 1
        topic = self._topic(device, kind, Channel.TELEMETRY)
        numbered = {**fields, "seq": seq, "boot": self._boot}
        self._waiting.append(_Waiting(topic, numbered, self._steady()))
        self.flush()

    def flush(self) -> None:
        """Hand over what waits, or drop the oldest of what is too much."""
        self._inbox.perform(self._hand_over)
        while len(self._waiting) > WAITING_MAX:
            self._waiting.popleft()
            self.dropped += 1

    def _hand_over(self) -> None:
        while self._waiting and not self._inbox.full:
            topic, fields, read_at = self._waiting.popleft()
            now, waited = self._now(), self._steady() - read_at
            if waited >= WAIT_MIN_MS:  # else the pipeline notes the time by itself
                fields.setdefault("measured_at", now - waited)
            self._send(topic, fields, now)

    def _send(self, topic: str, fields: Mapping[str, object], now: Millis) -> None:
        self._inbox.on_message(topic, orjson.dumps(fields), 0, 0, now)

    def _topic(self, device: str, kind: str, channel: Channel) -> str:
        return str(Topic(self._hamlet, kind, device, channel))
