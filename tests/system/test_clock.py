"""The time by a gateway that runs as a process on this machine's own clock, and a person's word."""

import json
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from devices.kinds import KINDS
from devices.text import Text
from gateway.cli.web import TOKEN_FILE
from gateway.fleet import Device
from gateway.journal.batch import Batch
from gateway.journal.database import open_journal
from gateway.journal.writer import commit
from tests.real import free_port
from tests.system.gateway_process import GatewayProcess, run_hamlet, write_site

DAY_MS = 86_400_000


def test_a_person_vouches_for_a_clock_that_is_behind_the_journal(tmp_path: Path) -> None:
    port = write_site(tmp_path, {"url": f"mqtt://127.0.0.1:{free_port()}"})
    ahead = time.time_ns() // 1_000_000 + DAY_MS
    _write_journal(tmp_path, ahead)
    gateway = GatewayProcess(tmp_path, port)
    gateway.start(connected=False)
    try:
        before = json.loads(run_hamlet("clock", "show", "--site", tmp_path, "--json").stdout)
        if before["trusted"]:  # by NTP, which is right whatever the journal says
            assert before["own"] < ahead
        else:
            assert before["own"] > ahead
            assert not before["agrees"]
        vouched = run_hamlet("clock", "trust", "--site", tmp_path)
        assert vouched.returncode == 0, vouched.stderr
        assert "They agree." in vouched.stdout
        after = run_hamlet("clock", "show", "--site", tmp_path, "--json")
        assert after.returncode == 0
        assert json.loads(after.stdout)["own"] < ahead
    finally:
        gateway.stop()


def test_without_a_gateway_nobody_knows(tmp_path: Path) -> None:
    write_site(tmp_path, {"url": "mqtt://127.0.0.1:1"})
    asked = run_hamlet("clock", "show", "--site", tmp_path)
    assert asked.returncode == 2
    assert "no gateway of this site answers" in asked.stderr


@pytest.mark.parametrize("said", ["[]", "{}", "7"])
def test_another_server_on_the_gateways_port_knows_nothing(tmp_path: Path, said: str) -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(said.encode())

    with HTTPServer(("127.0.0.1", 0), Other) as server:
        write_site(tmp_path, {"url": "mqtt://127.0.0.1:1"})
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / TOKEN_FILE).write_text("token")
        answering = Thread(target=server.handle_request)
        answering.start()
        asked = run_hamlet("clock", "show", "--site", tmp_path, "--port", server.server_port)
        answering.join()
    assert asked.returncode == 2
    assert "is no gateway" in asked.stderr


def _write_journal(folder: Path, at: int) -> None:
    """As a gateway leaves it whose clock was right."""
    (folder / "data").mkdir()
    connection = open_journal(folder / "data" / "journal.db")
    device = Device(1, "soil-1", KINDS["soil"], True, Text("Đất", "Soil"))
    body = b'{"seq":0,"boot":"b","soil_moisture_pct":20}'
    row = (1, 1, None, 0, at, at, "b", 0, body)
    commit(connection, Batch(new_devices=[(device, at)], messages=[row]))
    connection.close()
