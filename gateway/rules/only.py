"""`only:` when a rule is open at all: between times of day, on some weekdays, in some months. Pure.

What begins in the evening belongs to the day on which it begins: `between: [22:00, 05:00]` with
`weekdays: [fri]` ends on Saturday at five.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from devices.reading import Millis
from gateway.hamlet_time import DAYS_AHEAD_MAX, HamletTime, TimeOfDay

_MIDNIGHT = TimeOfDay(0)
_DAYS_BACK = 2
"""Six hours after a late sunset is tomorrow, and what begins then may end on the day after."""


@dataclass(frozen=True, slots=True)
class Only:
    """Weekdays count from Monday, 0; months from January, 1. All of them unless `weekdays` or
    `months` names some; the whole day without `between`."""

    between: tuple[TimeOfDay, TimeOfDay] | None = None
    weekdays: frozenset[int] = frozenset()
    months: frozenset[int] = frozenset()

    @property
    def by_sun(self) -> bool:
        """Whether its hours move with the days."""
        return self.between is not None and any(end.sun is not None for end in self.between)

    def is_open(self, at: Millis, here: HamletTime) -> bool:
        """Whether that time is meant."""
        first = here.day(at) - timedelta(days=_DAYS_BACK)
        return any(begin <= at < end for begin, end in self._hours(first, _DAYS_BACK + 2, here))

    def next_edge(self, after: Millis, here: HamletTime) -> Millis | None:
        """When it may open or close next; None when it does not within a year."""
        first = here.day(after) - timedelta(days=_DAYS_BACK)
        nearest: Millis | None = None
        for begin, end in self._hours(first, DAYS_AHEAD_MAX + _DAYS_BACK + 1, here):
            if nearest is not None and begin > nearest:
                break
            later = [edge for edge in (begin, end, nearest) if edge is not None and edge > after]
            nearest = min(later, default=None)
        return nearest

    def _hours(self, first: date, count: int, here: HamletTime) -> Iterator[tuple[Millis, Millis]]:
        """Begin and end of what is open on each of these days, in order."""
        begins, ends = self.between or (_MIDNIGHT, _MIDNIGHT)
        for ahead in range(count):
            day = first + timedelta(days=ahead)
            if self.weekdays and day.weekday() not in self.weekdays:
                continue
            if self.months and day.month not in self.months:
                continue
            begin, end = here.on(day, begins), here.on(day, ends)
            if begin is not None and end is not None and end <= begin:
                end = here.on(day + timedelta(days=1), ends)
            if begin is not None and end is not None:
                yield begin, end
