"""The gateway with its pages, until a signal ends it."""

import asyncio
import errno
import logging
import signal
import socket
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn

from gateway.app import Gateway, SiteError, open_gateway
from gateway.cli.systemd import READY, STOPPING, begin_again, keep_watch, notify
from gateway.cli.web import build_web
from gateway.journal.database import JournalDamagedError, JournalLogLostError
from gateway.rules.rule import Rule
from gateway.site import Site

BACKLOG = 128
GRACE_S = 3
"""Seconds that open pages get to finish when the gateway stops."""

DAMAGES_MAX = 3
"""A disk that damages one journal after the other is not to be trusted with another."""

log = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """Leaves the signals to us: pages end before the journal does."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(slots=True)
class _Served:
    """What is served, and what the signals ask for."""

    site: Site
    rules: Sequence[Rule]
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    reload: asyncio.Event = field(default_factory=asyncio.Event)


OnReady = Callable[[str], Awaitable[None]]


async def serve(site: Site, rules: Sequence[Rule], *, on_ready: OnReady) -> None:
    """Run until SIGINT or SIGTERM; SIGHUP takes over edited rules. `on_ready` is told the address
    of the page, when everything is open and nothing has been received yet.

    A journal that turns out to be damaged is moved aside, and everything begins again with a new
    one; with the same one where only its log was deleted. Raises what `open_gateway` raises, and
    SiteError when the port is taken.
    """
    served = _Served(site, rules)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, served.stop.set)
    loop.add_signal_handler(signal.SIGHUP, served.reload.set)
    damages = 0
    while not served.stop.is_set():  # what fails at the end is for the next start
        try:
            await _serve_one(served, on_ready)
            return
        except* (JournalDamagedError, JournalLogLostError):
            damages += 1
            if damages > DAMAGES_MAX:
                raise
            begin_again()


async def _serve_one(served: _Served, on_ready: OnReady) -> None:
    web = served.site.config.web
    with listen(web.host, web.port) as listening:
        async with open_gateway(served.site, served.rules) as gateway:
            server = _Server(
                uvicorn.Config(
                    build_web(gateway),
                    log_config=None,
                    access_log=False,
                    timeout_graceful_shutdown=GRACE_S,
                    server_header=False,
                )
            )
            await on_ready(web.base_url or f"http://{web.host}:{web.port}")
            await _run_until(served, gateway, server, listening)


async def _run_until(
    served: _Served, gateway: Gateway, server: uvicorn.Server, listening: socket.socket
) -> None:
    """Whatever ends first, the pages are ended in good order, and then the gateway."""
    pages = asyncio.create_task(server.serve(sockets=[listening]))
    running = asyncio.create_task(gateway.run())
    watch = asyncio.create_task(keep_watch(lambda: gateway.pulse.standstill() is None))
    stopping = asyncio.create_task(served.stop.wait())
    reloading = asyncio.create_task(_reload_rules(served, gateway))
    notify(READY)
    try:
        await asyncio.wait(
            [pages, running, stopping, reloading], return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        if served.stop.is_set():  # else it is the journal, and everything begins again
            notify(STOPPING)
        gateway.feed.close()
        server.should_exit = True
        await asyncio.wait([pages])
        for task in (running, watch, stopping, reloading):
            task.cancel()
        await asyncio.wait([running, watch, stopping, reloading])
        served.rules = gateway.rules.rules
    pages.result()
    for task in (running, reloading):  # why the gateway failed comes first
        if not task.cancelled():
            task.result()


async def _reload_rules(served: _Served, gateway: Gateway) -> None:
    """Take over edited rules whenever that is asked for."""
    while True:
        await served.reload.wait()
        served.reload.clear()
        problems = await gateway.rules.reload()
        for problem in problems:
            log.error("rules: %s", problem)
        if problems:
            log.error("rules: the old ones go on until these mistakes are mended")
        else:
            log.info("rules: taken over")


@contextmanager
def listen(host: str, port: int) -> Iterator[socket.socket]:
    """The page's socket, opened before anything else, so that a taken port starts nothing.

    Raises SiteError.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
            listening.listen(BACKLOG)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise SiteError(
                    f"port {port} on {host} is already in use; is the gateway running already? "
                    "Otherwise give web.port in site.yaml another number"
                ) from None
            raise SiteError(f"web: cannot listen on {host}:{port}: {error.strerror}") from None
        yield listening
    finally:
        listening.close()
