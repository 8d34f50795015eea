"""Which device of a bus is asked next, and when. Pure: times are milliseconds of any one clock.

Fair: whoever has been due for longest is next, so nobody starves on a bus that is too slow for
everybody. A device that does not answer is asked less and less often, because waiting for it costs
the others their turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from devices.reading import Millis

SILENT_MAX_MS: Millis = 300_000
"""A device that is plugged in again is heard within five minutes, unless it is asked even less
often when it answers."""

AGAIN_MS: Millis = 3000
"""One lost question is the everyday of a long cable: the device is asked again soon, but not before
an answer that is only late has come, for it could be taken for another one."""


class Poll(NamedTuple):
    """The device of that number is to be asked, at `at`."""

    number: int
    at: Millis


@dataclass(slots=True)
class _Turn:
    every: Millis
    due: Millis
    failures: int = 0


class Schedule:
    """The turns of the devices of one bus, numbered from 0 in the order of the site."""

    def __init__(self, every: Sequence[Millis], now: Millis) -> None:
        self._turns = [_Turn(interval, now) for interval in every]

    def next_poll(self) -> Poll:
        """Who is asked next, and from when on."""
        number = min(range(len(self._turns)), key=lambda each: self._turns[each].due)
        return Poll(number, self._turns[number].due)

    def answered(self, number: int, now: Millis) -> None:
        """That device has answered: it is due again an interval after its last turn, or behind
        everybody who is late already."""
        turn = self._turns[number]
        turn.failures = 0
        turn.due = max(turn.due + turn.every, now)

    def failed(self, number: int, now: Millis) -> None:
        """That device has not answered: it is asked again soon, and then each time in a row
        doubles its pause."""
        turn = self._turns[number]
        turn.failures += 1
        if turn.failures == 1:
            turn.due = now + min(turn.every, AGAIN_MS)
        else:
            longest = max(turn.every, SILENT_MAX_MS)
            turn.due = now + min(turn.every << min(turn.failures - 2, 16), longest)
