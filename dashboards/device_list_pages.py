"""The addresses of the device list: page and stream."""

from collections.abc import Iterable

from fastapi import APIRouter, Request
from starlette.responses import Response

from dashboards.device import state_words
from dashboards.device_list import find, main_figures, parse_query
from dashboards.pages import Pages
from dashboards.shared import Fragments
from dashboards.words import Words
from devices.kinds import KINDS
from gateway.decisions import State
from gateway.feed import Update
from gateway.views.fleet import DeviceRow

REPLAY_MS = 5_000
"""What changed shortly before the page was rendered is sent again, so that nothing is missed."""


def routes(pages: Pages) -> APIRouter:
    """`/devices` and its stream."""
    router = APIRouter()
    renderer, views = pages.renderer, pages.views

    def fragments(rows: Iterable[DeviceRow], words: Words) -> Fragments:
        return {
            f"row-{row.id}": renderer.fragment(
                "devices/row.html",
                words,
                row=row,
                figures=main_figures(row),
                state=state_words(row.state, row.cause, words),
            )
            for row in rows
        }

    @router.get("/devices")
    async def devices_page(
        request: Request, kind: str = "", state: str = "", q: str = "", page: str = ""
    ) -> Response:
        words = pages.words(request)
        found = find(views.devices(), parse_query(kind, state, q, page))
        return await pages.page(
            request,
            "devices/page.html",
            words,
            title=words.t("devices.title"),
            current="devices",
            live=f"/live/devices?lang={words.lang}&since={words.now}",
            fragments=fragments(found.rows, words),
            found=found,
            kinds=KINDS,
            states=tuple(State),
        )

    @router.get("/live/devices")
    async def devices_stream(request: Request, since: int = 0) -> Response:
        async def render(words: Words, update: Update | None) -> Fragments:
            if update is None:
                changed = (row for row in views.devices() if _moved(row, since - REPLAY_MS))
            else:
                rows = (views.row(id) for id in update.devices)
                changed = (row for row in rows if row is not None)
            return fragments(changed, words)

        return pages.live(request, render)

    return router


def _moved(row: DeviceRow, since: int) -> bool:
    return max(row.heard_at or 0, row.since or 0) >= since
