"""Adds the pages to the web application."""

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from dashboards import (
    alert_pages,
    device_list_pages,
    device_pages,
    diary_pages,
    home_pages,
    rule_pages,
    technician_pages,
    watering_pages,
)
from dashboards.assets import PREFIX
from dashboards.door import Door
from dashboards.pages import Pages
from dashboards.rendering import Renderer
from dashboards.shared import Shared
from gateway.diary_book import DiaryBook
from gateway.feed import Feed
from gateway.plot_acts import PlotActs
from gateway.rule_texts import RuleEditing
from gateway.views import Views

A_YEAR = "public, max-age=31536000, immutable"
PARTS = (
    home_pages,
    device_list_pages,
    device_pages,
    alert_pages,
    watering_pages,
    diary_pages,
    rule_pages,
    technician_pages,
)


def add_pages(
    app: FastAPI,
    views: Views,
    feed: Feed,
    rules: RuleEditing,
    plots: PlotActs,
    diary: DiaryBook,
    token: str,
) -> None:
    """Serve the pages of the hamlet from `app`, its own error pages included. Whoever changes
    something shows the `token` first."""
    config = views.site.config
    renderer = Renderer(config.name, config.place.timezone)
    pages = Pages(renderer, views, feed, Shared(feed), rules, plots, diary, Door(token))
    for part in PARTS:
        app.include_router(part.routes(pages), include_in_schema=False)

    @app.get(PREFIX + "{name}", include_in_schema=False)
    async def static(name: str) -> Response:
        asset = renderer.assets.get(name)
        if asset is None:
            raise HTTPException(404)
        return Response(
            asset.content, media_type=asset.media_type, headers={"Cache-Control": A_YEAR}
        )

    async def refused(request: Request, error: Exception) -> Response:
        return pages.error(request, 400)

    async def not_found(request: Request, error: Exception) -> Response:
        return pages.error(request, 404)

    async def broken(request: Request, error: Exception) -> Response:
        return pages.error(request, 500)

    app.add_exception_handler(400, refused)
    app.add_exception_handler(404, not_found)
    app.add_exception_handler(500, broken)
