"""What became of the water of a season, by way of watering and plot.

The ground tells it, not the gateway: what the gateway believed stands beside it. Depths are mm on
the plot. Depletion is what the root zone lacks to field capacity; below zero it holds more.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import fmean
from typing import TypeVar

from devices.text import Text
from firmware_sim.ground import Books
from gateway.cli.season.ways import Way

Key = TypeVar("Key")

STRESS_SHARE = 0.05
"""Of a day's thirst. On a day on which the tea lacks more than this it is counted as stressed."""


@dataclass(frozen=True, slots=True)
class PlotDay:
    """`books` are the day's; `depletion_mm` is the ground's at its end, `believed_mm` what the
    gateway's balance had for it, None where it had none."""

    day: date
    books: Books
    depletion_mm: float
    believed_mm: float | None

    @property
    def stressed(self) -> bool:
        """Whether the tea thirsted."""
        return self.books.deficit > STRESS_SHARE


@dataclass(frozen=True, slots=True)
class PlotSeason:
    """`runs` are counted by how they ended, `failures` of them by cause, `kept_back` the refusals
    that were told, by interlock. `curve` is the ground's depletion at the WaySeason's hours."""

    plot: str
    area_m2: float
    raw_mm: float
    begin_mm: float
    books: Books
    days: Sequence[PlotDay]
    runs: Mapping[str, int]
    failures: Mapping[Text, int]
    kept_back: Mapping[str, int]
    curve: Sequence[float]

    @property
    def water_l(self) -> float:
        """What flowed through its meters."""
        return self.books.irrigated_mm * self.area_m2

    @property
    def end_mm(self) -> float:
        """The ground's depletion at the end."""
        return self.days[-1].depletion_mm

    @property
    def stress_days(self) -> int:
        """Days on which the tea thirsted."""
        return sum(day.stressed for day in self.days)

    @property
    def believed_mm(self) -> float | None:
        """What the gateway's balance had at the end."""
        return self.days[-1].believed_mm

    @property
    def belief_error_mm(self) -> float | None:
        """How far the balance was from the ground at the end of each day, on the mean. Water above
        field capacity drains within days and is none of a balance's business."""
        errors = [
            abs(day.believed_mm - max(day.depletion_mm, 0.0))
            for day in self.days
            if day.believed_mm is not None
        ]
        return fmean(errors) if errors else None


@dataclass(frozen=True, slots=True)
class WaySeason:
    """A season of some plots, watered in one way; `hours` since its first midnight are the
    times of the curves; `seconds` is how long it took to compute."""

    way: Way
    plots: Sequence[PlotSeason]
    hours: Sequence[float]
    seconds: float = field(compare=False)

    @property
    def area_m2(self) -> float:
        """Of all plots."""
        return sum(one.area_m2 for one in self.plots)

    @property
    def water_l(self) -> float:
        """What flowed through the meters."""
        return sum(one.water_l for one in self.plots)

    @property
    def runs(self) -> Counter[str]:
        """By how they ended."""
        return _added([one.runs for one in self.plots])

    @property
    def failures(self) -> Counter[Text]:
        """Of runs, by cause."""
        return _added([one.failures for one in self.plots])

    @property
    def kept_back(self) -> Counter[str]:
        """Refusals by interlock."""
        return _added([one.kept_back for one in self.plots])

    @property
    def stress_days(self) -> float:
        """Of a plot, on the mean."""
        return fmean(one.stress_days for one in self.plots)

    @property
    def belief_error_mm(self) -> float | None:
        """On the mean of the plots."""
        errors = [one.belief_error_mm for one in self.plots if one.belief_error_mm is not None]
        return fmean(errors) if errors else None

    def mean(self, of: Callable[[PlotSeason], float]) -> float:
        """Of the plots, by their areas."""
        return sum(of(one) * one.area_m2 for one in self.plots) / self.area_m2

    @property
    def deficit(self) -> float:
        """The share of its thirst that the tea could not quench, 0 to 1."""
        thirst = self.mean(lambda one: one.books.thirst_mm)
        return 1 - self.mean(lambda one: one.books.evaporated_mm) / thirst if thirst > 0 else 0.0


def _added(counts: Sequence[Mapping[Key, int]]) -> Counter[Key]:
    total: Counter[Key] = Counter()
    for count in counts:
        total.update(count)
    return total
