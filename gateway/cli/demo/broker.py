"""The demo's broker: Mosquitto on the loopback when it is there, else the embedded one."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from gateway.app import SiteError
from gateway.cli.child_process import end
from gateway.site import BrokerConfig, EmbeddedConfig

PORT = 1883
PORTS_TRIED = 20
START_TIMEOUT_S = 20.0
SBIN = "/usr/sbin"
"""Where Debian puts mosquitto; not on the PATH of a user who is not root."""


@contextmanager
def demo_broker(folder: Path, *, embedded: bool) -> Iterator[tuple[BrokerConfig, str]]:
    """How to reach the broker, and what it is. Raises SiteError when none can be started."""
    port = free_port(PORT)
    program = None if embedded else find_mosquitto()
    if program is None:
        config = BrokerConfig(embedded=EmbeddedConfig(host="127.0.0.1", port=port))
        yield config, f"the embedded broker on 127.0.0.1:{port}"
        return
    with mosquitto(program, folder, port, {"persistence": "true", "max_queued_messages": 100_000}):
        config = BrokerConfig(url=f"mqtt://127.0.0.1:{port}")
        yield config, f"Mosquitto on 127.0.0.1:{port}"


def find_mosquitto() -> str | None:
    """The program, or None when it is not installed."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path=SBIN)


@contextmanager
def mosquitto(
    program: str, folder: Path, port: int, settings: Mapping[str, str | int]
) -> Iterator[None]:
    """A Mosquitto that listens on the loopback while the context lasts. Raises SiteError."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        f"listener {port} 127.0.0.1",
        "allow_anonymous true",
        f"persistence_location {folder.resolve()}/",
        *(f"{name} {value}" for name, value in settings.items()),
    ]
    if os.geteuid() == 0:
        lines.append("user root")  # else it would become a user who may not write here
    file = folder / "mosquitto.conf"
    file.write_text("\n".join([*lines, ""]))
    with (folder / "mosquitto.log").open("wb") as log:
        # A session of its own: Ctrl-C ends the gateway first and the broker last.
        process = subprocess.Popen(
            [program, "-c", str(file)], stdout=log, stderr=log, start_new_session=True
        )
    try:
        _await_port(process, port, folder / "mosquitto.log")
        yield
    finally:
        end(process)


def _await_port(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SiteError(f"Mosquitto did not start; {log} says why, or try --embedded-broker")


def free_port(first: int) -> int:
    """`first`, or the next port on the loopback that nobody uses. Raises SiteError."""
    for port in range(first, first + PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise SiteError(f"no free port between {first} and {first + PORTS_TRIED - 1}")
