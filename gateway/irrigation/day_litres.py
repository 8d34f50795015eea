"""How much has flowed on each plot since midnight, for the ceilings of a day. Pure."""

from collections.abc import Iterable, Mapping

from devices.reading import Millis
from gateway.clock import Correction
from gateway.decisions import Run
from gateway.hamlet_time import HamletTime, TimeOfDay
from gateway.irrigation.watering import Watering

COUNTED_MS = 48 * 3_600_000
"""Litres older than this are of no local day that still lasts, wherever the clock may move."""
_MIDNIGHT = TimeOfDay(0)


class DayLitres:
    """The litres of ended runs, also those that only may have flowed, each for the day on which it
    flowed. A run over a midnight that the gateway did not see counts for the day on which it ended,
    and so does what no meter saw."""

    def __init__(self, here: HamletTime) -> None:
        self._here = here
        self._used: dict[str, list[tuple[Millis, float]]] = {}  # by plot: when, how many
        self._today: Mapping[str, float] | None = None  # the sums from midnight to midnight
        self._midnight: Millis = 0
        self._next_midnight: Millis = 0

    def count(self, run: Run) -> None:
        """A run has ended."""
        litres = run.litres + run.unseen_l
        if run.ended_at is not None and litres > 0:
            ended_at, used = run.ended_at, self._used.get(run.plot, [])
            kept = [one for one in used if one[0] > ended_at - COUNTED_MS]
            begun_at = ended_at if run.opened_at is None else run.opened_at
            parts = [(begun_at, run.yesterday_l), (ended_at, litres - run.yesterday_l)]
            self._used[run.plot] = [*kept, *parts]
            self._today = None

    def today_l(self, plot: str, now: Millis) -> float:
        """Since the last local midnight. What seems to come is counted too: the clock may have been
        ahead before a restart."""
        return self.of_today(now).get(plot, 0.0)

    def of_today(self, now: Millis) -> Mapping[str, float]:
        """That of every plot that got water. All plots ask at once, and for each of them a source
        asks for all."""
        if self._today is None or not self._midnight <= now < self._next_midnight:
            self._midnight = self._here.on(self._here.day(now), _MIDNIGHT) or 0
            self._next_midnight = self._here.next(_MIDNIGHT, now) or now
            self._today = {
                plot: sum(litres for at, litres in used if at >= self._midnight)
                for plot, used in self._used.items()
            }
        return self._today

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        self._today = None
        self._used = {
            plot: [(correction.of(at), litres) for at, litres in used]
            for plot, used in self._used.items()
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
