"""The gateway as systemd sees it: ready, alive, stopping."""

import socket
from pathlib import Path

import pytest

from tests.conftest import StartMosquitto
from tests.system.conftest import StartGateway
from tests.system.gateway_process import TIMEOUT_S, write_site


def test_is_ready_alive_and_stopping(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make_gateway: StartGateway,
    start_mosquitto: StartMosquitto,
) -> None:
    broker = start_mosquitto()  # before: it would tell systemd that it is ready, too
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(TIMEOUT_S)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "300000")
        port = write_site(tmp_path / "site", {"url": broker.url})
        gateway = make_gateway(tmp_path / "site", port)
        gateway.start()
        first = [systemd.recv(100) for _ in range(3)]
        assert sorted(first) == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"]
        assert gateway.stop() == 0
        last = [systemd.recv(100)]
        while last[-1] != b"STOPPING=1":
            last.append(systemd.recv(100))
        assert {*last[:-1]} <= {b"WATCHDOG=1"}
