"""The real servers that tests meet: where they are, and how they start and end.

A missing part skips the test and names the command that installs it; with HAMLET_REQUIRE_REAL=1,
which CI sets, it fails. Everything here is synchronous: it serves tests with and without an event
loop, and a server outlives the loop of one test. Servers listen on 127.0.0.1 only.
"""

import os
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import httpx2
import pytest

PROJECT = Path(__file__).resolve().parent.parent

INSTALLED_BY = {
    "mosquitto": "sudo apt install mosquitto",
    "mosquitto_passwd": "sudo apt install mosquitto",
    "chromium": "sudo apt install chromium",
    "influxd": "scripts/install-influxd",
    "openssl": "sudo apt install openssl",
}

# Debian keeps daemons in sbin, which is not on the PATH of a user who is not root.
SEARCH_PATH = os.pathsep.join(
    [str(PROJECT / ".tools/bin"), os.environ.get("PATH", os.defpath), "/usr/sbin"]
)

# Below the kernel's ephemeral range: between a stop and the next start on the same port,
# no outgoing connection of this machine can take it.
PORTS = range(20_000, 32_000)
WORKERS_MAX = 4  # as in the Makefile
WORKER = os.environ.get("PYTEST_XDIST_WORKER")
if WORKER is not None:
    # Nor can a test that runs beside this one, which may have chosen it and not opened it yet.
    PORTS = PORTS[int(WORKER.removeprefix("gw")) % WORKERS_MAX :: WORKERS_MAX]

# Generous: the machine may be busy with a build. A server that dies is noticed at once.
START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 30.0
POLL_INTERVAL_S = 0.01


def require(name: str) -> Path:
    """The path of a real part; without it the test skips, or fails where parts are required."""
    found = shutil.which(name, path=SEARCH_PATH)
    if found is None:
        do_without(f"{name} is not installed: {INSTALLED_BY[name]}")
    return Path(found)


def do_without(reason: str) -> NoReturn:
    """Skip for want of something real; where real parts are required that is a failure."""
    if os.environ.get("HAMLET_REQUIRE_REAL") == "1":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


def free_port() -> int:
    """A port of 127.0.0.1 on which nothing listens."""
    # Not the global generator: Hypothesis seeds it, and two runs would race for the same ports.
    choice = random.SystemRandom()
    while True:
        port = choice.choice(PORTS)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


class Server:
    """A process that listens on one port; it may be stopped, killed and started again there."""

    def __init__(self, command: Sequence[str | Path], port: int, log: Path) -> None:
        self.port = port
        self.log = log
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Return once the port accepts connections."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        self._wait_until(self._accepts, "to listen")

    def stop(self) -> None:
        """End it as an administrator would; it saves what it wants to keep."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                self.kill()
                pytest.fail(f"{self._command[0]} did not end within {STOP_TIMEOUT_S:.0f} s")

    def kill(self) -> None:
        """End it as a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _accepts(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _wait_until(self, ready: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not ready():
            if not self.running or time.monotonic() > deadline:
                self.kill()
                pytest.fail(f"{self._command[0]} failed {what}:\n{self.log.read_text()[-4000:]}")
            time.sleep(POLL_INTERVAL_S)


class Mosquitto(Server):
    """A broker that keeps its sessions over `stop` and `start`."""

    def __init__(
        self,
        folder: Path,
        *,
        passwords: Mapping[str, str] | None = None,
        settings: Mapping[str, str | int | Path] | None = None,
    ) -> None:
        """`passwords` by user name close the broker to everybody else; `settings` are further
        lines of mosquitto.conf and belong to the listener."""
        binary = require("mosquitto")
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        lines = [
            f"listener {port} 127.0.0.1",
            f"allow_anonymous {'false' if passwords else 'true'}",
            "persistence true",
            f"persistence_location {folder}/",
        ]
        if os.geteuid() == 0:
            # Started by root it would become the user mosquitto, who cannot write to the folder.
            lines.append("user root")
        if passwords:
            lines.append(f"password_file {_write_passwords(folder / 'passwords', passwords)}")
        lines += [f"{name} {value}" for name, value in (settings or {}).items()]
        configuration = folder / "mosquitto.conf"
        configuration.write_text("\n".join(lines) + "\n")
        super().__init__([binary, "-v", "-c", configuration], port, folder / "mosquitto.log")

    @property
    def url(self) -> str:
        return f"mqtt://127.0.0.1:{self.port}"


class Influxd(Server):
    """An InfluxDB 2 server that is set up; it keeps its data over `stop` and `start`."""

    org = "hamlet"
    token = "a-token-that-only-tests-know"

    def __init__(self, folder: Path) -> None:
        binary = require("influxd")
        folder.mkdir(parents=True, exist_ok=True)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._org_id = ""
        command = [
            str(binary),
            "--reporting-disabled",
            f"--bolt-path={folder}/bolt",
            f"--engine-path={folder}/engine",
            f"--sqlite-path={folder}/sqlite",
            f"--http-bind-address=127.0.0.1:{port}",
            "--log-level=error",
        ]
        super().__init__(command, port, folder / "influxd.log")

    def start(self) -> None:
        super().start()
        self._wait_until(self._healthy, "to become healthy")
        if not self._org_id:
            answer = self._post(
                "/api/v2/setup",
                username="admin",
                password="only-for-tests",
                org=self.org,
                bucket="first",
                token=self.token,
            )
            self._org_id = answer["org"]["id"]

    def create_bucket(self, name: str) -> None:
        self._post("/api/v2/buckets", orgID=self._org_id, name=name)

    def _healthy(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/health", trust_env=False).is_success
        except httpx2.TransportError:
            return False

    def _post(self, path: str, **body: str) -> Any:
        headers = {"Authorization": f"Token {self.token}"}
        url = self.url + path
        answer = httpx2.post(
            url, json=body, headers=headers, timeout=START_TIMEOUT_S, trust_env=False
        )
        return answer.raise_for_status().json()


def _write_passwords(path: Path, passwords: Mapping[str, str]) -> Path:
    path.write_text("".join(f"{user}:{password}\n" for user, password in passwords.items()))
    path.chmod(0o600)
    subprocess.run([require("mosquitto_passwd"), "-U", path], check=True, capture_output=True)
    return path
