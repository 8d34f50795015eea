"""A line of the diary in words: what was done, how much, why, and in which weather."""

from collections.abc import Iterator
from typing import NamedTuple

from dashboards.words import Words
from devices.reading import Millis
from devices.text import Text
from gateway.diary.discretion import for_everybody
from gateway.diary.fields import FIELDS, Field
from gateway.diary.figures import number_of, planned_of
from gateway.plot_records import DiaryEntry, DiaryKind

PERSON = "person:"
MINUTE_MS = 60_000


class Fact(NamedTuple):
    """One thing that an entry says."""

    label: str
    value: str


class Item(NamedTuple):
    """A line as a page shows it. `off`: it does not count."""

    entry: DiaryEntry
    plot: str
    author: str
    facts: list[Fact]
    off: bool


def item_of(
    words: Words, plot: Text, entry: DiaryEntry, *, named: bool, corrected: bool = False
) -> Item:
    """The line in words; who wrote it, and free words that may hold names, are told to some."""
    if not named:
        entry = for_everybody(entry)
    return Item(
        entry,
        words.text(plot),
        author_of(words, entry, named=named),
        facts_of(words, entry),
        corrected or bool(entry.facts.get("withdrawn")),
    )


def facts_of(words: Words, entry: DiaryEntry) -> list[Fact]:
    """All that it says, the most important first."""
    return [*work_of(words, entry), *_around(words, entry)]


def work_of(words: Words, entry: DiaryEntry) -> list[Fact]:
    """What it says of the work itself."""
    return list(_told(words, entry))


def text_of(words: Words, entry: DiaryEntry, name: str) -> str:
    """A text of the entry, in the reader's language where it has both; else empty."""
    vi, en = entry.facts.get(f"{name}_vi"), entry.facts.get(f"{name}_en")
    if isinstance(vi, str) and isinstance(en, str):
        return words.text(Text(vi, en))
    value = entry.facts.get(name)
    return value if isinstance(value, str) else ""


def end_of(entry: DiaryEntry) -> Millis | None:
    """When a watering was over; None where nobody wrote it down."""
    lasted = number_of(entry, "lasted_min")
    return None if lasted is None else entry.at + round(lasted * MINUTE_MS)


def early_end_of(words: Words, entry: DiaryEntry) -> str:
    """Why a watering gave less than it should; empty where it did not."""
    return text_of(words, entry, "cause") or text_of(words, entry, "curtailed")


def method_of(words: Words, entry: DiaryEntry) -> str:
    """How it was watered; or how a fertiliser was spread."""
    method = text_of(words, entry, "method")
    return words.known(f"diary.method.{method}", method)


def weather_of(words: Words, entry: DiaryEntry) -> str:
    """24,5 °C, 80 %, wind 1,5 m/s; empty where nobody knows."""
    units = (
        ("temperature_c", "°C", None),
        ("humidity_pct", "%", None),
        ("wind_m_s", "m/s", "diary.weather.wind"),
        ("rain_24h_mm", "mm", "diary.weather.rain"),
    )
    told = []
    for name, unit, key in units:
        value = number_of(entry, name)
        if value is not None:
            written = words.quantity(value, unit)
            told.append(words.t(key, value=written) if key else written)
    return ", ".join(told)


def author_of(words: Words, entry: DiaryEntry, *, named: bool) -> str:
    """Who says so; the name is only for those who may know it."""
    if not entry.by.startswith(PERSON):
        return words.t("diary.by.auto")
    if not named:
        return words.t("diary.by.someone")
    return words.t("diary.by.person", name=entry.by.removeprefix(PERSON))


def _told(words: Words, entry: DiaryEntry) -> Iterator[Fact]:
    if entry.kind is DiaryKind.IRRIGATION:
        yield from _watering(words, entry)
    elif entry.kind is DiaryKind.OVERRIDE:
        yield from _override(words, entry)
    else:
        for field in FIELDS[entry.kind]:
            written = _written(words, entry, field)
            if written and field.name != "lot":
                yield Fact(words.text(field.label), written)
    if lot := text_of(words, entry, "lot"):
        yield Fact(words.t("diary.fact.lot"), lot)


def _watering(words: Words, entry: DiaryEntry) -> Iterator[Fact]:
    litres = number_of(entry, "litres")
    if litres is not None:
        yield Fact(words.t("diary.fact.water"), _amount(words, entry, litres))
    depth, root = number_of(entry, "depth_mm"), number_of(entry, "root_mm")
    if depth is not None:
        pipe, reach = words.quantity(depth, "mm"), words.quantity(root or 0.0, "mm")
        both = root is not None and pipe != reach
        told = words.t("diary.depths", pipe=pipe, roots=reach) if both else pipe
        yield Fact(words.t("diary.fact.depth"), told)
    yield from _time(words, entry)
    if method := method_of(words, entry):
        yield Fact(words.t("diary.fact.method"), method)
    if reason := text_of(words, entry, "reason"):
        yield Fact(words.t("diary.fact.reason"), reason)
    if early := early_end_of(words, entry):
        yield Fact(words.t("diary.fact.cause"), early)
    if note := text_of(words, entry, "note"):
        yield Fact(words.text(FIELDS[DiaryKind.IRRIGATION][-1].label), note)


def _amount(words: Words, entry: DiaryEntry, litres: float) -> str:
    how = words.t("diary.measured" if entry.facts.get("measured") else "diary.estimated")
    if unseen := number_of(entry, "unseen_l"):
        how += words.t("diary.unseen", water=words.volume(unseen))
    amount = words.volume(litres)
    if planned := planned_of(entry):
        amount = words.t("diary.less", given=amount, planned=words.volume(planned))
    if before := number_of(entry, "before_midnight_l"):
        how += words.t("diary.midnight", water=words.volume(before))
    return f"{amount} ({how})"


def _time(words: Words, entry: DiaryEntry) -> Iterator[Fact]:
    minutes, end = number_of(entry, "minutes"), end_of(entry)
    if end is not None:
        yield Fact(words.t("diary.fact.span"), words.span(entry.at, end))
    if minutes is not None:
        yield Fact(words.t("diary.fact.time"), words.duration(round(minutes * MINUTE_MS)))


def _override(words: Words, entry: DiaryEntry) -> Iterator[Fact]:
    yield Fact(words.t("diary.fact.interlock"), text_of(words, entry, "interlock"))
    if entry.facts.get("ended"):
        yield Fact(words.t("diary.fact.ended"), words.full(entry.at))
        return
    if reason := text_of(words, entry, "reason"):
        yield Fact(words.t("diary.fact.reason"), reason)
    until = number_of(entry, "until")
    if until is not None:
        yield Fact(words.t("diary.fact.until"), words.full(int(until)))


def _around(words: Words, entry: DiaryEntry) -> Iterator[Fact]:
    for name, key in (
        ("source", "diary.fact.source"),
        ("water_test", "diary.fact.test"),
        ("growing_area_code", "diary.fact.code"),
        ("warning", "diary.fact.warning"),
        ("why", "diary.fact.why"),
    ):
        if told := text_of(words, entry, name):
            yield Fact(words.t(key), told)
    if weather := weather_of(words, entry):
        yield Fact(words.t("diary.fact.weather"), weather)


def _written(words: Words, entry: DiaryEntry, field: Field) -> str:
    value = number_of(entry, field.name) if field.is_number else None
    if value is None:
        return text_of(words, entry, field.name)
    if field.unit == "d":
        return words.t("duration.d", n=value)
    return words.quantity(value, field.unit)
