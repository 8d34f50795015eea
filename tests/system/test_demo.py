"""The demo as a newcomer starts it: a page from the first second, a clean end, and it continues."""

import re
import signal
import socket
from pathlib import Path

import pytest

from tests.real import free_port, require
from tests.system.conftest import StartGateway
from tests.system.gateway_process import GatewayProcess, device, run_hamlet, write_site

WEEK = "messages of the past week"
WEEK_MS = 7 * 24 * 3_600_000
LEAST_OF_A_WEEK = 200_000


def test_the_demo_starts_ends_and_continues(tmp_path: Path, make_gateway: StartGateway) -> None:
    require("mosquitto")
    port = free_port()
    demo = make_gateway(tmp_path, port)
    arguments = ("demo", "--folder", str(tmp_path), "--port", str(port))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.system.gateway_process.TIMEOUT_S", 300.0)  # it plays a week first
        demo.start(*arguments, "--embedded-broker")
    assert "the embedded broker" in demo.tail()
    assert "there is no port" not in demo.log.read_text(), "the devices came first"
    count, first, last = _history(demo)
    assert count > LEAST_OF_A_WEEK
    assert last - first > 0.99 * WEEK_MS
    for path in ("/", "/?lang=en", "/devices", "/alerts", "/watering", "/technician", "/status"):
        assert demo.get(path).status_code == 200, path
    (code,) = re.findall(r'href="/diary/lots/(\w+)"', demo.get("/diary/lots").text)
    assert demo.get(f"/lot/{code}.svg").status_code == 200, "a lot of tea has a QR code to show"
    _assert_lives(demo)
    _assert_ends(demo)
    before, _, _ = _history(demo)

    said = len(demo.log.read_bytes())
    demo.start(*arguments)
    log = demo.log.read_bytes()[said:].decode()
    assert "Mosquitto on 127.0.0.1" in log
    assert WEEK not in log, "the week was played once"
    assert "there is no port" not in log
    assert _history(demo)[:2] >= (before, first)
    assert _history(demo)[1] == first
    _assert_lives(demo)
    _assert_ends(demo)


def test_the_demo_plays_no_week_for_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = run_hamlet("demo", "--folder", tmp_path, "--port", port)
    assert ended.returncode == 2
    assert str(port) in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "data").exists()


def test_the_demo_leaves_the_journal_of_a_real_site_alone(
    tmp_path: Path, make_gateway: StartGateway
) -> None:
    port = write_site(
        tmp_path, {"embedded": {"port": free_port()}}, devices=[device("light-1", "light")]
    )
    (tmp_path / "scenario.yaml").write_text("faults: []\n")
    gateway = make_gateway(tmp_path, port)
    gateway.start()
    assert gateway.stop() == 0
    journal = tmp_path / "data" / "journal.db"
    before = journal.stat().st_ino, journal.read_bytes()
    ended = run_hamlet("demo", "--folder", tmp_path, "--embedded-broker")
    assert ended.returncode == 2
    assert "--folder" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert (journal.stat().st_ino, journal.read_bytes()) == before


def _assert_lives(demo: GatewayProcess) -> None:
    """The devices are connected and talk."""
    demo.wait_until(lambda: demo.total("accepted") > 337)
    assert demo.get("/healthz").json()["healthy"]
    demo.wait_until(lambda: all(_on_buses(demo).values()))
    assert len(_on_buses(demo)) == 4
    assert demo.total("rejected") == 0
    demo.assert_counted()


def _on_buses(demo: GatewayProcess) -> dict[str, float]:
    """Readings asked of the devices on serial buses."""
    polls = "hamlet_serial_polls_total"
    return {name: value for name, value in demo.metrics().items() if name.startswith(polls)}


def _assert_ends(demo: GatewayProcess) -> None:
    """By Ctrl-C, with everything that it had started."""
    children = demo.children()
    assert children
    assert demo.stop(signal.SIGINT) == 0, demo.tail()
    assert not [child for child in children if Path(f"/proc/{child}").exists()]
    assert "Traceback" not in demo.tail()


def _history(demo: GatewayProcess) -> tuple[int, int, int]:
    """Messages in the journal, the oldest and the newest time."""
    ((count, oldest, newest),) = demo.ask(
        "SELECT count(*), min(measured_at), max(measured_at) FROM message"
    )
    return count, oldest, newest
