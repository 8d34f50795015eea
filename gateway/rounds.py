"""Every device in turn, for what is done for each of them now and then. Pure.

In small shares, so that five thousand devices hold up nobody's message.
"""

from gateway.fleet import Device, Fleet


class Rounds:
    """`steps` calls of `next_share` make a round, in which each device has its turn once."""

    def __init__(self, fleet: Fleet, steps: int) -> None:
        self._fleet = fleet
        self._steps = steps
        self._step = 0
        self._devices: list[Device] = []

    def next_share(self) -> list[Device]:
        """The devices whose turn it is."""
        if self._step == 0:
            self._devices = list(self._fleet)
        start, end = (
            len(self._devices) * step // self._steps for step in (self._step, self._step + 1)
        )
        self._step = (self._step + 1) % self._steps
        return self._devices[start:end]
