"""The addresses of the production diary: the days of all plots, and of one."""

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from dashboards.diary_exporting import exporting_routes
from dashboards.diary_lines import Item, end_of, item_of
from dashboards.diary_writing import writing_routes
from dashboards.lot_pages import lot_routes
from dashboards.pages import Pages
from dashboards.words import Words
from gateway.diary.days import went_by_itself
from gateway.diary.figures import number_of
from gateway.diary.written_values import WrongValueError, read_day
from gateway.plot_records import DiaryEntry, DiaryKind
from gateway.views.diary_days import DiaryDay, Wanted


class Line(NamedTuple):
    """Entries that are alike, or one. `folded` is what the line says until somebody opens it;
    nothing where it is open."""

    items: Sequence[Item]
    folded: Sequence[str]
    clocks: Sequence[str]


class Day(NamedTuple):
    """A day under its heading; `water` is what flowed on it, empty where nothing did."""

    heading: str
    water: str
    lines: Sequence[Line]


def routes(pages: Pages) -> APIRouter:
    """`/diary` and what belongs to it; the lots of tea are part of it."""
    router = APIRouter()
    router.include_router(lot_routes(pages))
    router.include_router(exporting_routes(pages))
    router.include_router(writing_routes(pages))

    @router.get("/diary")
    async def all_plots(request: Request, plot: str = "") -> Response:
        return await _list(pages, request, plot or None)

    @router.get("/diary/{plot}")
    async def one_plot(request: Request, plot: str) -> Response:
        return await _list(pages, request, plot)

    return router


async def _list(pages: Pages, request: Request, plot: str | None) -> Response:
    words, diary, query = pages.words(request), pages.views.diary, request.query_params
    named = pages.door.visitor(request) is not None
    wanted, wrong = _wanted(request, plot)
    found = await diary.days(wanted)
    if plot is not None and plot not in diary.plots and not found.days:
        raise HTTPException(404)
    saved = query.get("saved")
    done = await diary.entry(saved) if saved else None
    title = words.t("diary.title")
    if plot is not None:
        title = words.t("diary.of", plot=words.text(diary.label(plot)))
    response = await pages.page(
        request,
        "diary/page.html",
        words,
        title=title,
        current="diary",
        live=None,
        fragments={},
        plot=plot,
        kind=wanted.kind,
        first=query.get("from", ""),
        last=query.get("to", ""),
        said=words.t("diary.export.wrong") if wrong else "",
        plots=[(one.id, one.label) for one in diary.plots.values()],
        kinds=list(DiaryKind),
        days=[_day(pages, words, day, named=named) for day in found.days],
        older=_address(wanted, found.older) if found.older else None,
        newest=_address(wanted, None) if wanted.before else None,
        saved=done.entry if done else None,
    )
    response.status_code = 422 if wrong else 200
    return response


def _wanted(request: Request, plot: str | None) -> tuple[Wanted, bool]:
    """What is asked for, and whether a day of it makes no sense."""
    query = request.query_params
    kind = next((one for one in DiaryKind if one.value == query.get("kind")), None)
    try:
        days = [_read(query.get(name, "")) for name in ("from", "to", "before")]
    except WrongValueError:
        return Wanted(plot, kind), True
    wanted = Wanted(plot, kind, *days)
    turned = wanted.first and wanted.last and wanted.last < wanted.first
    return (Wanted(plot, kind), True) if turned else (wanted, False)


def _read(written: str) -> date | None:
    day = read_day(written) if written.strip() else None
    if day is not None and not date.min < day < date.max:  # their midnights are in no year
        raise WrongValueError("", "")
    return day


def _address(wanted: Wanted, before: date | None) -> str:
    asked: dict[str, Any] = {
        "plot": wanted.plot,
        "kind": wanted.kind and wanted.kind.value,
        "from": wanted.first,
        "to": wanted.last,
        "before": before,
    }
    return "/diary?" + urlencode({name: value for name, value in asked.items() if value})


def _day(pages: Pages, words: Words, day: DiaryDay, *, named: bool) -> Day:
    heading = f"{words.t(f'weekday.{day.day.weekday()}')} {words.day(day.day)}"
    if day.day == pages.views.diary.here.day(words.now):
        heading = words.t("diary.today", day=words.day(day.day))
    water = words.volume(day.litres) if day.litres else ""
    return Day(heading, water, [_line(pages, words, entries, named=named) for entries in day.lines])


def _line(pages: Pages, words: Words, entries: Sequence[DiaryEntry], *, named: bool) -> Line:
    label = pages.views.diary.label
    items = [item_of(words, label(entry.plot), entry, named=named) for entry in entries]
    clocks = [_clock(words, entry) for entry in entries]
    if not went_by_itself(entries[0]):
        return Line(items, (), clocks)
    water = words.volume(sum(number_of(entry, "litres") or 0.0 for entry in entries))
    when = clocks[0] if len(entries) == 1 else words.t("diary.times", n=len(entries))
    return Line(items, (when, water), clocks)


def _clock(words: Words, entry: DiaryEntry) -> str:
    """From when until when on the day under whose heading it stands."""
    end = end_of(entry)
    if end is None or words.clock(end) == words.clock(entry.at):
        return words.clock(entry.at)
    return f"{words.clock(entry.at)}–{words.clock(end)}"
