"""A broker that does exactly what a test tells it, also what no real broker would do."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import mqtt5

from gateway.intake.contract import ConnectionSettings, Receiver
from gateway.intake.open_receiver import open_receiver
from tests.gateway.intake.brokers import Protocol3or5
from tests.gateway.intake.recording import PATIENCE_S, RecordingInbox, running

CONNECT, PUBLISH, PUBACK, SUBSCRIBE = 0x10, 0x32, 0x40, 0x82
PUBREC, PUBCOMP, PINGREQ, DISCONNECT = 0x50, 0x70, 0xC0, 0xE0


class Peer:
    """One connection, seen from the broker."""

    def __init__(
        self, protocol: Protocol3or5, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._protocol = protocol
        self._reader = reader
        self._writer = writer

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    async def expect(self, head: int) -> bytes:
        """The body of the next packet, which must begin so. Its length must fit in one byte."""
        async with asyncio.timeout(PATIENCE_S):
            first, length = await self._reader.readexactly(2)
            assert (hex(first), length < 128) == (hex(head), True)
            return await self._reader.readexactly(length)

    async def accept(self) -> None:
        await self.expect(CONNECT)
        self.send(b"\x20\x03\x00\x00\x00" if self._protocol == "5" else b"\x20\x02\x00\x00")

    async def subscribe(self, code: int = 0) -> None:
        """Answers the subscription with this code."""
        packet_id = (await self.expect(SUBSCRIBE))[:2]
        properties = b"\x00" if self._protocol == "5" else b""
        body = packet_id + properties + bytes([code])
        self.send(bytes([0x90, len(body)]) + body)

    def publish(self, *payloads: bytes, after: bytes = b"") -> None:
        """QoS 1 to the topic `t`, in one write, with packet ids from 1."""
        packets = after
        for packet_id, payload in enumerate(payloads, start=1):
            properties = b"\x00" if self._protocol == "5" else b""
            body = b"\x00\x01t" + packet_id.to_bytes(2, "big") + properties + payload
            packets += bytes([0x32, len(body)]) + body
        self.send(packets)

    async def closed(self) -> bytes:
        """What the client still sends until it closes the connection."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._reader.read()


Script = Callable[[Peer], Awaitable[object]]


@asynccontextmanager
async def scripted(
    protocol: Protocol3or5, *scripts: Script, tls: ssl.SSLContext | None = None
) -> AsyncIterator[ConnectionSettings]:
    """Plays one script per connection, the last one for all further ones.

    A script that fails fails the test; one that returns has its connection closed.
    """
    failures: list[BaseException] = []
    playing: set[asyncio.Task[None]] = set()
    remaining = list(scripts)

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        script = remaining.pop(0) if len(remaining) > 1 else remaining[0]
        try:
            await script(Peer(protocol, reader, writer))
        except (AssertionError, TimeoutError) as failure:
            failures.append(failure)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client left, as the test wanted
        finally:
            writer.close()

    def on_connection(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(play(reader, writer))
        playing.add(task)
        task.add_done_callback(playing.discard)

    server = await asyncio.start_server(on_connection, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    try:
        yield ConnectionSettings(
            "127.0.0.1", port, "gateway", ("#",), username="gateway", keep_alive_s=1
        )
    finally:
        server.close()
        for task in list(playing):
            task.cancel()
        await asyncio.gather(*playing, return_exceptions=True)
        await server.wait_closed()
    for failure in failures:
        raise failure


@asynccontextmanager
async def receiving(
    protocol: Protocol3or5, *scripts: Script, paused: bool = False
) -> AsyncIterator[tuple[Receiver, RecordingInbox]]:
    """A receiver that runs against a broker which plays these scripts."""
    async with scripted(protocol, *scripts) as settings:
        receiver = open_receiver(settings, protocol)
        if paused:
            receiver.pause()
        async with running(receiver, RecordingInbox()) as inbox:
            yield receiver, inbox


def connack(code: mqtt5.ConnAckReasonCode) -> bytes:
    return mqtt5.ConnAckPacket(reason_code=code).write()
