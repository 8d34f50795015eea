"""When who must be looked at although no reading came: instances, and the clocks of rules.

One heap; a sleeper has at most one valid entry. A later wish does not move an earlier entry:
the sleeper is then woken for nothing once, which is cheaper than a heap operation per message.
"""

import heapq
from itertools import count
from typing import Generic, Protocol, TypeVar

from devices.reading import Millis


class Sleeper(Protocol):
    """Who can be woken."""

    wake_at: Millis | None


S = TypeVar("S", bound=Sleeper)


class Agenda(Generic[S]):
    """Owns `wake_at` of the sleepers."""

    def __init__(self) -> None:
        self._heap: list[tuple[Millis, int, S]] = []
        self._count = count()

    def wake(self, sleeper: S, at: Millis) -> None:
        """Wake the sleeper at that time at the latest."""
        if sleeper.wake_at is None or at < sleeper.wake_at:
            sleeper.wake_at = at
            heapq.heappush(self._heap, (at, next(self._count), sleeper))

    def forget(self, sleeper: S) -> None:
        """Never wake it, unless asked again."""
        sleeper.wake_at = None

    def take(self, now: Millis) -> list[S]:
        """Those whose time has come, in order; they are not on the agenda any more."""
        taken = []
        while (at := self.next()) is not None and at <= now:
            sleeper = heapq.heappop(self._heap)[2]
            sleeper.wake_at = None
            taken.append(sleeper)
        return taken

    def next(self) -> Millis | None:
        """When the next one is to be woken."""
        while self._heap:
            at, _, sleeper = self._heap[0]
            if sleeper.wake_at == at:
                return at
            heapq.heappop(self._heap)
        return None
