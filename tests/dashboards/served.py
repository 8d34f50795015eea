"""The pages of a hamlet on a port of this machine, and a browser that opens them."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import uvicorn
from playwright.sync_api import Browser, Page

from dashboards.app import add_pages
from gateway.api.app import create_app
from gateway.feed import Update
from tests.hamlet import Hamlet
from tests.real import START_TIMEOUT_S, STOP_TIMEOUT_S, free_port

SEEN_MS = 30_000
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


class Served:
    """A hamlet with its pages on a port of this machine."""

    def __init__(self, hamlet: Hamlet) -> None:
        self._hamlet = hamlet
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._loop = asyncio.new_event_loop()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def start(self) -> None:
        self._thread.start()
        assert self._listening.wait(START_TIMEOUT_S)

    def publish(self, update: Update) -> None:
        """What the gateway does after a commit."""
        self._loop.call_soon_threadsafe(self._hamlet.feed.publish, update)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._end)
        self._thread.join(STOP_TIMEOUT_S)
        assert not self._thread.is_alive()

    def _end(self) -> None:
        self._hamlet.feed.close()
        self._server.should_exit = True

    def _run(self) -> None:
        hamlet = self._hamlet
        hosts = ["127.0.0.1"]
        app = create_app(
            hamlet.views,
            hamlet.feed,
            hamlet,
            hamlet.book,
            hamlet.plots,
            hamlet.diary,
            metrics=list,
            token="t",
            allowed_hosts=hosts,
        )
        add_pages(app, hamlet.views, hamlet.feed, hamlet.book, hamlet.plots, hamlet.diary, "t")
        config = uvicorn.Config(app, port=self._port, log_config=None, lifespan="off")
        self._server = _Server(config, self._listening)
        self._loop.run_until_complete(self._server.serve())
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, listening: threading.Event) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listening.set()


@contextmanager
def opened(
    browser: Browser, url: str, width: int = 1280, *, script: bool = True, refused: int = 0
) -> Iterator[Page]:
    """A page; afterwards nothing may have gone wrong in it, but so many answers that `refused`,
    and no other host been asked."""
    complaints: list[str] = []
    hosts: set[str] = set()
    context = browser.new_context(
        viewport={"width": width, "height": 720}, java_script_enabled=script
    )
    page = context.new_page()
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.goto(url)
    yield page
    context.close()
    assert [text for text in complaints if "status of 409" not in text] == []
    assert len(complaints) == refused
    assert hosts == {urlsplit(url).netloc}
