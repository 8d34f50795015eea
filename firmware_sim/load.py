"""Many devices at a given rate, for load: the same firmware, but a few shared connections.

Speaks the handful of MQTT 3.1.1 packets it needs itself, because a client library would cost more
than the gateway that is measured. No wills, no commands.
"""

import asyncio
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle

from firmware_sim.firmware.device import Firmware
from firmware_sim.live import BrokerError, SteadyClock
from firmware_sim.ring import Message
from firmware_sim.station import Broker
from firmware_sim.world import World

CONNECTIONS = 4
WINDOW = 500
"""Messages in flight per connection."""
TICK_S = 0.02
PACKET_IDS = 60_000
ANSWER_TIMEOUT_S = 30.0
"""For the first answer and the last: what is not acknowledged by then is missing."""

CONNECT, CONNACK, PUBLISH_QOS1, DISCONNECT = 0x10, 0x20, 0x32, b"\xe0\x00"
ANSWER_BYTES = 4
"""Of CONNACK and PUBACK, and nothing else comes."""


@dataclass(slots=True)
class Tally:
    """What was sent and what the broker acknowledged, so far."""

    sent: int = 0
    acknowledged: int = 0


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
    try:
        async with asyncio.TaskGroup() as tasks:
            for number in range(count):
                connection = _Connection(devices[number::count], rate / count, clock, tally)
                tasks.create_task(connection.run(broker, f"hamlet-load-{clock():x}-{number}", stop))
    except* (OSError, EOFError) as errors:  # a TimeoutError is an OSError
        reason = str(errors.exceptions[0]) or "no answer"
        raise BrokerError(
            f"the broker at {broker.host}:{broker.port} is gone or refuses ({reason}); "
            "start one, or name another with --broker"
        ) from None


class _Connection:
    """Publishes the reports of some of the devices, and counts what is acknowledged."""

    def __init__(
        self, devices: Sequence[Firmware], rate: float, clock: SteadyClock, tally: Tally
    ) -> None:
        self._turns = cycle(devices)
        self._rate = rate
        self._clock = clock
        self._tally = tally
        self._packet = 0
        self._in_flight = 0
        self._idle = asyncio.Event()

    async def run(self, broker: Broker, client_id: str, stop: asyncio.Event) -> None:
        """From CONNECT to DISCONNECT."""
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(broker.host, broker.port)
        try:
            writer.write(_connect(client_id))
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                answer = await reader.readexactly(ANSWER_BYTES)
            if answer[0] != CONNACK or answer[3] != 0:
                raise ConnectionRefusedError(f"CONNACK code {answer[3]}")
            async with asyncio.TaskGroup() as tasks:
                counting = tasks.create_task(self._count(reader))
                await self._publish(writer, stop)
                counting.cancel()
            writer.write(DISCONNECT)
        finally:
            writer.close()

    async def _publish(self, writer: asyncio.StreamWriter, stop: asyncio.Event) -> None:
        began = self._clock()
        sent = 0
        while not stop.is_set():
            now = self._clock()
            batch = min(int((now - began) * self._rate / 1000) - sent, WINDOW - self._in_flight)
            if batch > 0:
                writer.write(
                    b"".join(self._packet_of(next(self._turns).report(now)) for _ in range(batch))
                )
                sent += batch
                self._tally.sent += batch
                self._in_flight += batch
                self._idle.clear()
            await asyncio.sleep(TICK_S)
        if self._in_flight:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                await self._idle.wait()

    async def _count(self, reader: asyncio.StreamReader) -> None:
        rest = 0
        while data := await reader.read(65_536):
            answers, rest = divmod(rest + len(data), ANSWER_BYTES)
            self._tally.acknowledged += answers
            self._in_flight -= answers
            if self._in_flight == 0:
                self._idle.set()
        raise ConnectionResetError("connection closed")

    def _packet_of(self, message: Message) -> bytes:
        self._packet = self._packet % PACKET_IDS + 1
        return _packet(
            PUBLISH_QOS1,
            _text(message.topic) + struct.pack("!H", self._packet) + message.payload,
        )


def _connect(client_id: str) -> bytes:
    """Clean session; no keep-alive, because the connection lives as long as the test."""
    return _packet(CONNECT, _text("MQTT") + b"\x04\x02\x00\x00" + _text(client_id))


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
