"""The addresses of the production diary: the list of all plots, and of one."""

from typing import NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from dashboards.diary_exporting import exporting_routes
from dashboards.diary_lines import Fact, author_of, facts_of
from dashboards.diary_writing import writing_routes
from dashboards.lot_pages import lot_routes
from dashboards.pages import Pages
from dashboards.words import Words
from gateway.plot_records import DiaryEntry

LINES_SHOWN = 40


class Item(NamedTuple):
    """A line as it is shown. `off`: it does not count."""

    entry: DiaryEntry
    plot: str
    author: str
    facts: list[Fact]
    off: bool


def routes(pages: Pages) -> APIRouter:
    """`/diary` and what belongs to it; the lots of tea are part of it."""
    router = APIRouter()
    router.include_router(lot_routes(pages))
    router.include_router(exporting_routes(pages))
    router.include_router(writing_routes(pages, item_of))

    @router.get("/diary")
    async def all_plots(
        request: Request, plot: str = "", after: str = "", saved: str = ""
    ) -> Response:
        return await _list(pages, request, plot or None, after, saved)

    @router.get("/diary/{plot}")
    async def one_plot(request: Request, plot: str, after: str = "", saved: str = "") -> Response:
        return await _list(pages, request, plot, after, saved)

    return router


def item_of(
    pages: Pages, words: Words, entry: DiaryEntry, *, named: bool, corrected: bool = False
) -> Item:
    """The line in words; who wrote it is told by name to some."""
    return Item(
        entry,
        words.text(pages.views.diary.label(entry.plot)),
        author_of(words, entry, named=named),
        facts_of(words, entry),
        corrected or bool(entry.facts.get("withdrawn")),
    )


async def _list(
    pages: Pages, request: Request, plot: str | None, after: str, saved: str
) -> Response:
    words, diary = pages.words(request), pages.views.diary
    named = pages.door.visitor(request) is not None
    lines = await diary.newest(plot, LINES_SHOWN + 1, after or None)
    if plot is not None and plot not in diary.plots and not lines:
        raise HTTPException(404)
    shown = lines[:LINES_SHOWN]
    older = None
    if len(lines) > LINES_SHOWN:
        older = "/diary?" + urlencode({"plot": plot or "", "after": shown[-1].entry.id})
    done = await diary.entry(saved) if saved else None
    title = words.t("diary.title")
    if plot is not None:
        title = words.t("diary.of", plot=words.text(diary.label(plot)))
    return await pages.page(
        request,
        "diary/page.html",
        words,
        title=title,
        current="diary",
        live=None,
        fragments={},
        plot=plot,
        plots=[(one.id, one.label) for one in diary.plots.values()],
        items=[item_of(pages, words, line.entry, named=named) for line in shown],
        older=older,
        saved=done.entry.id if done else None,
    )
