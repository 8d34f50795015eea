"""What systemd hears, on a real socket."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.cli.systemd import ALIVE, READY, keep_watch, notify

TIMEOUT_S = 60.0
"""Generous: it ends a test that hangs, and measures nothing."""


@pytest.fixture(params=["file", "abstract"])
def systemd(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[socket.socket]:
    name = f"@hamlet-test-{os.getpid()}" if request.param == "abstract" else str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(name.replace("@", "\0"))
        listening.settimeout(TIMEOUT_S)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        yield listening


def test_a_word_is_one_datagram(systemd: socket.socket) -> None:
    notify(READY)
    assert systemd.recv(100) == b"READY=1"


def test_without_systemd_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify(READY)
    monkeypatch.setenv("NOTIFY_SOCKET", "/nobody/listens")
    notify(READY)


def test_a_socket_that_is_full_is_not_waited_for(systemd: socket.socket) -> None:
    for _ in range(10_000):
        notify(ALIVE)
    assert systemd.recv(100) == b"WATCHDOG=1"


async def test_the_watchdog_hears_of_us_only_while_the_pipeline_moves(
    systemd: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", "3000")
    asked: list[bool] = []
    stood_still = asyncio.Event()

    def moves() -> bool:
        asked.append(len(asked) < 2)
        if len(asked) > 5:
            stood_still.set()
        return asked[-1]

    async with asyncio.timeout(TIMEOUT_S):
        watch = asyncio.create_task(keep_watch(moves))
        await stood_still.wait()
        watch.cancel()
        await asyncio.wait([watch])
    systemd.setblocking(False)
    words = [systemd.recv(100) for _ in range(3)]
    assert words == [b"WATCHDOG_USEC=3000", b"WATCHDOG=1", b"WATCHDOG=1"]
    with pytest.raises(BlockingIOError):
        systemd.recv(100)


@pytest.mark.parametrize("environment", [{}, {"WATCHDOG_USEC": "1", "WATCHDOG_PID": "1"}])
async def test_no_watch_is_kept_where_nobody_asked(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    moves: Callable[[], bool] = pytest.fail
    async with asyncio.timeout(TIMEOUT_S):
        await keep_watch(moves)
