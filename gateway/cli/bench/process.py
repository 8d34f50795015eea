"""A process that is measured: its CPU time and memory as the kernel counts them, and what it says
when something goes wrong."""

import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.cli.child_process import end
from gateway.cli.demo.broker import free_port

POLL_S = 0.02
GIVE_UP_S = 120.0
TOLD_MAX = 8_000
"""The last characters of what a process complained of: some stacks and what came before."""
PORTS = range(20_000, 32_000)
"""Below those that the kernel gives to outgoing connections."""
SCHEDULED = 2
"""CPUCLOCK_SCHED of the kernel: time on a processor, in user and kernel mode."""


def some_port() -> int:
    """A port of the loopback that nobody uses. Not the first such: two benches that begin together
    would take the same, and one would measure the other's gateway."""
    return free_port(random.SystemRandom().choice(PORTS))


def await_true(condition: Callable[[], bool], what: str, *processes: "Measured") -> None:
    """Return when the condition holds. Raises RuntimeError when it does not for long, or when one
    of the processes on which it depends has failed; that tells what they know, and ends them."""
    deadline = time.monotonic() + GIVE_UP_S
    while not condition():
        late = time.monotonic() > deadline
        if late or any(process.failed for process in processes):
            why = f"not within {GIVE_UP_S:g} s" if late else "in vain"
            raise RuntimeError("\n".join([f"{why}: {what}", *(one.explain() for one in processes)]))
        time.sleep(POLL_S)


class Measured:
    """A Python module run as a process while the context lasts."""

    def __init__(self, module: str, *arguments: object) -> None:
        self._name = module
        # No pipe: one that nobody reads fills, and its writer waits for ever.
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115  # closed in __exit__
        command = [sys.executable, "-X", "faulthandler", "-m", module, *map(str, arguments)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
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
        for pipe in (self._process.stdin, self._process.stdout, self._complaints):
            if pipe:
                pipe.close()

    @property
    def failed(self) -> bool:
        """Whether it ended, and not because its work was done."""
        return self._process.poll() not in (None, 0)

    def explain(self) -> str:
        """How it ended and what it complained of. One that still runs is aborted, upon which it
        says where each of its threads is."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGABRT)
            self._process.wait()
            how = "was aborted"
        else:
            how = f"ended with {self._process.returncode}"
        self._complaints.seek(0)
        said = self._complaints.read().decode(errors="replace")
        return f"{self._name} {how} and said:\n{said[-TOLD_MAX:]}"

    def await_line(self, beginning: str) -> str:
        """The next line that begins so. Raises RuntimeError when the process ends before."""
        assert self._process.stdout is not None  # noqa: S101  # it is a pipe
        for line in self._process.stdout:
            if line.startswith(beginning):
                return line.strip()
        raise RuntimeError(f"no {beginning!r} was said: {self.explain()}")

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
