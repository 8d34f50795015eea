"""A set of numbers that mostly follow one another, however many they are."""

from bisect import bisect_left
from collections.abc import Collection
from itertools import pairwise

ASTRAY = 1000
"""A number that stands alone so far before or behind all others was not counted to: it was damaged.
The rows of several pages would have to be lost for it to be right."""


class Ids:
    """Kept as ranges without holes, in order."""

    def __init__(self) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []

    def add(self, id: int) -> bool:
        """False when it was there already."""
        at = bisect_left(self._lasts, id)  # the first range that does not end before it
        if at < len(self._lasts) and self._firsts[at] <= id:
            return False
        joins_before = at > 0 and self._lasts[at - 1] == id - 1
        joins_after = at < len(self._firsts) and self._firsts[at] == id + 1
        if joins_before and joins_after:
            del self._lasts[at - 1], self._firsts[at]
        elif joins_before:
            self._lasts[at - 1] = id
        elif joins_after:
            self._firsts[at] = id
        else:
            self._firsts.insert(at, id)
            self._lasts.insert(at, id)
        return True

    def first(self) -> int:
        """The lowest; 0 when there is none."""
        return self._firsts[0] if self._firsts else 0

    def missing(self, upto: int, leaps: Collection[int]) -> int:
        """How many are not there from the lowest to the highest, or to `upto` if that is higher.

        After a number in `leaps` counting began anew: none is missing between it and those before.
        """
        ranges = list(zip(self._firsts, self._lasts, strict=True))
        while len(ranges) > 1 and _is_astray(ranges[0], ranges[1][0] - ranges[0][1]):
            del ranges[0]
        while len(ranges) > 1 and _is_astray(ranges[-1], ranges[-1][0] - ranges[-2][1]):
            del ranges[-1]
        missing = 0
        for (_, before), (after, _) in pairwise([*(ranges or [(0, 0)]), (upto + 1, upto + 1)]):
            start = max([before, *(leap for leap in leaps if before < leap < after)])
            missing += max(0, after - start - 1)
        return missing


def _is_astray(ends: tuple[int, int], distance: int) -> bool:
    return ends[0] == ends[1] and distance > ASTRAY
