"""When each plot is looked at next: the times of its schedule, and looks in between. Pure."""

from dataclasses import dataclass
from typing import NamedTuple

from devices.reading import Millis
from gateway.hamlet_time import HamletTime
from gateway.irrigation.fieldbook import next_keeping
from gateway.plots import Plot
from gateway.plots.modes import CATCH_UP_MS

TOLD_MS = 86_400_000
"""A missed time that is older than this is not spoken of."""
AGAIN_MS = 43_200_000
"""A clock that is set back by less than this finds the same time again, and not a new one."""


class Moment(NamedTuple):
    """A time of the schedule that has come; `missed` when nobody was there to see it, `new` when it
    is dealt with for the first time."""

    at: Millis
    missed: bool
    new: bool


@dataclass(slots=True)
class _Entry:
    """`look` is when the plot is looked at next, `moment` the time of its schedule that comes next
    or has come and is not dealt with; `tried`, that it was looked at in time."""

    plot: Plot
    hourly: bool
    look: Millis | None
    moment: Millis | None
    tried: bool = False


class Almanac:
    """Of all plots; those that are not in it are not looked at."""

    def __init__(self, here: HamletTime) -> None:
        self._here = here
        self._entries: dict[str, _Entry] = {}
        self._dealt_with: dict[str, Millis] = {}  # by plot: the newest time of its schedule
        self._earliest: Millis | None = None  # of the looks, at most: none is sooner

    def deal_with(self, plot: str, moment: Millis) -> None:
        """That time of its schedule was, before the start."""
        self._dealt_with[plot] = moment

    def enter(
        self, plot: Plot, *, hourly: bool, first: Millis, last: Millis | None, now: Millis
    ) -> None:
        """Look at the plot from `first` on: every hour, and at the times of its schedule that came
        since the `last` look; None: that are to come."""
        since = now if last is None else min(max(last, now - TOLD_MS), now)
        dealt_with = self._dealt_with.get(plot.id, since)
        if since < dealt_with < now + AGAIN_MS:
            since = dealt_with
        before, moment = self._entries.get(plot.id), self._next(plot, since)
        tried = before is not None and before.tried and before.moment == moment
        entry = self._entries[plot.id] = _Entry(plot, hourly, None, moment, tried)
        if hourly:
            self._set(entry, first)
        elif entry.moment is not None:
            self._set(entry, max(first, entry.moment))

    def forget(self, plot: str) -> None:
        """It is not looked at until something changes."""
        self._entries.pop(plot, None)

    def look_at(self, plot: str, at: Millis) -> None:
        """Instead of whatever look was planned; only of plots that are in it."""
        entry = self._entries.get(plot)
        if entry is not None:
            self._set(entry, at)

    def look_by(self, plot: str, at: Millis, now: Millis) -> None:
        """Then at the latest: what was found may be gone before, and is said to be."""
        entry = self._entries.get(plot)
        if entry is not None:
            self._set(entry, min(at, next_keeping(now)) if entry.hourly else at)

    def settle(self, plot: str, now: Millis) -> None:
        """What was due is dealt with: plan the next look."""
        entry = self._entries.get(plot)
        if entry is None:
            return
        if entry.moment is not None and entry.moment <= now:
            self._dealt_with[plot] = entry.moment
            late = now - entry.moment > CATCH_UP_MS
            since = max(entry.moment, now - CATCH_UP_MS - 1) if late else now
            entry.moment, entry.tried = self._next(entry.plot, since), False
        times = [next_keeping(now)] if entry.hourly else []
        if entry.moment is not None:
            times.append(entry.moment)
        self._set(entry, min(times, default=None))

    def moment(self, plot: str, now: Millis) -> Moment | None:
        """The time of the schedule that has come, if one has and is not too old to count."""
        entry = self._entries.get(plot)
        if entry is None or entry.moment is None or entry.moment > now:
            return None
        late = now - entry.moment > CATCH_UP_MS
        if late and entry.tried:
            return None
        new, entry.tried = not entry.tried, True
        return Moment(entry.moment, late, new)

    def pending(self, plot: str, now: Millis) -> Millis | None:
        """The time of the schedule that has come and is not dealt with."""
        entry = self._entries.get(plot)
        moment = None if entry is None else entry.moment
        return moment if moment is not None and moment <= now else None

    def next_moment(self, plot: Plot, now: Millis) -> Millis | None:
        """The time of its schedule after `now`."""
        return self._next(plot, now)

    def next_look(self, plot: str) -> Millis | None:
        """The one that is planned."""
        entry = self._entries.get(plot)
        return None if entry is None else entry.look

    def due(self, now: Millis) -> list[str]:
        """The plots whose look is due; each is to be given another. In the order of the file."""
        if self._earliest is None or now < self._earliest:
            return []
        found = [
            id
            for id, entry in self._entries.items()
            if entry.look is not None and entry.look <= now
        ]
        for id in found:
            self._entries[id].look = next_keeping(now)
        looks = (entry.look for entry in self._entries.values() if entry.look is not None)
        self._earliest = min(looks, default=None)
        return found

    def next_deadline(self) -> Millis | None:
        """When the next plot is due, or sooner."""
        return self._earliest

    def _set(self, entry: _Entry, at: Millis | None) -> None:
        entry.look = at
        if at is not None and (self._earliest is None or at < self._earliest):
            self._earliest = at

    def _next(self, plot: Plot, after: Millis) -> Millis | None:
        return None if plot.schedule is None else plot.schedule.times.next(after, self._here)
