"""A client of a hamlet's pages, without a server between them."""

import httpx2

from dashboards.app import add_pages
from gateway.api.app import create_app
from tests.hamlet import Hamlet


def client_of(hamlet: Hamlet) -> httpx2.AsyncClient:
    app = create_app(
        hamlet.views,
        hamlet.feed,
        hamlet,
        hamlet.book,
        hamlet.plots,
        hamlet.diary,
        metrics=list,
        token="t",
        allowed_hosts=["test"],
    )
    add_pages(app, hamlet.views, hamlet.feed, hamlet.book, hamlet.plots, hamlet.diary, "t")
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://test")
