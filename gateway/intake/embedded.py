"""A broker inside the gateway's process, for a demo or a laptop that has none.

amqtt behind one context manager. It keeps everything in memory: sessions and retained messages end
with it. It does not deliver again what was not acknowledged, and marks what it queued for an absent
client as retained. Where that matters, Mosquitto serves.
"""

import asyncio
import errno
import hmac
import logging
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, cast

from amqtt.broker import Broker
from amqtt.errors import BrokerError
from amqtt.plugins.base import BaseAuthPlugin


class EmbeddedBrokerError(Exception):
    """The broker cannot start. The text says what to do."""


class EmbeddedBroker:
    """MQTT 3.1.1 on `host`:`port` while the context lasts.

    Without a user name everybody may connect; then `host` should be the loopback.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 1883,
        *,
        username: str | None = None,
        password: str | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._config: dict[str, Any] = {
            "listeners": {"default": {"type": "tcp", "bind": f"{host}:{port}"}},
            "plugins": {
                f"{__name__}.{DoorKeeper.__name__}": {"username": username, "password": password}
            },
        }
        self._broker: Any = None

    async def __aenter__(self) -> Self:
        """Listening when it returns. Raises EmbeddedBrokerError."""
        # amqtt logs every client that misbehaves or just leaves; the gateway's own counters tell
        # what matters, and a start that fails is raised.
        for chatty in ("amqtt", "transitions"):
            logging.getLogger(chatty).setLevel(logging.CRITICAL)
        broker = _Broker(self._config)
        try:
            await broker.start()
        except BrokerError as error:
            raise EmbeddedBrokerError(self._why(error.__cause__)) from error
        self._broker = broker
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self._broker.end_connections()
        await self._broker.shutdown()

    def _why(self, cause: BaseException | None) -> str:
        where = f"Port {self._port} on {self._host}"
        if isinstance(cause, OSError) and cause.errno == errno.EADDRINUSE:
            return (
                f"{where} is already in use; perhaps another broker runs there: "
                "name it as broker.url in site.yaml, or give broker.embedded another port."
            )
        detail = cause.strerror if isinstance(cause, OSError) else None
        return (
            f"{where} cannot be opened ({detail or cause}); correct broker.embedded in site.yaml."
        )


class _Broker(Broker):  # type: ignore[misc]  # amqtt has no types
    """Knows its connections, so that none outlives it: amqtt leaves those that are just ending,
    and goes on accepting while it ends the others."""

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._connections: set[asyncio.Task[None]] = set()
        self._ending = False

    async def stream_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, listener_name: str
    ) -> None:
        if self._ending:
            writer.close()
            return
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._connections.add(task)
        try:
            # A client that is gone before the broker said goodbye is nothing to report, nor that
            # `end_connections` ended it: this is where its task begins.
            with suppress(OSError, asyncio.CancelledError):
                await super().stream_connected(reader, writer, listener_name)
        finally:
            self._connections.discard(task)
            writer.close()

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Any
    ) -> None:
        # amqtt asks for the filters of everybody whenever somebody connects: hundreds of devices
        # would each be sent what the broker retains of all the others.
        subscribers = self._subscriptions.get(subscription[0], ())
        if any(subscriber.client_id == session.client_id for subscriber, _ in subscribers):
            await super()._publish_retained_messages_for_subscription(subscription, session)

    async def end_connections(self) -> None:
        self._ending = True
        connections = list(self._connections)
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)


class DoorKeeper(BaseAuthPlugin):  # type: ignore[misc]  # amqtt has no types
    """Asks for the one user name and password that the site has, if it has any.

    amqtt's own anonymous door forgets the session of a client that leaves, its password file
    blocks the event loop for 125 ms at each login.
    """

    @dataclass
    class Config:
        username: str | None = None
        password: str | None = None

    async def authenticate(self, *, session: Any) -> bool:
        config: DoorKeeper.Config = self.context.config
        if config.username is None:
            return True
        given = f"{session.username or ''}\0{session.password or ''}"
        wanted = f"{config.username}\0{config.password or ''}"
        return hmac.compare_digest(given.encode(), wanted.encode())
