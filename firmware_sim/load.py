"""Many devices at a given rate, for load: the same firmware, but a few shared connections.

Speaks the handful of MQTT 3.1.1 packets it needs itself, because a client library would cost more
than the gateway that is measured. No wills, no commands.
"""

import asyncio
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import cast

from devices.reading import Millis
from firmware_sim.firmware.device import Firmware
from firmware_sim.live import BrokerError, SteadyClock
from firmware_sim.ring import Message
from firmware_sim.station import Broker
from firmware_sim.world import World

CONNECTIONS = 4
WINDOW = 500
"""Messages in flight per connection, where nothing else is said."""
TICK_S = 0.02
PACKET_IDS = 60_000
ANSWER_TIMEOUT_S = 30.0
"""For the first answer and for the last."""

CONNECT, CONNACK, PUBLISH_QOS1, DISCONNECT = 0x10, 0x20, 0x32, b"\xe0\x00"
ANSWER_BYTES = 4
"""Of CONNACK and PUBACK, and nothing else comes."""


@dataclass(slots=True)
class Tally:
    """What was sent and what the broker acknowledged, so far, over all connections."""

    sent: int = 0
    acknowledged: int = 0


class LoadConnection(asyncio.Protocol):
    """One connection that publishes with QoS 1 and counts the acknowledgements.

    `room` is how many more messages may be published now, of the `window` that may be in flight.
    """

    def __init__(self, client_id: str, tally: Tally, window: int) -> None:
        self.accepted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.window = self.room = window
        self._tally = tally
        self._client_id = client_id
        self._transport: asyncio.WriteTransport | None = None
        self._rest = 0  # bytes of an answer that has not come whole
        self._packet = 0
        self._idle = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)
        # Clean session; no keep-alive, because the connection lives as long as the test.
        body = _text("MQTT") + b"\x04\x02\x00\x00" + _text(self._client_id)
        self._transport.write(_packet(CONNECT, body))

    def data_received(self, data: bytes) -> None:
        if not self.accepted.done():  # the broker says nothing else before we publish
            if data[0] == CONNACK and data[-1] == 0:
                self.accepted.set_result(None)
            else:
                self.accepted.set_exception(ConnectionRefusedError(f"CONNACK code {data[-1]}"))
            return
        answers, self._rest = divmod(self._rest + len(data), ANSWER_BYTES)
        self._tally.acknowledged += answers
        self.room += answers
        if self.room == self.window:
            self._idle.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._idle.set()
        if not self.accepted.done():
            self.accepted.set_exception(ConnectionResetError("connection closed"))

    def publish(self, messages: Sequence[Message]) -> None:
        """Send at most `room` messages. Raises ConnectionResetError when the broker is gone."""
        packets = []
        for message in messages:
            self._packet = self._packet % PACKET_IDS + 1
            body = _text(message.topic) + struct.pack("!H", self._packet) + message.payload
            packets.append(_packet(PUBLISH_QOS1, body))
        self.room -= len(messages)
        self._tally.sent += len(messages)
        self._idle.clear()
        self._wire().write(b"".join(packets))

    async def drain(self) -> None:
        """Wait until everything is acknowledged. Raises TimeoutError or ConnectionResetError."""
        if self.room < self.window:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                await self._idle.wait()
        self._wire()

    def close(self) -> None:
        """Say goodbye."""
        if self._transport is not None:
            self._transport.write(DISCONNECT)
            self._transport.close()

    def _wire(self) -> asyncio.WriteTransport:
        if self._transport is None:
            raise ConnectionResetError("connection closed")
        return self._transport


async def connect_load(
    broker: Broker, number: int, now: Millis, tally: Tally, window: int = WINDOW
) -> LoadConnection:
    """A connection that the broker has accepted. Raises BrokerError."""
    try:
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            _, connection = await asyncio.get_running_loop().create_connection(
                lambda: LoadConnection(f"hamlet-load-{now:x}-{number}", tally, window),
                broker.host,
                broker.port,
            )
            await connection.accepted
    except OSError as error:  # a TimeoutError is one
        raise _gone(broker, error) from None
    return connection


async def run_load(
    world: World,
    broker: Broker,
    rate: float,
    *,
    stop: asyncio.Event,
    clock: SteadyClock,
    tally: Tally,
) -> None:
    """All devices of the world report in turn, `rate` messages a second together, until `stop`.
    Raises BrokerError."""
    devices = list(world.devices.values())
    count = min(CONNECTIONS, len(devices))
    connections: list[LoadConnection] = []
    try:
        for number in range(count):
            connections.append(await connect_load(broker, number, clock(), tally))
        async with asyncio.TaskGroup() as tasks:
            for number, connection in enumerate(connections):
                share = devices[number::count]  # so that each device's order is kept
                tasks.create_task(_blast(connection, share, rate / count, stop, clock))
    except* OSError as errors:
        raise _gone(broker, errors.exceptions[0]) from None
    finally:
        for connection in connections:
            connection.close()


async def _blast(
    connection: LoadConnection,
    devices: Sequence[Firmware],
    rate: float,
    stop: asyncio.Event,
    clock: SteadyClock,
) -> None:
    turns = cycle(devices)
    began, sent = clock(), 0
    while not stop.is_set():
        now = clock()
        batch = max(0, min(int((now - began) * rate / 1000) - sent, connection.room))
        connection.publish([next(turns).report(now) for _ in range(batch)])
        sent += batch
        await asyncio.sleep(TICK_S)
    await connection.drain()


def _gone(broker: Broker, error: BaseException) -> BrokerError:
    return BrokerError(
        f"the broker at {broker.host}:{broker.port} is gone or refuses "
        f"({str(error) or 'no answer'}); start one, or name another with --broker"
    )


def _text(text: str) -> bytes:
    data = text.encode()
    return struct.pack("!H", len(data)) + data


def _packet(kind: int, body: bytes) -> bytes:
    size = len(body)
    header = bytearray([kind])
    while size > 127:  # MQTT's variable byte integer
        header.append(size % 128 | 128)
        size //= 128
    header.append(size)
    return bytes(header) + body
