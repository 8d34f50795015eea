"""Tells open pages that something changed: a bounded broadcast on the event loop.

Owns neither what changed to what (readers look it up in the read models) nor the network.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

SUBSCRIBERS_MAX = 64
"""Each open page costs a rendering a second: enough for a hamlet, harmless for a Raspberry Pi."""
INTERVAL_S = 1.0
"""Nobody reads faster; what happens in between is told together."""


class Update(NamedTuple):
    """What a commit changed: devices by id, and whether alerts or waterings changed."""

    devices: frozenset[str] = frozenset()
    alerts: bool = False
    runs: bool = False

    def merge(self, other: "Update") -> "Update":
        """Both at once."""
        return Update(
            self.devices | other.devices, self.alerts or other.alerts, self.runs or other.runs
        )


NOTHING_CHANGED = Update()


class TooManySubscribersError(Exception):
    """As many pages are open as the gateway serves at a time."""


class Subscription:
    """What one reader has not been told yet. A slow reader gets it merged, never queued."""

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._pending = NOTHING_CHANGED
        self._news = asyncio.Event()
        self._ended = asyncio.Event()

    def add(self, update: Update) -> None:
        """Merge `update` into what the reader will be told."""
        self._pending = self._pending.merge(update)
        self._news.set()

    def close(self) -> None:
        """Let the reader end."""
        self._ended.set()
        self._news.set()

    @property
    def closed(self) -> bool:
        """Whether the reader shall end."""
        return self._ended.is_set()

    async def next(self, timeout_s: float) -> Update | None:
        """What changed since the last call, told at the next beat of the interval; None when the
        time is up without news. Look at `closed` after each call."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._news.wait()
                if not self.closed:
                    await self._tick()
        except TimeoutError:
            return None
        update, self._pending = self._pending, NOTHING_CHANGED
        if not self.closed:
            self._news.clear()
        return update

    async def _tick(self) -> None:
        """All readers wake at the same beats, so that what one renders serves them all."""
        passed = asyncio.get_running_loop().time() % self._interval_s
        with suppress(TimeoutError):
            async with asyncio.timeout(self._interval_s - passed):
                await self._ended.wait()


class Feed:
    """All readers. `publish` costs nothing while nobody listens."""

    def __init__(self, interval_s: float = INTERVAL_S) -> None:
        self._interval_s = interval_s
        self._subscriptions: set[Subscription] = set()
        self._closed = False
        self.version = 0  # how often something was published

    def publish(self, update: Update) -> None:
        """Tell every reader; call it on the event loop after a commit."""
        self.version += 1
        for subscription in self._subscriptions:
            subscription.add(update)

    @property
    def has_subscribers(self) -> bool:
        """Whether it is worth the while to say what changed."""
        return bool(self._subscriptions)

    @property
    def full(self) -> bool:
        """Whether the next `subscribe` would be refused."""
        return len(self._subscriptions) >= SUBSCRIBERS_MAX

    @contextmanager
    def subscribe(self) -> Iterator[Subscription]:
        """Listen while the context is open; to a closed feed, nothing comes. Raises
        TooManySubscribersError."""
        if self.full:
            raise TooManySubscribersError(f"{SUBSCRIBERS_MAX} pages are open already")
        subscription = Subscription(self._interval_s)
        if self._closed:
            subscription.close()
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def close(self) -> None:
        """End every reader, also one that comes back at once, so that the server can stop."""
        self._closed = True
        for subscription in self._subscriptions:
            subscription.close()
