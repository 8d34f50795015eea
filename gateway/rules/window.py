"""The values of one metric of one device in the last so many milliseconds, in bounded memory.

Up to SAMPLES_MAX values are kept as they are. Of more, those that lie within the same slot, a
SLOTS-th of the window, become one entry; only the newest value is never merged. So nothing is
estimated but what crosses the window's beginning, and that by one slot at most.
"""

from array import array
from bisect import bisect_right
from itertools import groupby

from devices.reading import Millis
from gateway.clock import Correction
from gateway.rules.expression.nodes import Function

SAMPLES_MAX = 240
"""Entries: a day of a sensor that reports every ten minutes, as it is. They take 17 kB."""
SLOTS = 120
"""Half of that: so merging, which looks at all entries, is needed once in a hundred values."""
DECIMALS = 6
"""No sensor of a hamlet measures that finely."""
_HOUR_MS = 3_600_000


class Window:
    """The window ends now and begins `ms` before; a value measured just then is outside.

    A value is in force until the next one comes, but no longer than `carry` ms, after which nobody
    knows. A counter rises from one value to the next; when it falls it has begun anew at zero.

    Entry i of each column: `_at` its (first) sample, `_value` the last one, `_low` and `_high`;
    `_total` of `_samples` values; `_cover` how long they were in force and `_area` the integral
    over that time, both 0 for the newest; `_rise` of the counter, each rise counted when it was
    seen. What came before the window's beginning is kept as far as it is in force there.

    `_all` is the sums of the columns, kept up to date so that asking costs the same however many
    entries there are, `_least` and `_most` the extremes, None when they are to be found anew.
    """

    __slots__ = (
        "_all",
        "_area",
        "_at",
        "_counter",
        "_cover",
        "_high",
        "_least",
        "_low",
        "_most",
        "_numbers",
        "_rise",
        "_samples",
        "_since",
        "_subtracted",
        "_sums",
        "_total",
        "_value",
        "ms",
    )

    def __init__(self, ms: Millis, *, counter: bool, since: Millis | None) -> None:
        """All values measured after `since` will be added, as far as that is known already."""
        self.ms = ms
        self._counter = counter
        self._since = since
        self._at: array[int] = array("q")
        self._samples: array[int] = array("q")
        self._value, self._low, self._high, self._total, self._area, self._cover, self._rise = (
            array("d") for _ in range(7)
        )
        self._sums = (self._total, self._area, self._cover, self._rise)
        self._all = _Sums()
        self._least: float | None = None
        self._most: float | None = None
        self._subtracted = 0
        self._numbers = (self._value, self._low, self._high, *self._sums)

    @property
    def entries(self) -> int:
        """How many values are kept, merged ones counted once: at most SAMPLES_MAX."""
        return len(self._at)

    def add(self, at: Millis, value: float, carry: Millis) -> None:
        """A value was measured; one that comes late is put where it belongs."""
        times = self._at
        if times and at < times[-1]:
            self._add_late(at, value, carry)
            return
        times.append(at)
        self._samples.append(1)
        for column in (self._value, self._low, self._high, self._total):
            column.append(value)
        for column in (self._area, self._cover, self._rise):
            column.append(0.0)
        known = self._all
        known.samples += 1
        known.total += value
        if self._least is not None and value < self._least:
            self._least = value
        if self._most is not None and value > self._most:
            self._most = value
        last = len(times) - 1
        if last:
            self._close(last - 1, carry)
            self._find_rise(last)
            known.cover += self._cover[last - 1]
            known.area += self._area[last - 1]
            known.rise += self._rise[last]
        else:
            self.watched_from(at)
        self._leave_behind(at)
        if last >= SAMPLES_MAX:
            self._merge()

    def watched_from(self, at: Millis) -> None:
        """All values measured after that, too, were added or will be."""
        if self._since is None or at < self._since:
            self._since = at

    def figure(self, function: Function, now: Millis, carry: Millis) -> float | None:
        """What is made of the values; None when less than half of the window is known."""
        self._leave_behind(now)
        start = now - self.ms
        if function in (Function.SUM, Function.COUNT):
            since = self._since
            if since is None or 2 * (now - max(start, since)) < self.ms:
                return None
            before = bool(self._at) and self._at[0] <= start
            if function is Function.COUNT:
                return self._all.samples - (self._samples[0] if before else 0)
            return _rounded(self._all.total - (self._total[0] if before else 0.0))
        known = self._known(now, carry)
        if known is None:
            return None
        match function:
            case Function.AVERAGE:
                area, covered = known
                return _rounded(area / covered)
            case Function.LEAST:
                if self._least is None:
                    self._least = min(self._low)
                return self._least
            case Function.MOST:
                if self._most is None:
                    self._most = max(self._high)
                return self._most
            case Function.CHANGE:
                return _rounded(self._change(start))
            case _:
                hours = (now - max(start, self._at[0])) / _HOUR_MS
                return _rounded(self._change(start) / hours) if hours else None

    def next_change(self, after: Millis) -> Millis | None:
        """When the next value leaves the window."""
        index = bisect_right(self._at, after - self.ms)
        return self._at[index] + self.ms if index < len(self._at) else None

    def correct(self, correction: Correction) -> None:
        """The clock was wrong. The order stays."""
        self._since = correction.of_any(self._since)
        limit = None
        for index in range(len(self._at) - 1, -1, -1):
            at = correction.of(self._at[index])
            limit = self._at[index] = at if limit is None else min(at, limit)

    def _known(self, now: Millis, carry: Millis) -> tuple[float, float] | None:
        """The integral over the time in which a value was in force, and that time; of a counter,
        whose rises are known over gaps, too, only the time. None when that is too short."""
        if not self._at:
            return None
        start, newest, oldest = now - self.ms, self._at[-1], self._at[0]
        end = min(now, newest + carry)
        if self._counter:
            covered = end - max(oldest, start)
            return (0.0, covered) if 2 * covered >= self.ms else None
        held = max(end - max(newest, start), 0)
        area = self._all.area + self._value[-1] * held
        cover = self._all.cover + held
        if oldest <= start and len(self._at) > 1 and self._cover[0]:
            outside = min(start - oldest, self._cover[0])
            area -= self._area[0] * outside / self._cover[0]
            cover -= outside
        return (area, cover) if 2 * cover >= self.ms else None

    def _change(self, start: Millis) -> float:
        """From the value in force at the beginning, or else the first one, to the newest."""
        if self._counter:
            return self._all.rise - (self._rise[0] if self._at[0] <= start else 0.0)
        return self._value[-1] - self._value[0]

    def _leave_behind(self, now: Millis) -> None:
        """Drop what is over. A counter's value from before the window tells the first rise in it,
        however old it is."""
        start, times = now - self.ms, self._at
        if len(times) < 2 or times[0] > start:
            return
        if times[1] > start and (self._counter or times[0] + self._cover[0] > start):
            return
        drop = bisect_right(times, start) - 1
        if not self._counter and drop < len(times) - 1:
            drop += times[drop] + self._cover[drop] <= start
        if drop:
            self._drop(drop)

    def _drop(self, entries: int) -> None:
        known = self._all
        for index in range(entries):
            known.samples -= self._samples[index]
            known.total -= self._total[index]
            known.area -= self._area[index]
            known.cover -= self._cover[index]
            known.rise -= self._rise[index]
            if self._least is not None and self._low[index] <= self._least:
                self._least = None
            if self._most is not None and self._high[index] >= self._most:
                self._most = None
        del self._at[:entries], self._samples[:entries]
        for column in self._numbers:
            del column[:entries]
        self._subtracted += entries
        if self._subtracted > len(self._at):
            self._sum_up()

    def _sum_up(self) -> None:
        """Add up anew: each subtraction leaves a trace, as floats do."""
        known = self._all
        known.samples = sum(self._samples)
        known.total, known.area, known.cover, known.rise = (sum(one) for one in self._sums)
        self._least = self._most = None
        self._subtracted = 0

    def _close(self, index: int, carry: Millis) -> None:
        """It is known until when this value was in force."""
        if self._samples[index] == 1:
            held = min(self._at[index + 1] - self._at[index], carry)
            self._cover[index] = held
            self._area[index] = self._value[index] * held

    def _find_rise(self, index: int) -> None:
        if self._counter:
            before, value = self._value[index - 1], self._value[index]
            self._rise[index] = value - before if value >= before else value

    def _add_late(self, at: Millis, value: float, carry: Millis) -> None:
        """Among single values it counts as if it had come in time; a merged entry takes it in
        without being in force for any longer."""
        if at <= self._at[-1] - self.ms:
            return
        index = bisect_right(self._at, at)
        before = index - 1
        if index and self._samples[before] > 1:
            self._low[before] = min(self._low[before], value)
            self._high[before] = max(self._high[before], value)
            self._total[before] += value
            self._samples[before] += 1
            self._sum_up()
            return
        self._at.insert(index, at)
        self._samples.insert(index, 1)
        entry = (value, value, value, value, 0.0, 0.0, 0.0)
        for column, part in zip(self._numbers, entry, strict=True):
            column.insert(index, part)
        self._close(index, carry)
        if index:
            self._close(before, carry)
            self._find_rise(index)
        if self._samples[index + 1] == 1:
            self._find_rise(index + 1)
        self.watched_from(at)
        if len(self._at) > SAMPLES_MAX:
            self._merge()
        self._sum_up()

    def _merge(self) -> None:
        width = self.ms // SLOTS
        last = len(self._at) - 1
        slots = groupby(range(last), lambda index: self._at[index] // width)
        spans = [(group[0], group[-1] + 1) for _, found in slots if (group := list(found))]
        for column in self._sums:
            column[:] = array("d", [*(sum(column[a:b]) for a, b in spans), column[last]])
        for column, pick in ((self._low, min), (self._high, max)):
            column[:] = array("d", [*(pick(column[a:b]) for a, b in spans), column[last]])
        self._value[:] = array("d", [*(self._value[b - 1] for _, b in spans), self._value[last]])
        self._samples[:] = array("q", [*(sum(self._samples[a:b]) for a, b in spans), 1])
        self._at[:] = array("q", [*(self._at[a] for a, _ in spans), self._at[last]])
        self._sum_up()


class _Sums:
    """Of all entries."""

    __slots__ = ("area", "cover", "rise", "samples", "total")

    def __init__(self) -> None:
        self.samples = 0
        self.total = self.area = self.cover = self.rise = 0.0


def _rounded(figure: float) -> float:
    """Without the traces that adding floats leaves: the average of equal values is that value."""
    return round(figure, DECIMALS)
