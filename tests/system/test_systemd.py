"""The gateway as systemd sees it: ready, alive, stopping."""

import queue
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real import Mosquitto
from tests.system.conftest import StartGateway
from tests.system.gateway_process import TIMEOUT_S, write_site
from tests.system.traffic import LISTED, publish, reports

Words = queue.SimpleQueue[bytes]


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Words]:
    """What is said to systemd by all that is started from now on."""
    words: Words = queue.SimpleQueue()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))

        def listen() -> None:  # at once: a socket holds only so many words
            while word := listening.recv(100):
                words.put(word)

        listener = threading.Thread(target=listen)
        listener.start()
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "300000")
        yield words
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"", str(tmp_path / "notify"))
        listener.join()


# A broker that is started first does not tell systemd that it is ready, too.
async def test_is_ready_alive_and_stopping(
    patient_broker: Mosquitto, systemd: Words, tmp_path: Path, make_gateway: StartGateway
) -> None:
    site = tmp_path / "site"
    port = write_site(site, {"url": patient_broker.url}, devices=LISTED)
    gateway = make_gateway(site, port)
    gateway.start()
    first = [systemd.get(timeout=TIMEOUT_S) for _ in range(4)]
    assert sorted(first) == [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1", b"WATCHDOG_USEC=300000"]

    (site / "data" / "journal.db-wal").unlink()  # the journal is opened anew
    await publish(patient_broker.port, list(reports(1)))
    again = listen_until(systemd, b"READY=1")
    assert again[-2:] == [b"WATCHDOG_USEC=900000000", b"READY=1"]
    assert {*again[:-2]} <= {b"WATCHDOG=1"}
    assert systemd.get(timeout=TIMEOUT_S) == b"WATCHDOG_USEC=300000"

    assert gateway.stop() == 0
    assert {*listen_until(systemd, b"STOPPING=1")[:-1]} <= {b"WATCHDOG=1"}


def listen_until(systemd: Words, word: bytes) -> list[bytes]:
    heard = [systemd.get(timeout=TIMEOUT_S)]
    while heard[-1] != word:
        heard.append(systemd.get(timeout=TIMEOUT_S))
    return heard
