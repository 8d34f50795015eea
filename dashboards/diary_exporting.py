"""The addresses of the diary's exports, which hold names: they are for those who have the code."""

import asyncio
from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from dashboards.diary_export.as_csv import csv_of
from dashboards.diary_export.paper import LINES_MAX, Head, TooLongError
from dashboards.diary_export.rows import Column, columns
from dashboards.door import read_form
from dashboards.pages import Pages
from dashboards.words import Words
from gateway.diary.written_values import WrongValueError, read_day
from gateway.hamlet_time import TimeOfDay
from gateway.history import DiaryLine, DiaryPart

DAYS_SHOWN = 31
MIDNIGHT = TimeOfDay(0)
FORMATS = ("pdf", "xlsx", "csv")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Asked(NamedTuple):
    """Which lines are wanted; both days included, None for all plots."""

    plot: str | None
    first: date
    last: date


def exporting_routes(pages: Pages) -> APIRouter:
    """`/diary/export`, and `/diary.csv`, `/diary.xlsx` and `/diary.pdf`."""
    router = APIRouter()
    making = asyncio.Lock()

    @router.get("/diary/export")
    async def choose(request: Request) -> Response:
        return await _choose(pages, request)

    @router.post("/diary/export")
    async def enter(request: Request) -> Response:
        form = await read_form(request)
        visitor = pages.door.let_in(request, form)
        if visitor is None:
            said, name = pages.words(request).t("door.refused"), form.get("name", "")
            return await _choose(pages, request, said=said, name=name, status=403)
        response = RedirectResponse(f"/diary/export?{request.url.query}", 303)
        visitor.remember(request, response)
        return response

    async def export(request: Request, kind: str) -> Response:
        if pages.door.visitor(request) is None:
            return await _choose(pages, request, status=403)
        words = pages.words(request)
        asked = _asked(pages, request)
        if asked is None:
            said = words.t("diary.export.wrong")
            return await _choose(pages, request, said=said, status=422)
        part = _part(pages, asked)
        table = columns(words, pages.views.diary.label)
        name = f"nhat-ky-{asked.first}-{asked.last}.{kind}"
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
        lines = pages.views.diary.each(part)
        if kind == "csv":
            media_type = "text/csv; charset=utf-8"
            return StreamingResponse(csv_of(table, lines), 200, headers, media_type)
        async with making:  # one at a time: the Pi has other work
            if kind == "xlsx":
                title = words.t("diary.title")
                content = await asyncio.to_thread(_xlsx, title, table, lines)
                return Response(content, 200, headers, XLSX)
            return await _book(pages, request, words, asked, table, headers)

    @router.get("/diary.csv")
    async def as_csv(request: Request) -> Response:
        return await export(request, "csv")

    @router.get("/diary.xlsx")
    async def as_xlsx(request: Request) -> Response:
        return await export(request, "xlsx")

    @router.get("/diary.pdf")
    async def as_pdf(request: Request) -> Response:
        return await export(request, "pdf")

    return router


# What draws books and sheets takes 32 MB and half a second of a start: only who asks for one pays.


def _pdf(words: Words, head: Head, table: Iterable[Column], lines: Iterable[DiaryLine]) -> bytes:
    from dashboards.diary_export.as_pdf import pdf_of

    return pdf_of(words, head, table, lines)


def _xlsx(title: str, table: Iterable[Column], lines: Iterable[DiaryLine]) -> bytes:
    from dashboards.diary_export.as_xlsx import xlsx_of

    return xlsx_of(title, table, lines)


async def _book(
    pages: Pages,
    request: Request,
    words: Words,
    asked: Asked,
    table: tuple[Column, ...],
    headers: dict[str, str],
) -> Response:
    lines = pages.views.diary.each(_part(pages, asked))
    head = _head(pages, words, asked)
    try:
        content = await asyncio.to_thread(_pdf, words, head, table, lines)
    except TooLongError:
        said = words.t("diary.export.long", n=LINES_MAX)
        return await _choose(pages, request, said=said, status=422)
    return Response(content, 200, headers, "application/pdf")


async def _choose(
    pages: Pages, request: Request, *, said: str = "", name: str = "", status: int = 200
) -> Response:
    words, query = pages.words(request), request.query_params
    today = pages.views.diary.here.day(pages.views.now)
    response = await pages.page(
        request,
        "diary/export.html",
        words,
        title=words.t("diary.export"),
        current="diary",
        live=None,
        fragments={},
        plot=query.get("plot", ""),
        first=query.get("from") or str(today - timedelta(days=DAYS_SHOWN)),
        last=query.get("to") or str(today),
        plots=[(plot.id, plot.label) for plot in pages.views.diary.plots.values()],
        formats=FORMATS,
        visitor=pages.door.visitor(request),
        name=name,
        said=said,
        query=request.url.query,
    )
    response.status_code = status
    return response


def _asked(pages: Pages, request: Request) -> Asked | None:
    query = request.query_params
    try:
        first, last = read_day(query.get("from", "")), read_day(query.get("to", ""))
    except WrongValueError:
        return None
    if not date.min < first <= last < date.max:  # their midnights may be in years that are none
        return None
    return Asked(query.get("plot") or None, first, last)


def _part(pages: Pages, asked: Asked) -> DiaryPart:
    here = pages.views.diary.here
    since = here.on(asked.first, MIDNIGHT) or 0
    until = here.on(asked.last + timedelta(days=1), MIDNIGHT) or 0
    return DiaryPart(since, until, 0, plot=asked.plot)


def _head(pages: Pages, words: Words, asked: Asked) -> Head:
    config, diary = pages.views.site.config, pages.views.diary
    about = [words.text(config.name)]
    if asked.plot is None:
        about.append(words.t("diary.all"))
    else:
        about.append(words.text(diary.label(asked.plot)))
        found = diary.plots.get(asked.plot)
        if found is not None and found.growing_area_code is not None:
            about.append(f"{words.t('diary.fact.code')}: {found.growing_area_code}")
    part = _part(pages, asked)
    start, end = words.date(part.since), words.date(part.until - 1)
    return Head(
        words.t("diary.paper.title"),
        " · ".join(about),
        words.t("diary.paper.period", start=start, end=end),
    )
