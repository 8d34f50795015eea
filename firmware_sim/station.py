"""One simulated device on a real broker: a connection of its own, with everything that goes wrong
with connections.

What was measured stays in a ring until the gateway says that it is on disk, so no outage of broker
or gateway loses what fits in there. A device never says goodbye: it loses power, and the broker
speaks its will.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import aiomqtt

from devices.messages import Ack, decode_message
from devices.reading import Millis
from devices.rejection import RejectedError
from devices.topics import Channel
from firmware_sim.firmware.device import Firmware
from firmware_sim.ring import Message, Ring

KEEPALIVE_S = 60
ANSWER_TIMEOUT_S = 20.0
"""For one acknowledgement. A broker that needs longer is treated as gone."""
BACKOFF_S = (0.5, 30.0)
"""First and longest pause between two attempts, each doubled and then shortened by chance."""
RESEND_PAUSE_S = 0.05
"""Between two messages while more wait: hundreds of devices that come back at once after an outage
must not drown what happens now."""
LINE_POLL_S = 1.0
"""How soon a device notices that its cut line is mended."""

# Lost connections are what this module is about, and paho would report each of 337 twice.
_SILENT = logging.getLogger(f"{__name__}.mqtt")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


@dataclass(frozen=True, slots=True)
class Broker:
    """Where the devices connect to."""

    host: str
    port: int = 1883


class Station:
    """Runs one firmware on the wire until `stop`."""

    def __init__(self, firmware: Firmware, broker: Broker, clock: Callable[[], Millis]) -> None:
        self._firmware = firmware
        self._broker = broker
        self._clock = clock
        self._ring = Ring()
        self._filled = asyncio.Event()
        self._stopping = asyncio.Event()
        self._client: aiomqtt.Client | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._random = Random(firmware.badge.id)

    async def run(self, delay_s: float) -> None:
        """Boot after `delay_s`, live and stay connected until `stop`."""
        await self._pause(delay_s)
        if self._stopping.is_set():
            return
        self._live()
        longest = BACKOFF_S[0]
        while not self._stopping.is_set():
            if self._firmware.cut_off(self._clock()):
                await self._pause(LINE_POLL_S)
                continue
            began = self._clock()
            try:
                await self._connect()
            except* (aiomqtt.MqttError, OSError):
                pass  # the reason does not matter to a device: it tries again
            if self._clock() - began > BACKOFF_S[1] * 1000:  # it was a good connection
                longest = BACKOFF_S[0]
            await self._pause(longest * self._random.uniform(0.5, 1.0))
            longest = min(BACKOFF_S[1], longest * 2)

    def stop(self) -> None:
        """Cut the power."""
        self._stopping.set()
        if self._timer is not None:
            self._timer.cancel()
        self.unplug()

    def unplug(self) -> None:
        """Lose the connection without a word. The client has no public way to do that."""
        plug = self._client._client.socket() if self._client is not None else None
        if isinstance(plug, socket.socket):
            with contextlib.suppress(OSError):  # the broker may have been faster
                plug.shutdown(socket.SHUT_RDWR)

    async def _connect(self) -> None:
        firmware = self._firmware
        will = firmware.will
        client = aiomqtt.Client(
            self._broker.host,
            self._broker.port,
            identifier=f"{firmware.badge.hamlet}-{firmware.badge.id}",
            will=aiomqtt.Will(will.topic, will.payload, qos=1, retain=True),
            keepalive=KEEPALIVE_S,
            timeout=ANSWER_TIMEOUT_S,
            logger=_SILENT,
        )
        async with client:
            self._client = client
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._send(client))
                    tasks.create_task(self._obey(client))
                    if self._stopping.is_set():  # while it was still connecting
                        self.unplug()
            finally:
                self._client = None

    async def _send(self, client: aiomqtt.Client) -> None:
        for message in self._firmware.announce():
            await _publish(client, message)
        badge = self._firmware.badge
        await client.subscribe([(badge.topic(Channel.COMMAND), 1), (badge.topic(Channel.ACK), 1)])
        self._ring.send_again()
        while True:
            oldest = self._ring.first()
            if oldest is None:
                self._filled.clear()
                await self._filled.wait()
                continue
            await _publish(client, oldest)
            self._ring.sent(oldest)
            if self._ring.first() is not None:
                await asyncio.sleep(RESEND_PAUSE_S)

    async def _obey(self, client: aiomqtt.Client) -> None:
        acks = self._firmware.badge.topic(Channel.ACK)
        async for message in client.messages:
            if not isinstance(message.payload, bytes):
                continue
            if message.topic.value == acks:
                self._forget(message.payload)
            else:
                self._keep(self._firmware.handle_command(message.payload, self._clock()))
                self._sleep()

    def _forget(self, payload: bytes) -> None:
        """What the gateway has; an ack for another boot says nothing of this one."""
        try:
            ack = decode_message(Ack, payload)
        except RejectedError:
            return
        if ack.boot == self._firmware.boot:
            self._ring.acknowledged(ack)
            self._filled.set()

    def _live(self) -> None:
        """Whatever the firmware does by itself now; then sleep until the next time."""
        now = self._clock()
        self._keep(self._firmware.run(now))
        if self._firmware.cut_off(now):
            self.unplug()
        self._sleep()

    def _sleep(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if not self._stopping.is_set():
            delay_s = max(0, self._firmware.wake - self._clock()) / 1000
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._live)

    def _keep(self, messages: list[Message]) -> None:
        for message in messages:
            self._ring.push(message)
        self._filled.set()

    async def _pause(self, seconds: float) -> None:
        """Wait, unless it ends meanwhile."""
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass


async def _publish(client: aiomqtt.Client, message: Message) -> None:
    await client.publish(message.topic, message.payload, qos=1, retain=message.retain)
