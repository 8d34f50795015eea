"""When which instance must be looked at although no reading came.

One heap; an instance has at most one valid entry. A later wish does not move an earlier entry:
the instance is then woken for nothing once, which is cheaper than a heap operation per message.
"""

import heapq
from itertools import count

from devices.reading import Millis
from gateway.rules.instance import Instance


class Agenda:
    """Owns `wake_at` of the instances."""

    def __init__(self) -> None:
        self._heap: list[tuple[Millis, int, Instance]] = []
        self._count = count()

    def wake(self, instance: Instance, at: Millis) -> None:
        """Wake the instance at that time at the latest."""
        if instance.wake_at is None or at < instance.wake_at:
            instance.wake_at = at
            heapq.heappush(self._heap, (at, next(self._count), instance))

    def forget(self, instance: Instance) -> None:
        """Never wake it, unless asked again."""
        instance.wake_at = None

    def take(self, now: Millis) -> list[Instance]:
        """Those whose time has come, in order; they are not on the agenda any more."""
        taken = []
        while (at := self.next()) is not None and at <= now:
            instance = heapq.heappop(self._heap)[2]
            instance.wake_at = None
            taken.append(instance)
        return taken

    def next(self) -> Millis | None:
        """When the next one is to be woken."""
        while self._heap:
            at, _, instance = self._heap[0]
            if instance.wake_at == at:
                return at
            heapq.heappop(self._heap)
        return None
