"""The diary by days: how much was watered on each, and which of its lines are alike."""

from collections.abc import Iterable, Sequence
from datetime import date

from gateway.diary.figures import number_of, planned_of
from gateway.hamlet_time import HamletTime
from gateway.plot_records import DiaryEntry, DiaryKind

MINUTE_MS = 60_000
_OTHERWISE = ("withdrawn", "cause_en", "curtailed_en", "unseen_l", "note")
"""What an entry says of a watering in which something was not as always."""


def litres_of_days(entry: DiaryEntry, here: HamletTime) -> Sequence[tuple[date, float]]:
    """What flowed on which day: one over midnight is of two."""
    litres = number_of(entry, "litres") or 0.0
    if entry.kind is not DiaryKind.IRRIGATION or entry.facts.get("withdrawn") or not litres:
        return ()
    lasted_ms = round((number_of(entry, "lasted_min") or 0.0) * MINUTE_MS)
    first, last = here.day(entry.at), here.day(entry.at + lasted_ms)
    before = min(number_of(entry, "before_midnight_l") or 0.0, litres)
    return ((first, litres),) if first == last else ((first, before), (last, litres - before))


def fold(entries: Iterable[DiaryEntry]) -> Sequence[Sequence[DiaryEntry]]:
    """The lines of one day in their order. Waterings of a plot that are alike, in which all went
    well by itself, are one line; what people did never is."""
    lines: dict[object, list[DiaryEntry]] = {}
    for entry in entries:
        facts = entry.facts
        alike = (entry.plot, entry.by, facts.get("method"), facts.get("measured"))
        lines.setdefault(alike if went_by_itself(entry) else entry.id, []).append(entry)
    return list(lines.values())


def went_by_itself(entry: DiaryEntry) -> bool:
    """Whether this is a watering in which nobody did anything, and nothing went wrong."""
    if entry.kind is not DiaryKind.IRRIGATION or not entry.facts.get("automatic"):
        return False
    odd = entry.corrects is not None or any(entry.facts.get(name) for name in _OTHERWISE)
    return not odd and planned_of(entry) is None
