"""What a crop makes of ET0: its coefficient through the year, and how much dryness it bears.

The seasons of a crop that stays for years are told by dates, which come again every year.
"""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import NamedTuple

P_LOW, P_HIGH = 0.1, 0.8
"""Bounds of the depletion fraction (FAO-56 table 22, note 2)."""
P_ETC_MM = 5.0
"""The demand at which table 22 gives the depletion fractions."""
P_PER_MM = 0.04


class MonthDay(NamedTuple):
    """A day that every year has."""

    month: int
    day: int


class Seasons(NamedTuple):
    """The first days of the four stages, in the order in which they follow each other."""

    initial: MonthDay
    development: MonthDay
    middle: MonthDay
    late: MonthDay


TEA_OF_THE_NORTH = Seasons(MonthDay(12, 1), MonthDay(2, 1), MonthDay(4, 1), MonthDay(10, 1))
"""Of northern Vietnam: dormant in December and January, flushing until March, plucked until
September, slowing down. FAO-56 tells none for tea: to be set by whoever knows the garden."""


@dataclass(frozen=True, slots=True)
class Crop:
    """Kc of the initial, middle and late stage (FAO-56 table 12), the depletion fraction p at
    5 mm a day and the depth of roots in m (table 22). Raises ValueError for what no crop has."""

    kc_initial: float
    kc_middle: float
    kc_end: float
    p: float
    root_depth_m: float
    seasons: Seasons = TEA_OF_THE_NORTH

    def __post_init__(self) -> None:
        if not all(0 < kc <= 2 for kc in (self.kc_initial, self.kc_middle, self.kc_end)):
            raise ValueError("a crop coefficient is more than 0 and at most 2")
        if not P_LOW <= self.p <= P_HIGH:
            raise ValueError(f"a depletion fraction is between {P_LOW:g} and {P_HIGH:g}")
        if not self.root_depth_m > 0:
            raise ValueError("roots have a depth")
        for start in self.seasons:
            date(2001, *start)  # raises ValueError for a day that some year lacks
        turns = sum(after <= before for before, after in pairwise((*self.seasons, self.seasons[0])))
        if turns != 1:
            raise ValueError("the stages do not follow each other through one year")

    def kc(self, day: date) -> float:
        """The coefficient of that day (Eq. 66): steady in the initial and middle stage, on a
        straight line between them, and from the middle to the end."""
        initial, development, middle, late = (_start(one, day) for one in self.seasons)
        latest = max(initial, development, middle, late)
        if latest == development:
            share = _passed(development, self.seasons.middle, day)
            return self.kc_initial + share * (self.kc_middle - self.kc_initial)
        if latest == late:
            share = _passed(late, self.seasons.initial, day)
            return self.kc_middle + share * (self.kc_end - self.kc_middle)
        return self.kc_middle if latest == middle else self.kc_initial


def constant(kc: float, *, p: float, root_depth_m: float) -> Crop:
    """A crop that needs the same share of ET0 all the year."""
    return Crop(kc, kc, kc, p, root_depth_m)


TEA_UNSHADED = Crop(0.95, 1.00, 1.00, p=0.40, root_depth_m=0.9)
"""Tables 12 and 22; of the roots' 0.9–1.5 m the lesser, which waters sooner."""
TEA_SHADED = Crop(1.10, 1.15, 1.15, p=0.45, root_depth_m=0.9)


def adjusted_p(p: float, etc_mm: float) -> float:
    """The share of the soil's water that a crop takes without harm on a day on which it needs
    `etc_mm` (FAO-56 p. 162): less when it needs much."""
    return min(max(p + P_PER_MM * (P_ETC_MM - etc_mm), P_LOW), P_HIGH)


def _start(stage: MonthDay, day: date) -> date:
    """When the stage last began, that day included."""
    this_year = date(day.year, *stage)
    return this_year if this_year <= day else date(day.year - 1, *stage)


def _passed(began: date, until: MonthDay, day: date) -> float:
    """The share of a stage that has passed on the evening before `day`."""
    ends = date(began.year, *until)
    if ends <= began:
        ends = date(began.year + 1, *until)
    return (day - began) / (ends - began)
