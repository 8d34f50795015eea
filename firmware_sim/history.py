"""Plays a world on a fast clock, in process: days of messages in seconds.

Commands may be delivered while it plays; their results come out as messages like all others.
"""

from collections import deque
from collections.abc import Iterator
from heapq import heapify, heappop, heappush

from devices.reading import Millis
from devices.topics import Channel, parse_topic
from firmware_sim.faults import FOREVER
from firmware_sim.firmware.device import Firmware
from firmware_sim.ring import Message, Ring
from firmware_sim.world import World

Sent = tuple[Millis, str, bytes]
"""When, topic, payload."""


class FastWorld:
    """Iterating gives every message until `end`, in the order of time. Whoever has something to do
    in between asks for `next_at` and takes one `step` after the other."""

    def __init__(self, world: World, end: Millis = FOREVER) -> None:
        self._world = world
        self._end = end
        self._devices = list(world.devices.values())
        self._numbers = {device.badge.id: number for number, device in enumerate(self._devices)}
        self._wakes = [device.wake for device in self._devices]
        # An entry that does not agree with `_wakes` is out of date.
        self._heap = [(wake, number) for number, wake in enumerate(self._wakes)]
        heapify(self._heap)
        self._outbox: deque[Sent] = deque()
        self._unheard: dict[str, Ring] = {}
        self._now = world.sky.now

    def __iter__(self) -> Iterator[Sent]:
        yield from self.announce()
        while self.next_at <= self._end:
            yield from self.step()
        yield from self.report_all(self._end)
        self._world.sky.advance(self._end)

    def announce(self) -> Iterator[Sent]:
        """What all devices say of themselves when they have connected."""
        for device in self._devices:
            for message in device.announce():
                yield self._now, message.topic, message.payload

    @property
    def next_at(self) -> Millis:
        """When somebody says or does something next."""
        if self._outbox:
            return self._outbox[0][0]
        heap, wakes = self._heap, self._wakes
        while wakes[heap[0][1]] != heap[0][0]:
            heappop(heap)
        return heap[0][0]

    def step(self) -> list[Sent]:
        """Let that happen: what is said then by one device, or in answer to commands."""
        if self._outbox:
            answers = list(self._outbox)
            self._outbox.clear()
            return answers
        self._now = now = self.next_at
        _, number = heappop(self._heap)
        device = self._devices[number]
        messages = device.run(now)
        self._wakes[number] = device.wake
        heappush(self._heap, (device.wake, number))
        if device.ailments:
            messages = self._over_the_line(device, messages, now)
        return [(now, message.topic, message.payload) for message in messages]

    def report_all(self, now: Millis) -> Iterator[Sent]:
        """Everybody once more at the end, so that whoever goes on from here at another pace finds
        no gap."""
        for device in self._devices:
            messages = [device.report(now)]
            if device.ailments:
                messages = self._over_the_line(device, messages, now)
            for message in messages:
                yield now, message.topic, message.payload

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
        if self._wakes[number] != device.wake:
            self._wakes[number] = device.wake
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
