"""Tells systemd that the gateway is ready and that its pipeline moves, where systemd asks for it.

The protocol is one datagram per word, see sd_notify(3); elsewhere nothing is sent.
"""

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import suppress

READY = "READY=1"
STOPPING = "STOPPING=1"
ALIVE = "WATCHDOG=1"
BEATS = 3
"""In the time after which systemd would end us: one may get lost."""
US_PER_S = 1_000_000
OPENING_MAX_S = 900
"""As TimeoutStartSec in deploy/hamlet.service: a damaged journal of a large hamlet takes minutes to
replace on an SD card, and nobody can answer meanwhile."""


def notify(word: str) -> None:
    """Tell systemd. It never waits: a word that systemd does not take is not worth a message."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):  # an abstract socket, which is no file
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        sender.sendto(word.encode(), address)


def begin_again() -> None:
    """Ask systemd's watchdog to wait for a start that is not the first, until `keep_watch`."""
    if _watchdog_us():
        notify(f"WATCHDOG_USEC={OPENING_MAX_S * US_PER_S}")


async def keep_watch(moves: Callable[[], bool]) -> None:
    """Tell systemd's watchdog that we are alive, as long as the pipeline `moves`. Ends at once
    where no watchdog is set."""
    limit_us = _watchdog_us()
    if not limit_us:
        return
    notify(f"WATCHDOG_USEC={limit_us}")
    while True:
        if moves():
            notify(ALIVE)
        await asyncio.sleep(limit_us / US_PER_S / BEATS)


def _watchdog_us() -> int:
    """After what time without an answer systemd ends us; 0 where no watchdog is set for us."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return 0
    return int(os.environ.get("WATCHDOG_USEC", "0"))
