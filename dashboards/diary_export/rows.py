"""A line of the diary as a row: what each column says, for every kind of file."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from dashboards.diary_lines import (
    PERSON,
    early_end_of,
    end_of,
    method_of,
    text_of,
    weather_of,
    work_of,
)
from dashboards.words import Words
from devices.text import Text
from gateway.diary.figures import number_of, planned_of
from gateway.history import DiaryLine
from gateway.plot_records import DiaryEntry, DiaryKind

Cell = datetime | float | str
"""Times are those of the hamlet, without a zone: spreadsheets know none. An empty text is nothing
known."""
LITRES_PER_M3 = 1000


class Column(NamedTuple):
    """`width` is in letters. `book`: it stands in the printed book, too, whose other columns say
    it more briefly. `printed` is what the book says instead of `cell`."""

    title: str
    width: int
    book: bool
    cell: Callable[[DiaryLine], Cell]
    printed: Callable[[DiaryLine], Cell] | None = None


def columns(words: Words, label: Callable[[str], Text]) -> tuple[Column, ...]:
    """All columns, in the reader's language; `label` names a plot."""
    return (
        Column(
            words.t("diary.column.at"),
            18,
            True,
            lambda line: words.local(line.entry.at),
            lambda line: _span(words, line.entry),
        ),
        Column(words.t("diary.column.end"), 16, False, lambda line: _end(words, line.entry)),
        Column(words.t("diary.plot"), 16, True, lambda line: words.text(label(line.entry.plot))),
        Column(words.t("diary.fact.code"), 14, True, _text("growing_area_code")),
        Column(
            words.t("diary.column.kind"),
            15,
            True,
            lambda line: words.t(f"diary.kind.{line.entry.kind.value}"),
        ),
        Column(words.t("diary.column.details"), 32, True, lambda line: _details(words, line.entry)),
        Column(
            words.t("diary.fact.source"),
            16,
            True,
            lambda line: text_of(words, line.entry, "source"),
        ),
        Column(words.t("diary.fact.method"), 12, True, lambda line: method_of(words, line.entry)),
        Column(words.t("diary.column.minutes"), 12, True, _number("minutes")),
        Column(words.t("diary.column.volume"), 8, True, _number("litres", LITRES_PER_M3)),
        Column(words.t("diary.column.planned"), 8, False, _number("target_l", LITRES_PER_M3)),
        Column(
            words.t("diary.column.midnight"),
            8,
            False,
            _number("before_midnight_l", LITRES_PER_M3),
        ),
        Column(words.t("diary.column.depth"), 8, True, _number("depth_mm")),
        Column(words.t("diary.column.roots"), 8, False, _number("root_mm")),
        Column(words.t("diary.column.kg"), 8, False, _number("kg")),
        Column(
            words.t("diary.fact.reason"),
            34,
            True,
            lambda line: text_of(words, line.entry, "reason"),
        ),
        Column(words.t("diary.column.how"), 15, True, lambda line: _how(words, line.entry)),
        Column(
            words.t("diary.column.operator"),
            18,
            True,
            lambda line: _operator(line.entry),
        ),
        Column(words.t("diary.fact.weather"), 26, True, lambda line: weather_of(words, line.entry)),
        Column(words.t("diary.fact.test"), 18, True, _text("water_test")),
        Column(words.t("diary.column.state"), 12, True, lambda line: _state(words, line)),
        Column(words.t("diary.column.corrects"), 34, False, lambda line: line.entry.corrects or ""),
        Column(words.t("diary.column.id"), 34, False, lambda line: line.entry.id),
    )


def rows(table: Iterable[Column], lines: Iterable[DiaryLine]) -> Iterator[list[Cell]]:
    """The cells of every line."""
    kept = tuple(table)
    for line in lines:
        yield [column.cell(line) for column in kept]


def _text(name: str) -> Callable[[DiaryLine], Cell]:
    def cell(line: DiaryLine) -> Cell:
        value = line.entry.facts.get(name)
        return value if isinstance(value, str) else ""

    return cell


def _number(name: str, per: float = 1) -> Callable[[DiaryLine], Cell]:
    def cell(line: DiaryLine) -> Cell:
        value = number_of(line.entry, name)
        return "" if value is None else round(value / per, 3)

    return cell


def _details(words: Words, entry: DiaryEntry) -> str:
    """Of a watering the columns say it all but the note and what went otherwise than planned."""
    if entry.kind is DiaryKind.IRRIGATION:
        return "; ".join(_details_of_watering(words, entry))
    told = (f"{fact.label}: {fact.value}" for fact in work_of(words, entry))
    warning = text_of(words, entry, "warning")
    return "; ".join([*told, *([warning] if warning else [])])


def _details_of_watering(words: Words, entry: DiaryEntry) -> Iterator[str]:
    if planned := planned_of(entry):
        given = words.volume(number_of(entry, "litres") or 0.0)
        yield words.t("diary.less", given=given, planned=words.volume(planned))
    if early := early_end_of(words, entry):
        yield f"{words.t('diary.fact.cause')}: {early}"
    for key, name in (("diary.unseen", "unseen_l"), ("diary.midnight", "before_midnight_l")):
        if litres := number_of(entry, name):
            yield words.t(key, water=words.volume(litres)).removeprefix("; ")
    if note := text_of(words, entry, "note"):
        yield note


def _end(words: Words, entry: DiaryEntry) -> Cell:
    end = end_of(entry)
    return "" if end is None else words.local(end)


def _span(words: Words, entry: DiaryEntry) -> Cell:
    """When it was done; of a watering also until when, with the day where it is another one."""
    begin, end = words.local(entry.at), _end(words, entry)
    if not isinstance(end, datetime):
        return begin
    until = f"–{end:%H:%M}" if end.date() == begin.date() else f" – {end:%d/%m/%Y %H:%M}"
    return f"{begin:%d/%m/%Y %H:%M}{until}"


def _operator(entry: DiaryEntry) -> str:
    """The person's name; nothing where the gateway did it by itself."""
    return entry.by.removeprefix(PERSON) if entry.by.startswith(PERSON) else ""


def _how(words: Words, entry: DiaryEntry) -> str:
    automatic = entry.facts.get("automatic", not entry.by.startswith(PERSON))
    return words.t("diary.column.auto" if automatic else "diary.column.hand")


def _state(words: Words, line: DiaryLine) -> str:
    if line.corrected_by is not None:
        return words.t("diary.corrected")
    if line.entry.facts.get("withdrawn"):
        return words.t("diary.withdrawn")
    if line.entry.facts.get("planned"):
        return words.t("diary.planned")
    if line.entry.corrects is not None:
        return words.t("diary.is-correction")
    return words.t("diary.column.counts")
