"""The application's side of the contract, for tests: remembers everything and can be waited for."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from gateway.clock import Millis
from gateway.delivery import REDELIVERED, RETAINED
from gateway.intake.contract import Receiver
from tests.gateway.own_time import now_ms

# Everything waited for is an event that comes in well under a second on an idle machine.
PATIENCE_S = 30.0


@dataclass(frozen=True)
class Message:
    topic: str
    payload: bytes
    token: int
    flags: int

    @property
    def retained(self) -> bool:
        return bool(self.flags & RETAINED)

    @property
    def redelivered(self) -> bool:
        return bool(self.flags & REDELIVERED)


class RecordingInbox:
    """Implements `Inbox`. `on_each` is called for every message, after it was remembered."""

    def __init__(self, on_each: Callable[[Message], None] = lambda message: None) -> None:
        self.messages: list[Message] = []
        self.chunks = 0
        self.connections: list[tuple[bool, str]] = []
        self.session_kept = False
        self._on_each = on_each
        self._changed = asyncio.Event()
        self.now = now_ms

    def on_message(self, topic: str, payload: bytes, token: int, flags: int, now: Millis) -> None:
        message = Message(topic, payload, token, flags)
        self.messages.append(message)
        self._changed.set()
        self._on_each(message)

    def perform(self, step: Callable[[], None]) -> None:
        try:
            step()
        finally:
            self.chunks += 1
            self._changed.set()

    def on_connection(self, connected: bool, reason: str, *, session_kept: bool = False) -> None:
        self.connections.append((connected, reason))
        self.session_kept = session_kept
        self._changed.set()

    @property
    def payloads(self) -> list[bytes]:
        return [message.payload for message in self.messages]

    async def until(self, condition: Callable[["RecordingInbox"], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition(self):
                self._changed.clear()
                await self._changed.wait()

    async def until_more_than(self, count: int) -> None:
        await self.until(lambda inbox: len(inbox.messages) > count)

    async def until_connected(self) -> None:
        await self.until(lambda inbox: inbox.connections[-1:] > [(True, "")])

    async def until_refused(self) -> str:
        """The first reason why there is no connection."""
        await self.until(lambda inbox: any(not connected for connected, _ in inbox.connections))
        return next(reason for connected, reason in self.connections if not connected)


@asynccontextmanager
async def running(receiver: Receiver, inbox: RecordingInbox) -> AsyncIterator[RecordingInbox]:
    """`receiver.run` while the context lasts; what it raises by itself is raised here."""
    task = asyncio.create_task(receiver.run(inbox))
    try:
        yield inbox
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
