"""Commands on a bad line: some come late, some again and again. Obeys nothing itself."""

from heapq import heappop, heappush

from devices.reading import Millis
from firmware_sim.faults import FOREVER

REPEAT_GAP_MS: Millis = 5000
"""Between two arrivals of one command: others come in between, as after a broken connection."""


class Hearing:
    """What has yet to arrive, in the order of time."""

    __slots__ = ("_coming", "_number")

    def __init__(self) -> None:
        self._coming: list[tuple[Millis, int, bytes]] = []
        self._number = 0

    @property
    def next_at(self) -> Millis:
        """When the next command arrives; FOREVER when none is on its way."""
        return self._coming[0][0] if self._coming else FOREVER

    def expect(self, payload: bytes, first: Millis, times: int) -> None:
        """A command arrives at `first`, and then again until it came so many times."""
        for number in range(times):
            heappush(self._coming, (first + number * REPEAT_GAP_MS, self._number, payload))
            self._number += 1

    def take(self, now: Millis) -> list[bytes]:
        """What has arrived by now."""
        arrived = []
        while self.next_at <= now:
            arrived.append(heappop(self._coming)[2])
        return arrived
