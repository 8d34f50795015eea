"""What cannot run says so in words, ends with status 2, and has started nothing."""

import asyncio
import os
import re
import socket
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from tests.conftest import StartMosquitto
from tests.real import free_port
from tests.system.conftest import StartGateway
from tests.system.gateway_process import device, run_hamlet, write_site

USAGE = 2


def test_every_mistake_of_a_site_is_said_at_once_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "site.yaml").write_text(
        "hamlet: Khe Coc\n"
        "name: {vi: Xóm, en: Hamlet}\n"
        "place: {latitude: 91, longitude: 105.7, timezone: Asia/Hanoi}\n"
        'broker: {url: "http://127.0.0.1"}\n'
        "web: {prot: 8000}\n"
    )
    (tmp_path / "devices.yaml").write_text(
        "devices:\n"
        "  - {id: soil-1, kind: soill, label: {vi: a, en: b}}\n"
        "  - {id: '../x', kind: soil, label: {vi: a, en: b}}\n"
    )
    (tmp_path / "rules" / "a.yaml").write_text(
        "- rule: dry\n"
        "  label: {vi: a, en: b}\n"
        "  on: {kind: soil}\n"
        "  when: soil_moisture < 5\n"
        "  then:\n"
        "    - alert: {severity: loud}\n"
    )
    (tmp_path / "rules" / "b.yaml").write_text("- rule: [unclosed\n")
    ended = run_hamlet("run", "--site", tmp_path)
    _assert_refused(ended)
    places = re.findall(r"([\w./]+\.yaml):(\d+):(\d+):", ended.stderr)
    lines = {(Path(file).name, int(line)) for file, line, _ in places}
    assert lines >= {
        ("site.yaml", 1),
        ("site.yaml", 3),
        ("site.yaml", 4),
        ("site.yaml", 5),
        ("devices.yaml", 2),
        ("devices.yaml", 3),
        ("a.yaml", 4),
        ("a.yaml", 6),
    }
    assert any(file == "b.yaml" for file, _ in lines)
    assert "soil_moisture_pct" in ended.stderr, "did you mean"
    assert "nothing was started" in ended.stderr
    assert not (tmp_path / "data").exists()


def test_plots_and_devices_that_disagree_are_said_too(tmp_path: Path) -> None:
    plot = {
        "id": "lo",
        "label": {"vi": "a", "en": "b"},
        "area_m2": 100,
        "valves": ["valve-9"],
        "rate_l_min": 10,
        "soil": {"field_capacity_pct": 32, "wilting_point_pct": 18, "root_depth_m": 0.6},
        "litres_per_day_max": 100,
        "minutes_per_run_max": 10,
    }
    twice = [device("valve-1", "valve"), device("valve-1", "valve", plot="nowhere")]
    write_site(tmp_path, {"url": "mqtt://127.0.0.1:1"}, devices=twice, plots=[plot])
    ended = run_hamlet("run", "--site", tmp_path)
    _assert_refused(ended)
    for said in ("valve-9", "valve-1", "nowhere"):
        assert said in ended.stderr


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    ended = run_hamlet("run", "--site", tmp_path / "nowhere")
    _assert_refused(ended)
    assert "site.example" in ended.stderr


def test_an_empty_folder(tmp_path: Path) -> None:
    ended = run_hamlet("run", "--site", tmp_path)
    _assert_refused(ended)
    assert "site.yaml" in ended.stderr


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    port = write_site(tmp_path, {"url": "mqtt://127.0.0.1:1"})
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        ended = run_hamlet("run", "--site", tmp_path)
    _assert_one_sentence(ended, str(port), "web.port")
    assert not (tmp_path / "data").exists()


def test_a_data_folder_that_cannot_be_made(tmp_path: Path) -> None:
    write_site(tmp_path, {"url": "mqtt://127.0.0.1:1"})
    (tmp_path / "data").write_text("a file")
    ended = run_hamlet("run", "--site", tmp_path)
    _assert_one_sentence(ended, str(tmp_path / "data"), "writable")


def test_a_journal_that_is_none_is_moved_aside_and_nothing_of_it_lost(
    tmp_path: Path, make_gateway: StartGateway, start_mosquitto: StartMosquitto
) -> None:
    port = write_site(tmp_path / "site", {"url": start_mosquitto().url})
    data = tmp_path / "site" / "data"
    data.mkdir()
    content = b"no database " * 1000
    (data / "journal.db").write_bytes(content)
    gateway = make_gateway(tmp_path / "site", port)
    gateway.start()
    assert gateway.health()["journal"]
    (aside,) = data.glob("journal.damaged-*.db")
    first_page = Path(f"{aside}-first-page").read_bytes()
    assert first_page + aside.read_bytes()[len(first_page) :] == content
    assert gateway.stop() == 0


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    write_site(tmp_path, {"url": "mqtt://127.0.0.1:1"})
    (tmp_path / "data").mkdir()
    file = tmp_path / "data" / "journal.db"
    with closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE invoice (id INTEGER)")
    content = file.read_bytes()
    _assert_one_sentence(run_hamlet("run", "--site", tmp_path), "journal.db", "move it away")
    assert file.read_bytes() == content, "untouched"


def test_a_broker_password_that_others_can_read(tmp_path: Path) -> None:
    broker = {"url": "mqtt://127.0.0.1:1", "username": "gateway", "password_file": "mqtt"}
    write_site(tmp_path, broker)
    (tmp_path / "mqtt").write_text("secret")
    (tmp_path / "mqtt").chmod(0o644)
    ended = run_hamlet("run", "--site", tmp_path)
    _assert_one_sentence(ended, "chmod 600", str(tmp_path / "mqtt"))
    assert "secret" not in ended.stderr.replace(str(tmp_path), "")
    assert not (tmp_path / "data").exists()


def test_a_broker_password_that_is_missing_or_empty(tmp_path: Path) -> None:
    broker = {"url": "mqtt://127.0.0.1:1", "username": "gateway", "password_file": "mqtt"}
    write_site(tmp_path, broker)
    _assert_one_sentence(run_hamlet("run", "--site", tmp_path), "broker.password_file", "mqtt")
    (tmp_path / "mqtt").touch(0o600)
    _assert_one_sentence(run_hamlet("run", "--site", tmp_path), "broker.password_file", "mqtt")


def test_a_page_token_that_others_can_read(tmp_path: Path) -> None:
    write_site(tmp_path, {"url": f"mqtt://127.0.0.1:{free_port()}"})
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "web-token").write_text("t" * 40)
    os.chmod(tmp_path / "data" / "web-token", 0o644)
    _assert_one_sentence(run_hamlet("run", "--site", tmp_path), "chmod 600", "web-token")


async def test_a_broker_that_refuses_the_password_is_asked_again_and_the_page_says_it(
    tmp_path: Path, make_gateway: StartGateway, start_mosquitto: StartMosquitto
) -> None:
    broker = start_mosquitto(passwords={"gateway": "right"})
    port = write_site(
        tmp_path / "site",
        {"url": broker.url, "username": "gateway", "password_file": "mqtt"},
    )
    secret = tmp_path / "site" / "mqtt"
    secret.touch(0o600)
    secret.write_text("wrong")
    gateway = make_gateway(tmp_path / "site", port)
    await asyncio.to_thread(gateway.start, connected=False)
    await asyncio.to_thread(gateway.wait_until, lambda: "password_file" in gateway.tail())
    answer = gateway.get("/healthz")
    assert answer.status_code == 200, "to start again would not help"
    assert answer.json()["broker"] is False
    assert "wrong" not in gateway.tail().replace("wrong user name or password", "")
    assert gateway.stop() == 0


def test_nothing_listens_where_the_broker_should_be_until_it_does(
    tmp_path: Path, make_gateway: StartGateway, start_mosquitto: StartMosquitto
) -> None:
    broker = start_mosquitto()
    broker.stop()
    port = write_site(tmp_path / "site", {"url": broker.url})
    gateway = make_gateway(tmp_path / "site", port)
    gateway.start(connected=False)
    gateway.wait_until(lambda: "nothing" in gateway.tail() or "refused" in gateway.tail())
    answer = gateway.get("/healthz")
    assert answer.status_code == 200, "to start again would not help"
    assert answer.json() == {
        "healthy": True, "trouble": None,
        "broker": False, "journal": True, "disk_full": False, "store": None, "clock": True,
    }  # fmt: skip
    assert gateway.get("/").status_code == 200, "the page is there to say what is wrong"
    broker.start()
    gateway.wait_until(lambda: gateway.health()["broker"])
    assert gateway.stop() == 0


def test_a_second_gateway_on_the_same_site_is_refused(
    tmp_path: Path, make_gateway: StartGateway, start_mosquitto: StartMosquitto
) -> None:
    port = write_site(tmp_path / "site", {"url": start_mosquitto().url})
    gateway = make_gateway(tmp_path / "site", port)
    gateway.start()
    _assert_one_sentence(run_hamlet("run", "--site", tmp_path / "site"), "already")
    assert gateway.health()["healthy"]
    assert gateway.stop() == 0


def _assert_refused(ended: "subprocess.CompletedProcess[str]") -> None:
    assert ended.returncode == USAGE, ended.stderr
    assert "Traceback" not in ended.stderr
    assert not ended.stdout


def _assert_one_sentence(ended: "subprocess.CompletedProcess[str]", *words: str) -> None:
    assert ended.returncode == USAGE, ended.stderr
    said = [line for line in ended.stderr.splitlines() if line.startswith("hamlet: ")]
    assert len(said) == 1, ended.stderr
    assert "Traceback" not in ended.stderr
    for word in words:
        assert word in said[0]
