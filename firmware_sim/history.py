"""Plays a world on a fast clock, in process: days of messages in seconds.

Commands may be delivered while it plays; their results come out as messages like all others.
"""

from collections import deque
from collections.abc import Iterator
from heapq import heapify, heappush, heapreplace

from devices.reading import Millis
from devices.topics import Channel, parse_topic
from firmware_sim.firmware.device import Firmware
from firmware_sim.ring import Message, Ring
from firmware_sim.world import World

Sent = tuple[Millis, str, bytes]
"""When, topic, payload."""


class FastWorld:
    """Iterating gives every message until `end`, in the order of time."""

    def __init__(self, world: World, end: Millis) -> None:
        self._world = world
        self._end = end
        self._devices = list(world.devices.values())
        self._numbers = {device.badge.id: number for number, device in enumerate(self._devices)}
        # An entry may be out of date: the device itself knows when it wakes.
        self._heap = [(device.wake, number) for number, device in enumerate(self._devices)]
        heapify(self._heap)
        self._outbox: deque[Sent] = deque()
        self._unheard: dict[str, Ring] = {}
        self._now = world.sky.now

    def __iter__(self) -> Iterator[Sent]:
        heap, outbox, devices = self._heap, self._outbox, self._devices
        for device in devices:
            for message in device.announce():
                yield self._now, message.topic, message.payload
        while True:
            while outbox:
                yield outbox.popleft()
            now, number = heap[0]
            if now > self._end:
                break
            device = devices[number]
            if device.wake > now:
                heapreplace(heap, (device.wake, number))
                continue
            self._now = now
            messages = device.run(now)
            heapreplace(heap, (device.wake, number))
            if device.ailments:
                messages = self._over_the_line(device, messages, now)
            for message in messages:
                yield now, message.topic, message.payload
        yield from self._report_last()
        self._world.sky.advance(self._end)

    def _report_last(self) -> Iterator[Sent]:
        """Everybody once more, so that whoever goes on from here at another pace finds no gap."""
        for device in self._devices:
            messages = [device.report(self._end)]
            if device.ailments:
                messages = self._over_the_line(device, messages, self._end)
            for message in messages:
                yield self._end, message.topic, message.payload

    def deliver(self, topic: str, payload: bytes, now: Millis) -> None:
        """Hand a command to its device, unless its line is cut."""
        address = parse_topic(topic)
        if address is None or address.channel is not Channel.COMMAND:
            raise ValueError(f"{topic!r} is no command topic")
        number = self._numbers.get(address.device)
        if number is None or address.device in self._unheard:
            return
        device = self._devices[number]
        now = max(now, self._now)
        answers = device.handle_command(payload, now)
        self._outbox.extend((now, answer.topic, answer.payload) for answer in answers)
        heappush(self._heap, (device.wake, number))

    def _over_the_line(
        self, device: Firmware, messages: list[Message], now: Millis
    ) -> list[Message]:
        """What the broker hears: the will when the line breaks, all that was missed when it is
        mended."""
        ring = self._unheard.get(device.badge.id)
        if device.cut_off(now):
            if ring is None:
                self._unheard[device.badge.id] = ring = Ring()
                arrived = [device.will]
            else:
                arrived = []
            for message in messages:
                ring.push(message)
            return arrived
        if ring is None:
            return messages
        del self._unheard[device.badge.id]
        return [*device.announce(), *ring, *messages]
