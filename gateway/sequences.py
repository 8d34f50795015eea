"""Which sequence numbers of a device have come: tells duplicates and gaps exactly.

Numbers of one boot are kept as closed ranges, usually a single one, so that neither a resent ring
buffer nor a broker's redelivery is taken for news, and a gap that is filled later disappears.
"""

from bisect import bisect_right
from itertools import pairwise

BOOTS_MAX = 4
"""Boots remembered per device: a redelivery from before the fourth restart is not expected."""
RANGES_MAX = 64
"""Ranges per boot. A device that leaves more gaps than this loses the memory of the oldest."""

Ranges = list[tuple[int, int]]


class SequenceLedger:
    """The sequence numbers seen from one device, by boot."""

    __slots__ = ("_boot", "_boots", "_high", "_low", "_unnamed")

    def __init__(self) -> None:
        self._boots: dict[str, Ranges] = {}
        self._boot: str | None = None  # the boot whose newest range is open in _low.._high
        self._low = 0
        self._high = -1
        self._unnamed = 0

    def add(self, boot: str | None, seq: int, newer: bool) -> str | None:
        """Note a number. Returns the name of its boot, or None when it is a duplicate.

        A device that does not name its boots starts a new one when its numbers fall back to 0
        while its time goes on (`newer`).
        """
        if boot is None:
            boot = self._name_boot(seq, newer)
        if boot == self._boot and seq == self._high + 1:  # the everyday case, and the fast one
            self._high = seq
            return boot
        self._close()
        ranges = self._boots.get(boot)
        if ranges is None:
            ranges = self._boots[boot] = []
            self._unnamed = max(self._unnamed, _unnamed_number(boot))
            while len(self._boots) > BOOTS_MAX:
                del self._boots[next(iter(self._boots))]
        new = _insert(ranges, seq)
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
        ranges = self._boots.get(boot, [])
        place = bisect_right(ranges, (seq, float("inf"))) - 1
        return place >= 0 and ranges[place][1] >= seq

    def gaps(self) -> list[tuple[str, int, int]]:
        """What is missing between the first and the last number of each boot: boot, first, last."""
        self._close()
        return [
            (boot, before[1] + 1, after[0] - 1)
            for boot, ranges in self._boots.items()
            for before, after in pairwise(ranges)
        ]

    def _close(self) -> None:
        if self._boot is not None:
            self._boots[self._boot][-1] = (self._low, self._high)

    def _open(self, boot: str) -> None:
        self._boot = boot
        self._low, self._high = self._boots[boot][-1]

    def dump(self) -> dict[str, Ranges]:
        """A JSON-able value that `load` takes."""
        self._close()
        return {boot: list(ranges) for boot, ranges in self._boots.items()}

    @classmethod
    def load(cls, dumped: dict[str, Ranges]) -> "SequenceLedger":
        """The ledger that was dumped."""
        ledger = cls()
        for boot, ranges in dumped.items():
            ledger._boots[boot] = [(low, high) for low, high in ranges]
            ledger._unnamed = max(ledger._unnamed, _unnamed_number(boot))
            ledger._open(boot)
        return ledger


def _unnamed_name(number: int) -> str:
    return f"~{number}"


def _unnamed_number(boot: str) -> int:
    return int(boot[1:]) if boot.startswith("~") and boot[1:].isdecimal() else 0


def _insert(ranges: Ranges, seq: int) -> bool:
    """Add `seq` to the sorted ranges; False when it was there."""
    place = bisect_right(ranges, (seq, float("inf")))
    before = ranges[place - 1] if place else None
    after = ranges[place] if place < len(ranges) else None
    if before and before[1] >= seq:
        return False
    joins_before = before is not None and before[1] == seq - 1
    joins_after = after is not None and after[0] == seq + 1
    low = before[0] if before and joins_before else seq
    high = after[1] if after and joins_after else seq
    ranges[place - joins_before : place + joins_after] = [(low, high)]
    if len(ranges) > RANGES_MAX:
        del ranges[0]
    return True
