"""The addresses of the first page and of the public status page."""

import asyncio

from fastapi import APIRouter, Request
from starlette.responses import Response

from dashboards.home import home_fragments, map_of, status_fragments
from dashboards.pages import Pages
from dashboards.shared import Fragments
from dashboards.words import Words
from gateway.feed import Update


def routes(pages: Pages) -> APIRouter:
    """`/` and `/status` with their streams."""
    router = APIRouter()
    renderer, views = pages.renderer, pages.views

    @router.get("/")
    async def home_page(request: Request) -> Response:
        words = pages.words(request)
        home = await views.home()
        return await pages.page(
            request,
            "home/page.html",
            words,
            title=words.t("nav.home"),
            current="home",
            live=f"/live/home?lang={words.lang}",
            fragments=home_fragments(renderer, home, words),
            map=map_of(home, words),
        )

    @router.get("/live/home")
    async def home_stream(request: Request) -> Response:
        async def render(words: Words, update: Update | None) -> Fragments:
            home = await views.home()
            return await asyncio.to_thread(home_fragments, renderer, home, words)

        return pages.live(request, render, "home")

    @router.get("/status")
    async def status_page(request: Request) -> Response:
        words = pages.words(request)
        home = await views.home()
        return await pages.page(
            request,
            "home/status.html",
            words,
            title=words.t("status.title"),
            current="",
            live=f"/live/status?lang={words.lang}",
            public=True,
            fragments=status_fragments(renderer, home, words),
        )

    @router.get("/live/status")
    async def status_stream(request: Request) -> Response:
        async def render(words: Words, update: Update | None) -> Fragments:
            home = await views.home()
            return await asyncio.to_thread(status_fragments, renderer, home, words)

        return pages.live(request, render, "status", public=True)

    return router
