"""What the lines of the diary come to, for the foot of the book: only those that count."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from dashboards.words import Words
from gateway.diary.figures import number_of
from gateway.history import DiaryLine
from gateway.plot_records import DiaryKind

LITRES_PER_M3 = 1000
_FIGURE = {
    DiaryKind.IRRIGATION: "litres",
    DiaryKind.PLUCK: "kg",
    DiaryKind.FERTILISER: "kg",
    DiaryKind.SPRAY: "",
}
"""What of a kind is added up, besides how often it was done."""


class Totals:
    """Of all lines that were added."""

    def __init__(self) -> None:
        self._times: Counter[DiaryKind] = Counter()
        self._sums: defaultdict[DiaryKind, float] = defaultdict(float)

    def add(self, line: DiaryLine) -> None:
        """One more line."""
        entry = line.entry
        off = entry.facts.get("withdrawn") or entry.facts.get("planned")
        if off or line.corrected_by is not None or entry.kind not in _FIGURE:
            return
        self._times[entry.kind] += 1
        self._sums[entry.kind] += number_of(entry, _FIGURE[entry.kind]) or 0

    def told(self, words: Words) -> str:
        """In one line; empty where nothing was done that can be added up."""
        told = ", ".join(self._told(words))
        return f"{words.t('diary.paper.total')}: {told}" if told else ""

    def _told(self, words: Words) -> Iterator[str]:
        times, sums = self._times, self._sums
        if n := times[DiaryKind.IRRIGATION]:
            m3 = words.number(sums[DiaryKind.IRRIGATION] / LITRES_PER_M3, 1)
            yield words.t("diary.paper.waterings", n=n, m3=m3)
        if n := times[DiaryKind.SPRAY]:
            yield words.t("diary.paper.sprayed", n=n)
        if times[DiaryKind.FERTILISER]:
            kg = words.number(sums[DiaryKind.FERTILISER], 1)
            yield words.t("diary.paper.fertilised", kg=kg)
        if times[DiaryKind.PLUCK]:
            kg = words.number(sums[DiaryKind.PLUCK], 1)
            yield words.t("diary.paper.plucked", kg=kg)
