"""Which sequence numbers of a device have come: tells duplicates and gaps exactly.

Numbers of one boot are kept as closed ranges, usually a single one, so that neither a resent ring
buffer nor a broker's redelivery is taken for news, and a gap that is filled later disappears.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from devices.reading import Millis
from gateway.clock import Correction

BOOTS_MAX = 4
"""Boots remembered per device: a redelivery from before the fourth restart is not expected."""
RANGES_MAX = 64
"""Ranges per boot. A device that leaves more gaps than this loses the memory of the oldest."""
AWAITED_MS: Millis = 7 * 86_400_000
"""How old a gap may be while its readings are still expected: the ring buffer of a device that
reports every few minutes lasts for days, none lasts longer than a week."""
FIRST_MAX = 10_000
"""The first number of a new boot, up to which those before it count as missing. A device that
begins further on does not count from 0."""
GAP_MAX = 604_800
"""One reading a second for the week in which a gap is awaited: no ring buffer holds more. Numbers
that are further apart are a leap: the device counts on elsewhere and measured nothing between."""

WIRED = "serial-"
"""So begin the names that the gateway gives the boots of what hangs on its serial lines."""

REFUSED_MAX = 256
"""Numbers of rejected readings remembered per device."""


class Range(NamedTuple):
    """Numbers that have come, both ends included, and when these two were measured."""

    low: int
    high: int
    since: Millis
    until: Millis


class Gap(NamedTuple):
    """Numbers that have not come, both ends included, and when the readings on either side of them
    were measured."""

    boot: str
    first: int
    last: int
    since: Millis
    until: Millis

    @property
    def readings(self) -> int:
        """How many."""
        return self.last - self.first + 1

    @property
    def is_leap(self) -> bool:
        """Whether the device leapt over these numbers, rather than lost so many readings."""
        return self.readings > GAP_MAX


class SequenceLedger:
    """The sequence numbers seen from one device, by boot.

    `lost` counts the readings whose gaps are no longer remembered, for there were too many.
    """

    __slots__ = (
        "_boot",
        "_boots",
        "_high",
        "_low",
        "_refused",
        "_since",
        "_unnamed",
        "_until",
        "lost",
    )

    def __init__(self) -> None:
        self._boots: dict[str, list[Range]] = {}
        self._boot: str | None = None  # whose newest range is open: _low, _high, _since, _until
        self._low = 0
        self._high = -1
        self._since = 0
        self._until = 0
        self._unnamed = 0
        self._refused: dict[tuple[str, int], None] = {}
        self.lost = 0

    def add(self, boot: str | None, seq: int, at: Millis, newer: bool) -> str | None:
        """Note a number that was measured `at`. Returns the name of its boot, or None when it is a
        duplicate.

        A device that does not name its boots starts a new one when its numbers fall back to 0
        while its time goes on (`newer`).
        """
        if boot is None:
            boot = self._name_boot(seq, newer)
        if boot == self._boot and seq == self._high + 1:  # the everyday case, and the fast one
            self._high = seq
            self._until = at
            return boot
        self._close()
        ranges = self._boots.get(boot)
        if ranges is None:
            ranges = self._begin(boot, seq, at)
        new = _insert(ranges, seq, at)
        if len(ranges) > RANGES_MAX:
            oldest = _between(boot, ranges[0], ranges[1])
            self.lost += 0 if oldest.is_leap else oldest.readings
            del ranges[0]
        self._open(boot)
        return boot if new else None

    def _name_boot(self, seq: int, newer: bool) -> str:
        if (
            seq == 0
            and newer
            and self._boot is not None
            and self.seen(_unnamed_name(self._unnamed), 0)
        ):
            self._unnamed += 1
        return _unnamed_name(self._unnamed)

    def seen(self, boot: str, seq: int) -> bool:
        """Whether that number has come already."""
        self._close()
        return _holds(self._boots.get(boot, []), seq)

    def refuse(self, boot: str | None, seq: int) -> None:
        """A reading of that number came and was rejected: it is not missing, and sending it again
        would be no use. Known until the next restart, after which it is asked for once more."""
        self._refused[boot or _unnamed_name(self._unnamed), seq] = None
        if len(self._refused) > REFUSED_MAX:
            del self._refused[next(iter(self._refused))]

    def gaps(self, boot: str | None = None) -> list[Gap]:
        """What is missing between the first and the last number of each boot, or of the one that
        is named. A boot that follows another is known to have begun at 0."""
        gaps = [gap for gap in self._unseen(boot) if not gap.is_leap]
        return [gap for gap in gaps if not self._is_refused(gap)] if self._refused else gaps

    def leaps(self, boot: str) -> list[Gap]:
        """What that boot leapt over: numbers that have not come, and are not missed."""
        return [gap for gap in self._unseen(boot) if gap.is_leap]

    def _unseen(self, boot: str | None) -> list[Gap]:
        self._close()
        return [
            _between(name, before, after)
            for name, ranges in self._boots.items()
            if boot in (None, name)
            for before, after in pairwise(ranges)
        ]

    def _is_refused(self, gap: Gap) -> bool:
        numbers = range(gap.first, gap.last + 1)
        refused = self._refused
        return len(numbers) <= REFUSED_MAX and all((gap.boot, seq) in refused for seq in numbers)

    def lowest(self, boot: str) -> int:
        """The lowest number known of that boot; -1 when nothing is missing before it."""
        self._close()
        return self._boots[boot][0].low

    def newest(self) -> tuple[str, int] | None:
        """The boot that measured last, and the number that it has come to; None before the first.
        That is not its highest number when it has leapt and come back."""
        self._close()
        counts = [
            (ends.until, boot, ends.high)
            for boot, ranges in self._boots.items()
            for ends in _before_leaps(boot, ranges)
        ]
        newest = max(counts, key=itemgetter(0), default=None)
        return None if newest is None else newest[1:]

    def _begin(self, boot: str, seq: int, at: Millis) -> list[Range]:
        """A boot that is new. Behind another one it is sure to have begun at 0: the number -1
        stands for that, so that what is missing before `seq` is a gap like others."""
        ranges = []
        if self._boots and seq <= FIRST_MAX:
            before = min(at, max(known[-1].until for known in self._boots.values()))
            ranges.append(Range(-1, -1, before, before))
        self._boots[boot] = ranges
        self._unnamed = max(self._unnamed, _unnamed_number(boot))
        while len(self._boots) > BOOTS_MAX:
            oldest = next(iter(self._boots))
            self.lost += sum(gap.readings for gap in self.gaps(oldest))
            del self._boots[oldest]
        return ranges

    def _close(self) -> None:
        if self._boot is not None:
            self._boots[self._boot][-1] = Range(self._low, self._high, self._since, self._until)

    def _open(self, boot: str) -> None:
        self._boot = boot
        self._low, self._high, self._since, self._until = self._boots[boot][-1]

    def correct(self, correction: Correction) -> None:
        """The gateway's clock was wrong when these numbers came."""
        self._close()
        of = correction.of
        for name, ranges in self._boots.items():
            self._boots[name] = [
                Range(one.low, one.high, of(one.since), of(one.until)) for one in ranges
            ]
        if self._boot is not None:
            self._open(self._boot)

    def dump(self) -> dict[str, object]:
        """A JSON-able value that `load` takes."""
        self._close()
        boots = {boot: [list(one) for one in ranges] for boot, ranges in self._boots.items()}
        return {"boots": boots, "lost": self.lost}

    @classmethod
    def load(
        cls, boots: Mapping[str, Iterable[tuple[int, int, Millis, Millis]]], lost: int
    ) -> "SequenceLedger":
        """The ledger that was dumped."""
        ledger = cls()
        ledger.lost = lost
        for boot, ranges in boots.items():
            ledger._boots[boot] = [Range(*one) for one in ranges]
            ledger._unnamed = max(ledger._unnamed, _unnamed_number(boot))
            ledger._open(boot)
        return ledger


def is_wired(boot: str) -> bool:
    """Whether the gateway itself gave the boot its name, for readings from a serial line."""
    return boot.startswith(WIRED)


def is_named(boot: str) -> bool:
    """Whether the device gave the boot its name."""
    return not boot.startswith("~")


def _unnamed_name(number: int) -> str:
    return f"~{number}"


def _unnamed_number(boot: str) -> int:
    return int(boot[1:]) if boot.startswith("~") and boot[1:].isdecimal() else 0


def _between(boot: str, before: Range, after: Range) -> Gap:
    return Gap(boot, before.high + 1, after.low - 1, before.until, after.since)


def _before_leaps(boot: str, ranges: list[Range]) -> Iterator[Range]:
    """The last range before each leap, and the last of all."""
    for before, after in pairwise(ranges):
        if _between(boot, before, after).is_leap:
            yield before
    yield ranges[-1]


def _holds(ranges: list[Range], seq: int) -> bool:
    place = _place(ranges, seq)
    return place > 0 and ranges[place - 1].high >= seq


def _place(ranges: list[Range], seq: int) -> int:
    """Behind the last range that begins at `seq` or before."""
    return bisect_right(ranges, seq, key=lambda one: one.low)


def _insert(ranges: list[Range], seq: int, at: Millis) -> bool:
    """Add `seq` to the sorted ranges; False when it was there."""
    if _holds(ranges, seq):
        return False
    place = _place(ranges, seq)
    before = ranges[place - 1] if place else None
    after = ranges[place] if place < len(ranges) else None
    low = high = seq
    since = until = at
    first = last = place
    if before and before.high == seq - 1:
        low, since, first = before.low, before.since, place - 1
    if after and after.low == seq + 1:
        high, until, last = after.high, after.until, place + 1
    ranges[first:last] = [Range(low, high, since, until)]
    return True
