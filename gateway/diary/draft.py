"""An entry as people write it, and how it becomes one of the diary, or is refused."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from devices.metric import Value
from devices.reading import Millis
from devices.text import Text
from gateway.diary.circumstances import Circumstances
from gateway.diary.fields import FIELDS
from gateway.diary.figures import number_of
from gateway.diary.lots import LOT, lot_code
from gateway.diary.written_values import WrongValueError, read_clock, read_day, read_value
from gateway.hamlet_time import HamletTime
from gateway.plot_records import DiaryEntry, DiaryKind
from gateway.plots import Plot

ID = re.compile(r"[0-9a-f]{32}")
LATE_DAYS_MAX = 731
"""The law asks for two years of diary; what would be older was mistyped."""
PLANNED_DAYS_MAX = 60
"""A plucking is planned at most for the next flush but one."""
CLOCK_SLACK_MS = 600_000
"""The clock of a phone may be ahead."""
FRESH_MS = 3_600_000
"""The weather of now is noted for what was done within this time."""
MINUTE_MS = 60_000
_NOON = time(12)
_OF_ITS_TIME = frozenset({"lasted_min", "before_midnight_l"})
"""What nobody knows any more of a watering that was at another time."""
_OF_THE_ENTRY = frozenset({"planned", "withdrawn", "why", "lot", "warning_vi", "warning_en"})
"""Facts that a correction says anew."""


class DraftError(Exception):
    """It cannot be written like that. `problems` are by field, "" for the whole; `warnings` pass
    when the same draft comes again, confirmed."""

    def __init__(self, problems: Mapping[str, Text], warnings: Sequence[Text] = ()) -> None:
        super().__init__("; ".join(text.en for text in (*problems.values(), *warnings)))
        self.problems = problems
        self.warnings = tuple(warnings)


class TakenError(DraftError):
    """Under its id something else stands in the diary."""

    def __init__(self) -> None:
        super().__init__(
            {"": Text("mã này đã ghi một việc khác", "this id stands for another entry already")}
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """`id` is chosen by whoever writes, 32 hexadecimal digits, so that what is sent twice is
    written once. `day` and `clock` are local; without a clock it is now, or noon of another day.
    `corrects` is the entry that this one takes the place of: `withdrawn` says that it never
    happened, and `why`. A `confirmed` draft has been warned of."""

    id: str
    plot: str
    kind: DiaryKind
    day: str
    clock: str = ""
    facts: Mapping[str, str | float] = field(default_factory=dict)
    corrects: str | None = None
    withdrawn: bool = False
    why: str = ""
    confirmed: bool = False


def check_draft(
    draft: Draft,
    before: DiaryEntry | None,
    by: str,
    plots: Mapping[str, Plot],
    here: HamletTime,
    around: Circumstances,
    now: Millis,
) -> DiaryEntry:
    """The entry; `before` is the one that it corrects. Raises DraftError with all problems."""
    problems: dict[str, Text] = {}
    if not ID.fullmatch(draft.id):
        problems["id"] = Text("mã phải là 32 chữ số hệ 16", "must be 32 hexadecimal digits")
    if draft.plot not in plots and (before is None or before.plot != draft.plot):
        problems["plot"] = Text("hãy chọn lô chè", "choose a plot")
    if before is not None and "run" in before.facts and draft.plot != before.plot:
        problems["plot"] = Text("máy đã tưới lô này", "the gateway itself watered this plot")
    fields = FIELDS.get(draft.kind)
    if fields is None or (before is not None and before.kind is not draft.kind):
        problems["kind"] = Text("hãy chọn việc đã làm", "choose what was done")
    at = _read_at(draft, before, here, now, problems)
    if draft.withdrawn and before is not None:
        facts: dict[str, Value | str | None] = dict(before.facts)
    else:
        facts = _read_facts(draft, here, at, now, problems)
    if problems:
        raise DraftError(problems)
    facts = {**_kept(draft, before), **facts}
    if draft.withdrawn:
        facts["withdrawn"] = True
    if before is not None:
        facts["why"] = _read_why(draft)
    if before is None or before.plot != draft.plot:
        facts.update(around.of_plot(draft.plot))
    if before is None and abs(now - at) <= FRESH_MS:
        facts.update(around.of_weather(now))
    if draft.kind is DiaryKind.IRRIGATION:
        facts.update(_of_hand(draft, before, facts, plots.get(draft.plot), around))
        if before is not None and at // MINUTE_MS != before.at // MINUTE_MS:
            facts.update(dict.fromkeys(facts.keys() & _OF_ITS_TIME))
    if draft.kind is DiaryKind.PLUCK and not facts.get("planned"):
        own = before.facts.get("lot") if before is not None else None
        facts["lot"] = facts.get("lot") or own or lot_code(draft.id)
    return DiaryEntry(draft.id, draft.plot, draft.kind, at, now, by, facts, draft.corrects)


def _read_at(
    draft: Draft,
    before: DiaryEntry | None,
    here: HamletTime,
    now: Millis,
    problems: dict[str, Text],
) -> Millis:
    """When it happened; what is wrong with that is added to the problems."""
    if before is not None and draft.withdrawn:
        return before.at
    try:
        day = read_day(draft.day)
    except WrongValueError as error:
        problems["day"] = error.text
        return now
    today = here.day(now)
    planned = draft.kind is DiaryKind.PLUCK and day > today
    if planned and day > today + timedelta(days=PLANNED_DAYS_MAX):
        problems["day"] = Text(
            f"chỉ ghi trước được {PLANNED_DAYS_MAX} ngày",
            f"is more than {PLANNED_DAYS_MAX} days ahead",
        )
    elif day > today and not planned:
        problems["day"] = Text("là ngày chưa đến", "is in the future")
    elif day < today - timedelta(days=LATE_DAYS_MAX):
        problems["day"] = Text(
            "đã quá hai năm: xem lại năm", "is more than two years ago: is the year right?"
        )
    if "day" in problems:
        return now
    if not draft.clock.strip():
        if day == today:
            return now
        return _millis(datetime.combine(day, _NOON, here.zone))
    try:
        at = _millis(datetime.combine(day, read_clock(draft.clock), here.zone))
    except WrongValueError as error:
        problems["clock"] = error.text
        return now
    if day == today and at > now + CLOCK_SLACK_MS:
        problems["clock"] = Text("là giờ chưa đến", "is in the future")
    return at if planned else min(at, now)


def _read_facts(
    draft: Draft, here: HamletTime, at: Millis, now: Millis, problems: dict[str, Text]
) -> dict[str, Value | str | None]:
    facts: dict[str, Value | str | None] = {}
    planned = draft.kind is DiaryKind.PLUCK and here.day(at) > here.day(now)
    fields = FIELDS.get(draft.kind, ())
    for one in fields:
        written = draft.facts.get(one.name, "")
        if planned and one.name == "kg" and not str(written).strip():
            continue
        try:
            value = read_value(one, written)
        except WrongValueError as error:
            problems[one.name] = error.text
            continue
        if value is not None:
            facts[one.name] = value
    for name in draft.facts.keys() - {one.name for one in fields}:
        problems[name] = Text("không có mục này", "is no field of this kind of entry")
    lot = facts.get("lot")
    if isinstance(lot, str):
        facts["lot"] = lot = lot.upper()
        if planned or not LOT.fullmatch(lot):
            problems["lot"] = Text("không phải mã lô hàng", "is no lot's code")
    if planned:
        facts["planned"] = True
    return facts


def _read_why(draft: Draft) -> str | None:
    return " ".join(draft.why.split())[:200] or None


def _kept(draft: Draft, before: DiaryEntry | None) -> Mapping[str, Value | str | None]:
    """What a correction leaves as it was: what nobody is asked for."""
    if before is None:
        return {}
    asked = {one.name for one in FIELDS[draft.kind]} | _OF_THE_ENTRY
    return {name: value for name, value in before.facts.items() if name not in asked}


def _of_hand(
    draft: Draft,
    before: DiaryEntry | None,
    facts: Mapping[str, Value | str | None],
    plot: Plot | None,
    around: Circumstances,
) -> Mapping[str, Value | str | None]:
    """Of a watering with a hose, or of one that the gateway led, corrected by somebody."""
    litres = facts.get("litres")
    known: dict[str, Value | str | None] = {}
    if plot is not None and isinstance(litres, int | float):
        known["depth_mm"] = round(litres / plot.area_m2, 2)
        if before is not None and "root_mm" in before.facts:
            known["root_mm"] = round(plot.depth_of(litres), 2)
    if before is None:
        source = around.of_source(draft.plot)
        known.update(source, automatic=False, method="hand", measured=False)
        return known
    first, was = number_of(before, "before_midnight_l"), number_of(before, "litres")
    if first and was and isinstance(litres, int | float):  # the same share as it had before
        known["before_midnight_l"] = round(litres * first / was, 1)
    return known


def _millis(moment: datetime) -> Millis:
    return round(moment.timestamp() * 1000)
