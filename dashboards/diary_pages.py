"""The addresses of the production diary: the list of all plots, and of one."""

from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from dashboards.diary_exporting import exporting_routes
from dashboards.diary_lines import item_of
from dashboards.diary_writing import writing_routes
from dashboards.lot_pages import lot_routes
from dashboards.pages import Pages

LINES_SHOWN = 40


def routes(pages: Pages) -> APIRouter:
    """`/diary` and what belongs to it; the lots of tea are part of it."""
    router = APIRouter()
    router.include_router(lot_routes(pages))
    router.include_router(exporting_routes(pages))
    router.include_router(writing_routes(pages))

    @router.get("/diary")
    async def all_plots(
        request: Request, plot: str = "", after: str = "", saved: str = ""
    ) -> Response:
        return await _list(pages, request, plot or None, after, saved)

    @router.get("/diary/{plot}")
    async def one_plot(request: Request, plot: str, after: str = "", saved: str = "") -> Response:
        return await _list(pages, request, plot, after, saved)

    return router


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
        items=[
            item_of(words, diary.label(line.entry.plot), line.entry, named=named) for line in shown
        ],
        older=older,
        saved=done.entry.id if done else None,
    )
