"""How much has flowed on each plot since midnight, for the ceilings of a day. Pure."""

from devices.reading import Millis
from gateway.clock import Correction
from gateway.decisions import Run
from gateway.hamlet_time import HamletTime, TimeOfDay

COUNTED_MS = 48 * 3_600_000
"""Litres older than this are of no local day that still lasts, wherever the clock may move."""
_MIDNIGHT = TimeOfDay(0)


class DayLitres:
    """The litres of ended runs. All of a run's count for the day on which it ended."""

    def __init__(self, here: HamletTime) -> None:
        self._here = here
        self._used: dict[str, list[tuple[Millis, float]]] = {}  # by plot: when, how many

    def count(self, run: Run) -> None:
        """A run has ended."""
        if run.ended_at is not None and run.litres > 0:
            ended_at, used = run.ended_at, self._used.get(run.plot, [])
            kept = [one for one in used if one[0] > ended_at - COUNTED_MS]
            self._used[run.plot] = [*kept, (ended_at, run.litres)]

    def today_l(self, plot: str, now: Millis) -> float:
        """Since the last local midnight. What seems to come is counted too: the clock may have been
        ahead before a restart."""
        midnight = self._here.on(self._here.day(now), _MIDNIGHT) or 0
        return sum(litres for at, litres in self._used.get(plot, ()) if at >= midnight)

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        self._used = {
            plot: [(correction.of(at), litres) for at, litres in used]
            for plot, used in self._used.items()
        }
