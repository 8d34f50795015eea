"""How much has flowed on each plot and from each source since midnight, for the ceilings of a day.

Pure. A source keeps what it gave, whatever `plots.yaml` makes of the plot later.
"""

from collections.abc import Iterable
from enum import Enum

from devices.reading import Millis
from gateway.clock import Correction
from gateway.decisions import Run
from gateway.hamlet_time import HamletTime, TimeOfDay
from gateway.irrigation.watering import Watering

COUNTED_MS = 48 * 3_600_000
"""Litres older than this are of no local day that still lasts, wherever the clock may move."""
_MIDNIGHT = TimeOfDay(0)


class Of(Enum):
    """What has a ceiling."""

    PLOT = "plot"
    SOURCE = "source"


class DayLitres:
    """The litres of ended runs, also those that only may have flowed, each for the day on which it
    flowed. A run over a midnight that the gateway did not see counts for the day on which it ended,
    and so does what no meter saw."""

    def __init__(self, here: HamletTime) -> None:
        self._here = here
        self._used: dict[tuple[Of, str], list[tuple[Millis, float]]] = {}  # when, how many
        self._today: dict[tuple[Of, str], float] | None = None  # the sums from midnight on
        self._midnight: Millis = 0
        self._next_midnight: Millis = 0

    def count(self, run: Run) -> None:
        """A run has ended."""
        litres, ended_at = run.litres + run.unseen_l, run.ended_at
        if ended_at is None or litres <= 0:
            return
        begun_at = ended_at if run.opened_at is None else run.opened_at
        parts = [(begun_at, run.yesterday_l), (ended_at, litres - run.yesterday_l)]
        for of, id in ((Of.PLOT, run.plot), (Of.SOURCE, run.source)):
            if id is not None:
                used = self._used.get((of, id), [])
                kept = [one for one in used if one[0] > ended_at - COUNTED_MS]
                self._used[of, id] = [*kept, *parts]
        self._today = None

    def today_l(self, of: Of, id: str, now: Millis) -> float:
        """Since the last local midnight. What seems to come is counted too: the clock may have been
        ahead before a restart."""
        if self._today is None or not self._midnight <= now < self._next_midnight:
            self._midnight = self._here.on(self._here.day(now), _MIDNIGHT) or 0
            self._next_midnight = self._here.next(_MIDNIGHT, now) or now
            self._today = {
                key: sum(litres for at, litres in used if at >= self._midnight)
                for key, used in self._used.items()
            }
        return self._today.get((of, id), 0.0)

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        self._today = None
        self._used = {
            key: [(correction.of(at), litres) for at, litres in used]
            for key, used in self._used.items()
        }


def turn_day(
    waterings: Iterable[Watering], here: HamletTime, now: Millis
) -> list[tuple[Run, float]]:
    """It was midnight. The runs that gave water before, to be saved, each with the litres that
    flowed on the day that is over."""
    midnight = here.on(here.day(now), _MIDNIGHT) or now
    turned = []
    for one in waterings:
        opened_at, litres = one.run.opened_at, one.run.litres - one.run.yesterday_l
        if opened_at is not None and opened_at < midnight and litres > 0:
            turned.append((one.turn_day(now), litres))
    return turned
