"""Builds the web application; the composition root adds the pages and serves it."""

from collections.abc import Callable, Collection, Iterable
from importlib.metadata import version

from fastapi import FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse, Response

from gateway.api.actions import Actions
from gateway.api.device_reading import device_routes
from gateway.api.diary_routes import diary_routes
from gateway.api.event_stream import event_routes
from gateway.api.exposition import CONTENT_TYPE, Family, expose
from gateway.api.hosts import HostCheck
from gateway.api.plot_reading import plot_reading_routes
from gateway.api.plot_writing import plot_writing_routes
from gateway.api.problems import add_problem_handlers
from gateway.api.reading import reading_routes
from gateway.api.rule_routes import rule_routes
from gateway.api.security import SecurityHeaders
from gateway.api.writing import writing_routes
from gateway.diary_book import DiaryBook
from gateway.feed import Feed
from gateway.plot_acts import PlotActs
from gateway.rule_texts import RuleEditing
from gateway.views import Views

API = "/api/v1"
BODY_MAX = 64 * 1024
"""Bytes: a command with all its arguments is under one."""
GZIP_LEVEL = 6
"""The last per cent of level 9 costs a Raspberry Pi twice the time."""


def create_app(
    views: Views,
    feed: Feed,
    actions: Actions,
    rules: RuleEditing,
    plots: PlotActs,
    diary: DiaryBook,
    *,
    metrics: Callable[[], Iterable[Family]],
    token: str,
    allowed_hosts: Collection[str],
    any_address: bool = False,
) -> FastAPI:
    """REST, `/healthz` and `/metrics`. Requests that name another host than `allowed_hosts`, or
    with `any_address` an IP address, are refused; writing needs `token`."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.add_middleware(GZipMiddleware, compresslevel=GZIP_LEVEL)
    app.add_middleware(HostCheck, names=allowed_hosts, addresses=any_address)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=BODY_MAX)
    app.add_middleware(SecurityHeaders)

    @app.get("/healthz")
    async def health() -> Response:
        condition = views.condition()
        store = None if condition.store is None else condition.store.up
        body = {
            "healthy": condition.healthy,
            "trouble": condition.trouble,
            "broker": condition.broker.up,
            "journal": condition.journal_ok,
            "disk_full": condition.disk_full,
            "store": store,
            "clock": condition.clock.trusted,
        }
        return JSONResponse(body, 200 if condition.healthy else 503)

    @app.get("/metrics")
    async def exposed_metrics() -> Response:
        return Response(expose(metrics()), media_type=CONTENT_TYPE)

    app.mount(API, _api(views, feed, actions, rules, plots, diary, token))
    return app


def _api(
    views: Views,
    feed: Feed,
    actions: Actions,
    rules: RuleEditing,
    plots: PlotActs,
    diary: DiaryBook,
    token: str,
) -> FastAPI:
    api = FastAPI(
        title="Smart hamlet",
        version=version("smart-hamlet"),
        docs_url=None,
        redoc_url=None,
    )
    add_problem_handlers(api)
    api.include_router(device_routes(views))
    api.include_router(reading_routes(views))
    api.include_router(plot_reading_routes(views))
    api.include_router(rule_routes(views, rules, token))
    api.include_router(event_routes(feed))
    api.include_router(writing_routes(views, actions, token))
    api.include_router(plot_writing_routes(views, plots, token))
    api.include_router(diary_routes(views, diary, token))
    return api
