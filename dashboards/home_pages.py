"""The addresses of the first page and of the public status page."""

import asyncio

from fastapi import APIRouter

from dashboards.home import Map, home_fragments, status_fragments
from dashboards.pages import Pages
from dashboards.shared_page import Content, SharedPage, shared_routes
from dashboards.words import Words


def routes(pages: Pages) -> APIRouter:
    """`/` and `/status` with their streams."""
    renderer, views = pages.renderer, pages.views

    async def home(words: Words) -> Content:
        found = await views.home()
        fragments = await asyncio.to_thread(home_fragments, renderer, found, words)
        return Content(fragments, {"map": Map(found, words)})

    async def status(words: Words) -> Content:
        found = await views.home()
        return Content(await asyncio.to_thread(status_fragments, renderer, found, words))

    return shared_routes(
        pages,
        SharedPage("home", "/", "home/page.html", "nav.home", home),
        SharedPage("status", "/status", "home/status.html", "status.title", status, public=True),
    )
