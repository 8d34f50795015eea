"""The life of one connection to a broker: answered, subscribed, alive, ended for one reason.

The same for every receiver; what goes over the wire is theirs.
"""

import asyncio
from collections.abc import Callable

from gateway.intake import reasons
from gateway.intake.contract import ConnectionSettings
from gateway.intake.peer_watch import PeerWatch
from gateway.intake.reconnect import Cause, Ending

CONNECT_TIMEOUT_S = 10.0  # a broker on the same machine answers in milliseconds, over 4G in seconds
# A broker may send a million messages that waited before it confirms the subscriptions.
SUBSCRIBE_TIMEOUT_S = 120.0


class Lifeline:
    """Made when a connection is begun. `reading` is False while the application has it paused.

    `unanswered` is the reason when the broker says nothing at all.
    """

    def __init__(self, settings: ConnectionSettings, *, reading: bool, unanswered: str) -> None:
        self.reading = reading
        self._unanswered = unanswered
        self._settings = settings
        self._keep_alive_s = settings.keep_alive_s
        self._watch = PeerWatch()
        self._loop = asyncio.get_running_loop()
        self._answered: asyncio.Future[None] = self._loop.create_future()
        self._ended: asyncio.Future[Ending] = self._loop.create_future()
        self._answered_at = 0.0
        self._subscribed_at: float | None = None

    @property
    def is_answered(self) -> bool:
        """Only then does pausing take effect: without reading the CONNACK no session begins."""
        return self._answered.done()

    def answered(self, keep_alive_s: int | None = None) -> None:
        """The broker accepted us, perhaps demanding another keep-alive interval."""
        self._keep_alive_s = keep_alive_s or self._keep_alive_s
        self._answered_at = self._loop.time()
        self._answered.set_result(None)

    def subscribed(self) -> None:
        self._subscribed_at = self._loop.time()

    def heard(self) -> None:
        """Something came from the broker."""
        self._watch.heard()

    def end(self, cause: Cause, reason: str) -> None:
        """The first cause is the one that counts."""
        if not self._ended.done():
            since = self._subscribed_at
            subscribed_s = 0.0 if since is None else self._loop.time() - since
            self._ended.set_result(Ending(cause, reason, subscribed_s))

    async def outlive(self, ping: Callable[[], None]) -> Ending:
        """Keep the connection alive until it ends, however that may be."""
        settings = self._settings
        first = (self._answered, self._ended)
        await asyncio.wait(first, timeout=CONNECT_TIMEOUT_S, return_when=asyncio.FIRST_COMPLETED)
        if not any(future.done() for future in first):
            self.end(Cause.UNREACHABLE, self._unanswered)
        tick_s = self._keep_alive_s / 2
        while True:
            await asyncio.wait((self._ended,), timeout=tick_s)
            if self._ended.done():
                return self._ended.result()
            if self._is_ignored():
                self.end(Cause.LOST, reasons.not_subscribed(settings, SUBSCRIBE_TIMEOUT_S))
            elif self._watch.tick(reading=self.reading):
                ping()
            else:
                self.end(Cause.LOST, reasons.silent(settings, tick_s))

    def _is_ignored(self) -> bool:
        """The broker answers pings, but not our wish to subscribe. While reading is paused nobody
        can tell."""
        if self._subscribed_at is not None or not self.reading:
            return False
        return self._loop.time() - self._answered_at > SUBSCRIBE_TIMEOUT_S
