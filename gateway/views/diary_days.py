"""The newest days of the diary, whole ones: as many as a phone shows without a long way down."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from gateway.clock import Millis
from gateway.diary.days import fold, litres_of_days
from gateway.hamlet_time import HamletTime, TimeOfDay
from gateway.history import DiaryPart, History
from gateway.plot_records import DiaryEntry, DiaryKind

LINES_SHOWN = 30
"""A page ends with the day on which it has so many."""
LINES_AT_ONCE = 100
ENTRIES_MAX = 2000
"""Read for one page; on no day so much is done."""
MIDNIGHT = TimeOfDay(0)
DAY = timedelta(days=1)


class Wanted(NamedTuple):
    """Which lines are asked for; both days included, None for all there are. `before` is the day
    at which the page before ended."""

    plot: str | None = None
    kind: DiaryKind | None = None
    first: date | None = None
    last: date | None = None
    before: date | None = None


class DiaryDay(NamedTuple):
    """`lines` of one or several entries that are alike, the newest first. `litres` flowed on that
    day; None where the lines are not about water."""

    day: date
    litres: float | None
    lines: Sequence[Sequence[DiaryEntry]]


class DiaryDays(NamedTuple):
    """The newest first; `older` is the day before which there are more."""

    days: Sequence[DiaryDay]
    older: date | None


def read_days(history: History, here: HamletTime, wanted: Wanted, latest: Millis) -> DiaryDays:
    """What happened until `latest`. Blocks."""
    ends = [day for day in (wanted.last and wanted.last + DAY, wanted.before) if day]
    end = min(ends, default=None)
    until = min(latest, _midnight(here, end)) if end else latest
    since = _midnight(here, wanted.first) if wanted.first else 0
    part = DiaryPart(
        since,
        until,
        LINES_AT_ONCE,
        plot=wanted.plot,
        kind=wanted.kind,
        newest_first=True,
        counting=True,
    )
    entries: list[DiaryEntry] = []
    while True:
        more = [line.entry for line in history.diary(part)]
        entries += more
        at_end = len(more) < LINES_AT_ONCE
        whole = _whole(entries, here, at_end=at_end)
        shown, full = _first(whole)
        if at_end or full or len(entries) >= ENTRIES_MAX:
            break
        part = part._replace(after=(more[-1].at, more[-1].id))
    shown = shown or _days(entries, here)  # more than a page's worth on one day
    older = min(shown) if shown and (len(shown) < len(whole) or not at_end) else None
    if wanted.kind in (None, DiaryKind.IRRIGATION):
        litres = _litres(history, here, part, shown, end)
        return DiaryDays(_told(shown, litres), older)
    return DiaryDays([DiaryDay(day, None, fold(shown[day])) for day in shown], older)


_Days = dict[date, list[DiaryEntry]]


def _days(entries: Sequence[DiaryEntry], here: HamletTime) -> _Days:
    days: _Days = {}
    for entry in entries:
        days.setdefault(here.day(entry.at), []).append(entry)
    return days


def _whole(entries: Sequence[DiaryEntry], here: HamletTime, *, at_end: bool) -> _Days:
    """The days of which all is read."""
    days = _days(entries, here)
    if days and not at_end:
        del days[min(days)]
    return days


def _first(days: _Days) -> tuple[_Days, bool]:
    """The first days until there are lines enough, and whether there are."""
    shown: _Days = {}
    lines = 0
    for day, entries in days.items():
        shown[day] = entries
        lines += len(fold(entries))
        if lines >= LINES_SHOWN:
            return shown, True
    return shown, False


def _litres(
    history: History, here: HamletTime, part: DiaryPart, shown: _Days, end: date | None
) -> dict[date, float]:
    """What flowed on each day, also of what began on the day before the last one."""
    if not shown:
        return {}
    midnight = _midnight(here, min(shown))
    eve = DiaryPart(
        _midnight(here, min(shown) - DAY),
        midnight,
        ENTRIES_MAX,
        plot=part.plot,
        kind=DiaryKind.IRRIGATION,
        counting=True,
    )
    entries = [entry for day in shown.values() for entry in day]
    litres: dict[date, float] = {}
    for entry in (*entries, *(line.entry for line in history.diary(eve))):
        for day, flowed in litres_of_days(entry, here):
            if day >= min(shown) and (end is None or day < end):
                litres[day] = litres.get(day, 0.0) + flowed
    return litres


def _told(shown: _Days, litres: dict[date, float]) -> list[DiaryDay]:
    """Also a day on which water only flowed on."""
    days = sorted({*shown, *litres}, reverse=True)
    return [DiaryDay(day, litres.get(day, 0.0), fold(shown.get(day, ()))) for day in days]


def _midnight(here: HamletTime, day: date) -> Millis:
    return here.on(day, MIDNIGHT) or 0
