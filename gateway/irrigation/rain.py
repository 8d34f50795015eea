"""How much rain fell in the last hour, from the weather stations' counters.

Pure, in memory only: after a restart it is unknown until the counter has been watched again.
"""

from collections import deque
from itertools import pairwise

from devices.reading import Millis
from gateway.clock import Correction

WINDOW_MS = 3_600_000
STALE_MS = 1_800_000
"""A station that has said nothing for half an hour says nothing of the rain now."""


class RainGauge:
    """The counters of all stations, for as long as the window needs them."""

    def __init__(self) -> None:
        self._totals: dict[str, deque[tuple[Millis, float]]] = {}

    def take(self, station: str, measured_at: Millis, total_mm: float) -> None:
        """A newer value of one station's counter."""
        totals = self._totals.setdefault(station, deque())
        totals.append((measured_at, total_mm))
        # The newest value from before the window stays: the first rain in it is counted from there.
        while len(totals) > 2 and totals[1][0] <= measured_at - WINDOW_MS:
            totals.popleft()

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        self._totals = {
            station: deque((correction.of(at), total) for at, total in totals)
            for station, totals in self._totals.items()
        }

    def last_hour_mm(self, now: Millis) -> float | None:
        """The most that any station measured, or None where none knows."""
        known = [
            sum(
                max(after[1] - before[1], 0.0)
                for before, after in pairwise(totals)
                if after[0] > now - WINDOW_MS
            )
            for totals in self._totals.values()
            if len(totals) > 1 and now - totals[-1][0] <= STALE_MS
        ]
        return max(known, default=None)
