"""The diary as pages, exports and the API read it, and the lots of tea that it tells of."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from devices.text import Text
from gateway.clock import Millis
from gateway.diary.lots import DAYS_TOLD, LOT, Lot, is_harvest, tell_origin
from gateway.hamlet_time import HamletTime
from gateway.history import DiaryLine, DiaryPart, History
from gateway.plot_records import DiaryEntry, DiaryKind
from gateway.plots import Plot
from gateway.views.diary_days import DiaryDays, Wanted, read_days

DAY_MS = 86_400_000
AHEAD_MS = 62 * DAY_MS
"""A plucking may be planned for so long."""
LINES_AT_ONCE = 500
"""Read for an export between two other questions."""
VERSIONS_MAX = 50
"""Of one entry: nobody corrects it so often."""
LOTS_SHOWN = 60
PAST_MAX = 2000
"""Entries of a plot in the 90 days before a plucking; there are a hundred."""


@dataclass(frozen=True, slots=True)
class LotLine:
    """A plucking in the list of lots."""

    code: str
    entry: DiaryEntry


class DiaryViews:
    """Answers questions about the diary."""

    def __init__(
        self,
        plots: Sequence[Plot],
        history: History,
        here: HamletTime,
        clock: Callable[[], Millis],
    ) -> None:
        self.here = here
        self._plots = {plot.id: plot for plot in plots}
        self._history = history
        self._clock = clock

    @property
    def plots(self) -> Mapping[str, Plot]:
        """By id, in the order of the site."""
        return self._plots

    def label(self, plot: str) -> Text:
        """What people call a plot, also one that is gone."""
        found = self._plots.get(plot)
        return found.label if found else Text(plot, plot)

    async def days(self, wanted: Wanted) -> DiaryDays:
        """The newest whole days, planned ones before them; only lines that count."""
        latest = self._clock() + AHEAD_MS
        return await asyncio.to_thread(read_days, self._history, self.here, wanted, latest)

    async def lines(self, part: DiaryPart) -> Sequence[DiaryLine]:
        """A part of the diary."""
        return await asyncio.to_thread(self._history.diary, part)

    async def entry(self, id: str) -> DiaryLine | None:
        """One entry."""
        return await asyncio.to_thread(self._history.entry, id)

    async def earlier(self, entry: DiaryEntry) -> Sequence[DiaryEntry]:
        """How it read before it was corrected, the newest first."""
        return await asyncio.to_thread(self._earlier, entry)

    def each(self, part: DiaryPart) -> Iterator[DiaryLine]:
        """Every line of a part, whatever its limit, oldest first. Blocks: for worker threads."""
        after = None
        while True:
            lines = self._history.diary(part._replace(limit=LINES_AT_ONCE, after=after))
            yield from lines
            if len(lines) < LINES_AT_ONCE:
                return
            after = lines[-1].entry.at, lines[-1].entry.id

    async def lots(self) -> Sequence[LotLine]:
        """The newest pluckings, each with the code of its lot."""
        now = self._clock()
        part = DiaryPart(
            0, now + 1, LOTS_SHOWN, kind=DiaryKind.PLUCK, newest_first=True, counting=True
        )
        return [
            LotLine(str(line.entry.facts.get("lot")), line.entry)
            for line in await self.lines(part)
            if is_harvest(line.entry)
        ]

    async def lot(self, code: str) -> Lot | None:
        """What a buyer may know of a lot; None when there is no such one."""
        if not LOT.fullmatch(code):
            return None
        return await asyncio.to_thread(self._lot, code)

    def _earlier(self, entry: DiaryEntry) -> Sequence[DiaryEntry]:
        found: list[DiaryEntry] = []
        while entry.corrects is not None and len(found) < VERSIONS_MAX:
            line = self._history.entry(entry.corrects)
            if line is None:
                break
            entry = line.entry
            found.append(entry)
        return found

    def _lot(self, code: str) -> Lot | None:
        plucks = [entry for entry in self._history.pluckings(code) if is_harvest(entry)]
        if not plucks:
            return None
        origins = []
        for pluck in {one.plot: one for one in plucks}.values():
            part = DiaryPart(
                pluck.at - DAYS_TOLD * DAY_MS,
                pluck.at + 1,
                PAST_MAX,
                plot=pluck.plot,
                counting=True,
            )
            past = [line.entry for line in self._history.diary(part)]
            origins.append(tell_origin(pluck, past, self.here))
        return Lot(code, self.here.day(plucks[0].at), tuple(origins))
