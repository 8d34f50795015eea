"""The real gateway as a process on a site that a test wrote: started, killed, asked over HTTP.

Everything here blocks; tests with an event loop call it through `asyncio.to_thread`.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.real import free_port

TIMEOUT_S = 120.0
"""Generous: it ends a test that hangs, and measures nothing."""
POLL_S = 0.02
HAMLET = "thu"
PROGRAM = ("-m", "gateway.cli.main")
_MESSAGES = "hamlet_messages_"
FULL = os.environ.get("HAMLET_FULL") == "1"
"""The numbers of the release gates instead of those of every day."""


def device(id: str, kind: str, **more: object) -> dict[str, object]:
    """One entry of devices.yaml."""
    return {"id": id, "kind": kind, "label": {"vi": f"Máy {id}", "en": f"Device {id}"}, **more}


def rule(id: str, **parts: object) -> dict[str, object]:
    """One entry of a rules file."""
    return {"rule": id, "label": {"vi": f"Luật {id}", "en": f"Rule {id}"}, **parts}


def write_site(
    folder: Path,
    broker: Mapping[str, object],
    *,
    devices: Sequence[Mapping[str, object]] = (),
    rules: Sequence[Mapping[str, object]] = (),
    plots: Sequence[Mapping[str, object]] = (),
    **more: object,
) -> int:
    """Write a whole site; returns the port of its page. `more` are further parts of site.yaml."""
    port = free_port()
    (folder / "rules").mkdir(parents=True, exist_ok=True)
    site = {
        "hamlet": HAMLET,
        "name": {"vi": "Xóm Thử", "en": "Test hamlet"},
        "place": {"latitude": 21.72, "longitude": 105.74, "timezone": "Asia/Ho_Chi_Minh"},
        "broker": broker,
        "web": {"port": port},
        **more,
    }
    dump(folder / "site.yaml", site)
    dump(folder / "devices.yaml", {"devices": list(devices)})
    dump(folder / "plots.yaml", {"plots": list(plots)})
    dump(folder / "rules" / "rules.yaml", list(rules))
    return port


def dump(file: Path, data: object) -> None:
    """JSON is YAML."""
    file.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")


def run_hamlet(*arguments: object) -> subprocess.CompletedProcess[str]:
    """A call that ends by itself."""
    return subprocess.run(
        [sys.executable, *PROGRAM, *(str(one) for one in arguments)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
    )


class GatewayProcess:
    """`hamlet run` on one site, or another command that serves its page until it is told to end.
    It may be started again after its end, however that came."""

    def __init__(self, site: Path, port: int, program: Sequence[str] = PROGRAM) -> None:
        """`program` is what python runs."""
        self.url = f"http://127.0.0.1:{port}"
        self._program = program
        self.log = site / "gateway.log"
        self.site = site
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *arguments: str, connected: bool = True) -> None:
        """Return when its page answers, and says that the broker is connected if that is asked."""
        self.launch(*arguments)
        self.wait_until(lambda: self.health()["broker"] if connected else self.health() is not None)

    def launch(self, *arguments: str) -> None:
        """Start it and wait for nothing."""
        command = arguments or ("run", "--site", str(self.site))
        with self.log.open("ab") as log:
            # A group of its own, like a command in a terminal: Ctrl-C goes to all in it.
            self._process = subprocess.Popen(
                [sys.executable, *self._program, *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    def ask_to_stop(self) -> None:
        """As `stop` does, without waiting for the end."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGTERM)

    def hang_up(self) -> None:
        """Ask it to take over edited rules."""
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """End it as systemd would, or as Ctrl-C; returns the exit status."""
        assert self._process is not None
        os.killpg(self._process.pid, by)
        try:
            return self._process.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            pytest.fail(f"the gateway did not end:\n{self.tail()}")

    def children(self) -> set[int]:
        """The ids of all processes that it started, and those started."""
        assert self._process is not None
        found: set[int] = set()
        look = [self._process.pid]
        while look:
            for tasks in Path(f"/proc/{look.pop()}/task").glob("*/children"):
                for child in map(int, tasks.read_text().split()):
                    found.add(child)
                    look.append(child)
        return found

    def wait_until(self, ready: Callable[[], object]) -> None:
        """Until it is so. An answer that cannot be had yet counts as no."""
        deadline = time.monotonic() + TIMEOUT_S
        while True:
            try:
                if ready():
                    return
            except httpx2.TransportError:
                pass
            if self._process is None or self._process.poll() is not None:
                pytest.fail(f"the gateway has ended:\n{self.tail()}")
            if time.monotonic() > deadline:
                pytest.fail(f"waited {TIMEOUT_S:g} s in vain:\n{self.tail()}")
            time.sleep(POLL_S)

    def get(self, path: str) -> httpx2.Response:
        return httpx2.get(self.url + path, trust_env=False, timeout=TIMEOUT_S)

    def health(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.get("/healthz").json()
        return answer

    def metrics(self) -> dict[str, float]:
        """Every sample by its name with labels, as it stands in the exposition."""
        lines = self.get("/metrics").text.splitlines()
        samples = (line.rpartition(" ") for line in lines if line and not line.startswith("#"))
        return {name: float(value) for name, _, value in samples}

    def totals(self) -> dict[str, int]:
        """The message counters at one moment, each summed over its labels."""
        totals: Counter[str] = Counter()
        for sample, value in self.metrics().items():
            if sample.startswith(_MESSAGES):
                name = sample.partition("{")[0].removeprefix(_MESSAGES).removesuffix("_total")
                totals[name] += int(value)
        return totals

    def total(self, name: str) -> int:
        """One of them."""
        return self.totals()[name]

    def assert_counted(self) -> None:
        """What was received is accepted, a duplicate, or rejected."""
        totals = self.totals()
        parts = sum(totals[name] for name in ("accepted", "duplicate", "rejected"))
        assert totals["received"] == parts, totals

    def ask(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What the journal on the disk says, read by a connection of its own."""
        file = self.site / "data" / "journal.db"
        connection = sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=TIMEOUT_S)
        try:
            return connection.execute(query, parameters).fetchall()
        finally:
            connection.close()

    def stored(self) -> int:
        """Readings of the hamlet's devices on the disk; the gateway's own do not count."""
        count: int = self.ask(
            "SELECT count(*) FROM message WHERE channel = 0 AND device <>"
            " (SELECT number FROM device WHERE id = 'gateway')"
        )[0][0]
        return count

    def newest(self) -> int:
        """The id of the newest message on the disk; ids have no holes."""
        found: int | None = self.ask("SELECT max(id) FROM message")[0][0]
        return found or 0

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""
