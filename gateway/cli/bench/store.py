"""An InfluxDB 2 server of the bench's own, where the program is installed."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import NamedTuple

from gateway.cli.bench.process import await_true, some_port
from gateway.cli.child_process import end

TOOLS = Path(__file__).resolve().parents[3] / ".tools/bin"
"""Where scripts/install-influxd puts it in a clone."""
TIMEOUT_S = 60.0


class Store(NamedTuple):
    """How to write to it; the names are those of `site.yaml`."""

    url: str
    org: str
    bucket: str
    token: str


def find_influxd() -> str | None:
    """The program, or None when it is not installed. Debian's is version 1, another language."""
    built = shutil.which("influxd", path=TOOLS)
    program = built or shutil.which("influxd")
    if built or program is None:
        return built
    said = subprocess.run([program, "version"], capture_output=True, text=True, check=False)
    return program if "InfluxDB v2." in said.stdout else None


@contextmanager
def influxd(program: str) -> Iterator[Store]:
    """A new server on the loopback while the context lasts."""
    with tempfile.TemporaryDirectory(prefix="hamlet-bench-") as name:
        port = some_port()
        store = Store(f"http://127.0.0.1:{port}", "bench", "bench", "only-for-the-bench")
        process = subprocess.Popen(
            [
                program,
                "--reporting-disabled",
                f"--bolt-path={name}/bolt",
                f"--engine-path={name}/engine",
                f"--sqlite-path={name}/sqlite",
                f"--http-bind-address=127.0.0.1:{port}",
                "--log-level=error",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _set_up(port, store)
            yield store
        finally:
            end(process)


def _set_up(port: int, store: Store) -> None:
    def healthy() -> bool:
        with suppress(OSError):  # nobody listens yet
            return _ask(port, "GET", "/health") == HTTPStatus.OK
        return False

    await_true(healthy, "a healthy InfluxDB")
    wanted = {
        "username": "bench",
        "password": store.token,
        "org": store.org,
        "bucket": store.bucket,
        "token": store.token,
    }
    status = _ask(port, "POST", "/api/v2/setup", json.dumps(wanted))
    if status != HTTPStatus.CREATED:
        raise RuntimeError(f"InfluxDB refuses to be set up: {status}")


def _ask(port: int, method: str, path: str, body: str | None = None) -> int:
    with closing(HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)) as connection:
        connection.request(method, path, body)
        return connection.getresponse().status
