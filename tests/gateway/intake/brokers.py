"""Real brokers behind one handle, so that every receiver is tested against each."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import aiomqtt

from gateway.intake.contract import ConnectionSettings
from gateway.intake.embedded import EmbeddedBroker
from tests.real import Mosquitto, free_port

Protocol3or5 = Literal["5", "3.1.1"]

USERNAME, PASSWORD = "gateway", "only-for-tests"


class Broker(Protocol):
    @property
    def port(self) -> int: ...
    async def start(self) -> None: ...
    async def stop(self) -> None: ...


class MosquittoBroker:
    """Without bounds of its own on what is under way: ours are under test."""

    def __init__(self, folder: Path) -> None:
        self._server = Mosquitto(
            folder,
            passwords={USERNAME: PASSWORD},
            settings={"max_inflight_messages": 0, "max_queued_messages": 0},
        )
        self.port = self._server.port

    async def start(self) -> None:
        await asyncio.to_thread(self._server.start)

    async def stop(self) -> None:
        await asyncio.to_thread(self._server.stop)


class AmqttBroker:
    def __init__(self) -> None:
        self.port = free_port()
        self._broker: EmbeddedBroker | None = None

    async def start(self) -> None:
        broker = EmbeddedBroker(port=self.port, username=USERNAME, password=PASSWORD)
        self._broker = await broker.__aenter__()

    async def stop(self) -> None:
        if self._broker is not None:
            await self._broker.__aexit__(None, None, None)
            self._broker = None


@dataclass(frozen=True)
class Setting:
    """A receiver's protocol and a running broker that speaks it."""

    protocol: Protocol3or5
    broker: Broker

    def settings(self, **changes: object) -> ConnectionSettings:
        values: dict[str, object] = {
            "host": "127.0.0.1",
            "port": self.broker.port,
            "client_id": "gateway",
            "subscriptions": ("hamlet/#",),
            "username": USERNAME,
            "password": PASSWORD,
        }
        return ConnectionSettings(**(values | changes))  # type: ignore[arg-type]

    @asynccontextmanager
    async def device(self) -> AsyncIterator[aiomqtt.Client]:
        """Any other client of the broker."""
        async with aiomqtt.Client(
            "127.0.0.1", self.broker.port, username=USERNAME, password=PASSWORD
        ) as client:
            client.pending_calls_threshold = 1000  # a burst is what some tests want
            yield client


@asynccontextmanager
async def opened(name: str, folder: Path) -> AsyncIterator[Setting]:
    """By name: `mqtt5-mosquitto`, `paho-mosquitto` or `paho-amqtt`."""
    receiver, kind = name.split("-")
    broker = MosquittoBroker(folder) if kind == "mosquitto" else AmqttBroker()
    await broker.start()
    try:
        yield Setting("5" if receiver == "mqtt5" else "3.1.1", broker)
    finally:
        await broker.stop()
