"""A whole season of all plots in advance: what they would be given if the weather came so.

Day by day, each plot looked at once in the morning; of what keeps water back only the ceilings of
the day count, those of plot and source. Windows, pumps and people are asked when the day has come
(see `planning`). Pure, and fast enough to ask "what if" of a commune.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from gateway.agronomy.balance import step_mm
from gateway.hamlet_time import HamletTime, TimeOfDay
from gateway.irrigation.interlocks import WORTHWHILE_MIN
from gateway.irrigation.root_zone import kc, root_zone
from gateway.irrigation.supply import Supply
from gateway.irrigation.verdicts import DEPTH_MIN_MM
from gateway.plots import Mode, Plot

_MIDNIGHT = TimeOfDay(0)


class SeasonDay(NamedTuple):
    """The weather of one day: FAO-56 ET0 and rain, in mm."""

    day: date
    et0_mm: float
    rain_mm: float


class Sown(NamedTuple):
    """How a plot goes into the season: `mode` is how it is watered, `depletion_mm` what its root
    zone lacks on the evening before."""

    plot: Plot
    mode: Mode
    depletion_mm: float


class SeasonWatering(NamedTuple):
    """What a plot gets on a day: `depth_mm` reaches the roots, `litres` leave the source."""

    day: date
    depth_mm: float
    litres: float


class ShortDay(NamedTuple):
    """A day on which a source has less than its plots want, in litres."""

    day: date
    source: str
    wanted_l: float
    given_l: float


@dataclass(frozen=True, slots=True)
class PlotAhead:
    """Of one plot: `depletion_mm` on each evening, and the days with Ks below 1."""

    plot: str
    waterings: Sequence[SeasonWatering]
    depletion_mm: Sequence[float]
    stress_days: int


@dataclass(frozen=True, slots=True)
class SeasonAhead:
    """Of all plots, in the order of the file."""

    plots: Sequence[PlotAhead]
    short: Sequence[ShortDay]


def look_ahead(
    sown: Sequence[Sown], supply: Supply, here: HamletTime, days: Sequence[SeasonDay]
) -> SeasonAhead:
    """Play `days`, which follow each other. A depletion beyond what the root zone holds is taken
    for the wilting point."""
    calendar = _Calendar([one.day for one in days], here)
    beds = [_Bed(one, supply, calendar) for one in sown]
    served = sorted(beds, key=lambda bed: -bed.plot.priority)  # as they come to the pump
    short: list[ShortDay] = []
    rain_before = 0.0
    for number, (day, et0, rain) in enumerate(days):
        wanted: dict[str, float] = {}
        given: dict[str, float] = {}
        for bed in served:
            irrigation = 0.0
            depth = bed.wants_mm(number, day.month, rain_before)
            if depth >= DEPTH_MIN_MM:
                irrigation = bed.water(day, depth, wanted, given)
            bed.depletion, bed.raw, ks, _, _, _ = step_mm(
                bed.taw, bed.p, bed.depletion, et0, bed.kc[number], rain, irrigation
            )
            bed.evenings.append(bed.depletion)
            if ks < 1.0:
                bed.stress_days += 1
        for source, litres in wanted.items():
            if litres > given[source]:
                short.append(ShortDay(day, source, litres, given[source]))
        rain_before = rain
    plots = [PlotAhead(b.plot.id, b.waterings, b.evenings, b.stress_days) for b in beds]
    return SeasonAhead(plots, short)


class _Calendar:
    """What plots have in common on the days of the season, each worked out once."""

    def __init__(self, days: Sequence[date], here: HamletTime) -> None:
        self._days = days
        self._here = here
        self._kc: dict[object, list[float]] = {}
        self._moments: dict[object, list[int]] = {}

    def kc(self, plot: Plot) -> list[float]:
        """The crop coefficient of each day."""
        found = self._kc.get(plot.crop)
        if found is None:
            found = self._kc[plot.crop] = [kc(plot.crop, day) for day in self._days]
        return found

    def moments(self, plot: Plot) -> list[int]:
        """How often the plot's schedule comes on each day."""
        if plot.schedule is None or not self._days:
            return [0] * len(self._days)
        times = plot.schedule.times
        found = self._moments.get(times)
        if found is None:
            counts = dict.fromkeys(self._days, 0)
            begin = self._here.on(self._days[0], _MIDNIGHT)
            end = self._here.on(self._days[-1] + timedelta(days=1), _MIDNIGHT)
            at = None if begin is None or end is None else times.next(begin - 1, self._here)
            while at is not None and end is not None and at < end:
                counts[self._here.day(at)] += 1
                at = times.next(at, self._here)
            found = self._moments[times] = list(counts.values())
        return found


class _Bed:
    """A plot on its way through the season, with everything that stays the same worked out."""

    __slots__ = (
        "_day_max_l",
        "_due_mm",
        "_filling",
        "_goal_mm",
        "_least_l",
        "_litres_per_mm",
        "_mode",
        "_moments",
        "_source",
        "_source_max_l",
        "depletion",
        "evenings",
        "kc",
        "p",
        "plot",
        "raw",
        "stress_days",
        "taw",
        "waterings",
    )

    def __init__(self, sown: Sown, supply: Supply, calendar: _Calendar) -> None:
        plot, zone = sown.plot, root_zone(sown.plot)
        self.plot = plot
        self.taw, self.p, self.raw = zone.taw_mm, zone.p, zone.raw_mm
        self.kc = calendar.kc(plot)
        self.depletion = min(max(sown.depletion_mm, 0.0), self.taw)
        self.evenings: list[float] = []
        self.waterings: list[SeasonWatering] = []
        self.stress_days = 0
        self._mode = sown.mode
        self._moments = calendar.moments(plot) if sown.mode is Mode.SCHEDULE else []
        limits = plot.thresholds
        self._due_mm = zone.depletion_mm(limits.start_pct) if limits else 0.0
        self._goal_mm = max(zone.depletion_mm(limits.stop_pct), 0.0) if limits else 0.0
        self._filling = False
        self._litres_per_mm = plot.litres_of(1.0)
        self._day_max_l = plot.litres_per_day_max
        self._least_l = plot.rate_l_min * WORTHWHILE_MIN
        source = supply.source(plot)
        self._source = None if source is None else source.id
        self._source_max_l = None if source is None else source.litres_per_day_max

    def wants_mm(self, number: int, month: int, rain_before_mm: float) -> float:
        """What it is to be given this morning, as `verdicts` has it."""
        mode = self._mode
        if mode is Mode.SCHEDULE:
            schedule, times = self.plot.schedule, self._moments[number]
            if schedule is None or not times:
                return 0.0
            depth = schedule.depth_in(month)
            return 0.0 if rain_before_mm >= depth else depth * times
        if mode is Mode.BALANCE:
            use = self.plot.balance
            due = use.start_at * self.raw
            goal = min(use.room_mm, due)
        elif mode is Mode.SOIL:
            due, goal = self._due_mm, self._goal_mm
        else:
            return 0.0
        if self.depletion < (goal + DEPTH_MIN_MM if self._filling else due):
            self._filling = False
            return 0.0
        return self.depletion - goal

    def water(
        self, day: date, depth_mm: float, wanted: dict[str, float], given: dict[str, float]
    ) -> float:
        """Take what the ceilings leave of so much, and note it; returns mm."""
        litres = granted = depth_mm * self._litres_per_mm
        granted = min(granted, self._day_max_l)
        source, most = self._source, self._source_max_l
        if source is not None:
            taken = given.get(source, 0.0)
            wanted[source] = wanted.get(source, 0.0) + granted
            granted = granted if most is None else min(granted, most - taken)
            given[source] = taken + (granted if granted >= self._least_l else 0.0)
        self._filling = granted < litres
        if granted < self._least_l:
            return 0.0
        depth_mm = granted / self._litres_per_mm
        self.waterings.append(SeasonWatering(day, depth_mm, granted))
        return depth_mm


def litres_by_month(waterings: Iterable[SeasonWatering]) -> Mapping[tuple[int, int], float]:
    """By year and month."""
    months: dict[tuple[int, int], float] = {}
    for one in waterings:
        month = one.day.year, one.day.month
        months[month] = months.get(month, 0.0) + one.litres
    return months
