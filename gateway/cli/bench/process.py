"""A process that is measured: its CPU time and memory as the kernel counts them."""

import random
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.request import urlopen

from gateway.cli.child_process import end
from gateway.cli.demo.broker import free_port

POLL_S = 0.02
GIVE_UP_S = 120.0
PORTS = range(20_000, 32_000)
"""Below those that the kernel gives to outgoing connections."""
SCHEDULED = 2
"""CPUCLOCK_SCHED of the kernel: time on a processor, in user and kernel mode."""


def some_port() -> int:
    """A port of the loopback that nobody uses. Not the first such: two benches that begin together
    would take the same, and one would measure the other's gateway."""
    return free_port(random.SystemRandom().choice(PORTS))


def await_true(condition: Callable[[], bool], what: str) -> None:
    """Return when the condition holds. Raises RuntimeError when it does not for long."""
    deadline = time.monotonic() + GIVE_UP_S
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not within {GIVE_UP_S:g} s: {what}")
        time.sleep(POLL_S)


def await_healthy(web_port: int) -> None:
    """Return when the gateway whose page is on that port receives messages."""

    def healthy() -> bool:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{web_port}/healthz") as answer:
            return bool(answer.status == HTTPStatus.OK)
        return False

    await_true(healthy, "a gateway that receives")


class Measured:
    """A Python module run as a process while the context lasts."""

    def __init__(self, module: str, *arguments: object) -> None:
        self._name = module
        command = [sys.executable, "-m", module, *(str(argument) for argument in arguments)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what matters is measured or raised
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        end(self._process)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def await_line(self, beginning: str) -> str:
        """The next line that begins so. Raises RuntimeError when the process ends before."""
        assert self._process.stdout is not None  # noqa: S101  # it is a pipe
        for line in self._process.stdout:
            if line.startswith(beginning):
                return line.strip()
        raise RuntimeError(f"{self._name} ended before it said {beginning!r}")

    def say(self, line: str) -> None:
        """Write a line to its standard input."""
        assert self._process.stdin is not None  # noqa: S101  # it is a pipe
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def cpu_s(self) -> float:
        """CPU seconds of all its threads so far, to the nanosecond; /proc counts in hundredths."""
        # What clock_getcpuclockid(3) makes of a process id; Python has only that of a thread.
        return time.clock_gettime((~self._process.pid << 3) | SCHEDULED)

    def peak_rss_mb(self) -> float:
        """The most memory that it ever had, in MB."""
        return self._told("VmHWM") / 1000

    def rss_mb(self) -> float:
        """The memory that it has, in MB."""
        return self._told("VmRSS") / 1000

    def _told(self, name: str) -> int:
        for line in Path(f"/proc/{self._process.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
        raise RuntimeError(f"the kernel does not tell {name} of a process")
