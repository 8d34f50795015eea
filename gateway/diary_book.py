"""What people write into the diary: checked against what stands in it, and saved.

One after the other, so that nobody corrects what somebody else has just corrected.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from devices.text import Text
from gateway.clock import Now
from gateway.diary.circumstances import Circumstances
from gateway.diary.draft import Draft, DraftError, TakenError, check_draft
from gateway.diary.fields import FIELDS, INTERVAL_MAX_DAYS
from gateway.diary.interval import too_early
from gateway.diary.lots import is_harvest, lot_code
from gateway.hamlet_time import HamletTime
from gateway.history import DiaryPart, History
from gateway.plot_records import DiaryEntry, DiaryKind
from gateway.plots import Plot

NEAR_MS = (INTERVAL_MAX_DAYS + 1) * 86_400_000
ENTRIES_MAX = 1000
"""Sprayings, or pluckings, of one plot in five months; there are a hundred where all goes wrong."""

_NO_TIME = Text(
    "Hệ thống chưa biết giờ đúng: hãy ghi lại sau, hoặc nhờ kỹ thuật viên xác nhận giờ.",
    "The gateway does not know the time yet: write it later, or ask a technician to confirm it.",
)
_NO_ENTRY = Text("Nhật ký không có mục này.", "The diary has no such entry.")
_CORRECTED = Text(
    "Mục này đã được sửa rồi: hãy mở bản mới nhất.",
    "This entry has been corrected already: open the newest one.",
)
_NO_LOT = Text("không có lô hàng này trong ngày hái đó", "there is no such lot of that day")
_OF_THE_WRITER = frozenset({"planned", "withdrawn", "why"})
"""Facts that follow from what was sent, besides the fields."""


class DiaryBook:
    """`save` brings an entry to the disk with what follows from it; `trusted` says whether `now`
    is the time."""

    def __init__(
        self,
        plots: Sequence[Plot],
        here: HamletTime,
        around: Circumstances,
        history: History,
        save: Callable[[DiaryEntry], Awaitable[None]],
        now: Now,
        trusted: Callable[[], bool],
    ) -> None:
        self._plots = {plot.id: plot for plot in plots}
        self._here = here
        self._around = around
        self._history = history
        self._save = save
        self._now = now
        self._trusted = trusted
        self._writing = asyncio.Lock()

    async def write(self, draft: Draft, by: str) -> DiaryEntry:
        """Save what somebody wrote, and return it as it stands in the diary. What is sent twice is
        written once. Raises DraftError; TakenError where its id stands for something else."""
        async with self._writing:
            written = await asyncio.to_thread(self._history.entry, draft.id)
            if written is not None:
                await self._check_same(written.entry, draft)
                return written.entry
            if not self._trusted():
                raise DraftError({"": _NO_TIME})
            before = await self._corrected(draft.corrects)
            now = self._now()
            entry = check_draft(draft, before, by, self._plots, self._here, self._around, now)
            entry = await asyncio.to_thread(self._judge, entry, before, draft.confirmed)
            await self._save(entry)
            return entry

    async def _check_same(self, written: DiaryEntry, draft: Draft) -> None:
        """What was sent again must read as it did the first time."""
        before = await asyncio.to_thread(self._history.entry, draft.corrects or "")
        old, at = before.entry if before else None, written.written_at
        try:
            again = check_draft(draft, old, written.by, self._plots, self._here, self._around, at)
        except DraftError:
            raise TakenError from None
        if _said(again) != _said(written):
            raise TakenError

    async def _corrected(self, id: str | None) -> DiaryEntry | None:
        if id is None:
            return None
        line = await asyncio.to_thread(self._history.entry, id)
        if line is None or line.entry.kind is DiaryKind.OVERRIDE:
            raise DraftError({"": _NO_ENTRY})
        if line.corrected_by is not None:
            raise DraftError({"": _CORRECTED})
        return line.entry

    def _judge(self, entry: DiaryEntry, before: DiaryEntry | None, confirmed: bool) -> DiaryEntry:
        """What the rest of the diary says of it. Blocks. Raises DraftError."""
        if entry.facts.get("withdrawn"):
            return entry
        self._check_lot(entry, before)
        warnings = too_early(entry, self._near(entry), self._here)
        if not warnings:
            return entry
        if not confirmed:
            raise DraftError({}, warnings)
        facts = {
            **entry.facts,
            "warning_vi": " ".join(text.vi for text in warnings),
            "warning_en": " ".join(text.en for text in warnings),
        }
        return replace(entry, facts=facts)

    def _check_lot(self, entry: DiaryEntry, before: DiaryEntry | None) -> None:
        """A lot that is joined must be of the same day."""
        lot = entry.facts.get("lot")
        own = before.facts.get("lot") if before else lot_code(entry.id)
        if not isinstance(lot, str) or lot in (own, lot_code(entry.id)):
            return
        days = {self._here.day(one.at) for one in self._history.pluckings(lot) if is_harvest(one)}
        if self._here.day(entry.at) not in days:
            raise DraftError({"lot": _NO_LOT})

    def _near(self, entry: DiaryEntry) -> Sequence[DiaryEntry]:
        """What was sprayed before a plucking, or plucked after a spraying, and still counts."""
        other = {DiaryKind.SPRAY: DiaryKind.PLUCK, DiaryKind.PLUCK: DiaryKind.SPRAY}
        if entry.kind not in other:
            return ()
        part = DiaryPart(
            entry.at - NEAR_MS,
            entry.at + NEAR_MS,
            ENTRIES_MAX,
            plot=entry.plot,
            kind=other[entry.kind],
            counting=True,
        )
        return [line.entry for line in self._history.diary(part)]


def _said(entry: DiaryEntry) -> object:
    """All that whoever wrote it said, without what the gateway added."""
    names = {field.name for field in FIELDS.get(entry.kind, ())} | _OF_THE_WRITER
    facts = {name: value for name, value in entry.facts.items() if name in names}
    return entry.plot, entry.kind, entry.at, entry.corrects, facts
