"""`hamlet serial`: what it finds and reads on a bus, and what it says when it cannot."""

import asyncio
import fcntl
import json
import os
import pwd
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from typer.testing import CliRunner, Result

from firmware_sim.modbus_slaves import Slave, SlaveFault, Wire
from firmware_sim.pty_port import PtyPort
from firmware_sim.registers import encode
from gateway.cli.main import app
from gateway.profiles import load_profiles
from tests.gateway.small_site import write_small_site

SOIL = {"soil_moisture_pct": 24.5, "soil_temperature_c": -3.2, "soil_ec_us_cm": 410, "soil_ph": 5.1}
PATIENT_MS = 1500
"""The slaves answer from a process that has other things to do."""
LIGHT = {"battery_v": 13.1, "is_night": True, "pv_power_w": 3000.0}


@pytest_asyncio.fixture
async def bus(tmp_path: Path) -> AsyncIterator[PtyPort]:
    """A soil probe at 1, a light at 3, somebody whose answers are stuck at 5, damage at 6."""
    profiles = load_profiles()
    soil, light = encode(profiles["soil-7in1"], SOIL), encode(profiles["epever-tracer"], LIGHT)
    slaves = [
        Slave(1, lambda: soil),
        Slave(3, lambda: light),
        Slave(5, lambda: soil, SlaveFault.LYING),
        Slave(6, lambda: soil, SlaveFault.DAMAGED),
    ]
    port = PtyPort(tmp_path / "bus", Wire(slaves).feed)
    port.plug()
    yield port
    port.unplug()


async def run(*arguments: object) -> Result:
    """In a thread of its own, while the bus answers in this one."""
    words = ["serial", *map(str, arguments)]
    return await asyncio.to_thread(CliRunner().invoke, app, words)


async def test_a_scan_finds_everybody_and_what_fits(bus: PtyPort) -> None:
    ended = await run(
        "scan", bus.path, "--baud", 9600, "--last", 5, "--timeout-ms", PATIENT_MS, "--json"
    )
    assert ended.exit_code == 0, ended.stderr
    found = {each["address"]: each["profiles"] for each in json.loads(ended.stdout)}
    assert found.keys() == {1, 3, 5}
    assert found[1][0] == "soil-7in1"
    assert found[3] == ["epever-tracer"]
    assert found[5] == []


async def test_a_scan_of_the_site_names_its_devices(bus: PtyPort, tmp_path: Path) -> None:
    site = tmp_path / "site"
    device = {"device": "soil-1", "profile": "soil-7in1", "address": 1}
    write_small_site(site, serial=[{"port": str(bus.path), "devices": [device]}])
    ended = await run("scan", "--site", site, "--last", 1, "--timeout-ms", PATIENT_MS)
    assert ended.exit_code == 0, ended.stderr
    assert "9600 baud  address 1: soil-7in1" in ended.stdout
    assert ended.stdout.rstrip().endswith("soil-1")


async def test_a_silent_bus_is_told_with_what_to_do(bus: PtyPort) -> None:
    ended = await run(
        "scan", bus.path, "--baud", 9600, "--first", 8, "--last", 9, "--timeout-ms", 20
    )
    assert ended.exit_code == 1
    assert "wires A and B" in ended.stderr
    assert ended.stdout == ""


async def test_reading_shows_values_units_and_registers(bus: PtyPort) -> None:
    ended = await run("read", bus.path, "--profile", "soil-7in1", "--timeout-ms", PATIENT_MS)
    assert ended.exit_code == 0, ended.stderr
    lines = [line.split() for line in ended.stdout.splitlines()]
    assert lines[0] == ["soil_moisture_pct", "24.5", "%", "0x0000:", "0x00f5"]
    assert lines[1] == ["soil_temperature_c", "-3.2", "°C", "0x0001:", "0xffe0"]
    asked = ("read", bus.path, "--profile", "epever-tracer", "--address", 3, "--json")
    ended = await run(*asked, "--timeout-ms", PATIENT_MS)
    rows = {row["metric"]: row for row in json.loads(ended.stdout)}
    assert rows["pv_power_w"]["value"] == 3000
    assert rows["pv_power_w"]["registers"] == "0x3102: 0x93e0 0x0004"
    assert rows["is_night"]["value"] is True


async def test_what_cannot_be_is_marked(bus: PtyPort) -> None:
    asked = ("read", bus.path, "--profile", "soil-7in1", "--address", 5)
    ended = await run(*asked, "--timeout-ms", PATIENT_MS)
    assert ended.exit_code == 0
    assert "cannot be" in ended.stdout.splitlines()[0]


async def test_a_device_that_refuses_everything(bus: PtyPort) -> None:
    asked = ("read", bus.path, "--profile", "epever-tracer", "--address", 1)
    for arguments in ((), ("--json",)):
        ended = await run(*asked, "--timeout-ms", PATIENT_MS, *arguments)
        assert ended.exit_code == 1
        assert "refuses every register of epever-tracer" in ended.stderr
        assert "refused" in ended.stdout


async def test_a_device_that_does_not_answer(bus: PtyPort) -> None:
    asked = ("read", bus.path, "--profile", "soil-7in1")
    ended = await run(*asked, "--address", 9, "--timeout-ms", 20)
    assert ended.exit_code == 1
    assert "nobody answers" in ended.stderr
    ended = await run(*asked, "--address", 6, "--timeout-ms", PATIENT_MS)
    assert ended.exit_code == 1
    assert "crc" in ended.stderr


async def test_a_port_in_use(bus: PtyPort) -> None:
    descriptor = os.open(bus.path, os.O_RDWR | os.O_NOCTTY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        ended = await run("scan", bus.path)
    finally:
        os.close(descriptor)
    assert ended.exit_code == 2
    assert "in use by another program, perhaps by the running gateway" in ended.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["scan"], "name a port"),
        (["scan", "no-such-port"], "there is no port"),
        (["scan", "/dev/null"], "no serial port"),
        (["scan", "loop://"], "no serial port"),
        (["scan", "/dev/null", "--parity", "X"], "parity"),
        (["scan", "/dev/null", "--first", "9", "--last", "3"], "no address"),
        (["scan", "/dev/null", "--baud", "7"], "no baud rate"),
        (["scan", "--site", "no-such-site"], "not exist"),
        (["read", "/dev/null", "--profile", "soil-7in"], "did you mean 'soil-7in1'"),
        (["read", "/dev/null", "--profile", "soil-7in1", "--address", "248"], "247"),
    ],
)
def test_wrong_calls_are_refused_in_words(arguments: list[str], complaint: str) -> None:
    ended = CliRunner().invoke(app, ["serial", *arguments])
    assert ended.exit_code == 2
    assert complaint in ended.stderr


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Root may open everything; so be nobody meanwhile."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(pwd.getpwnam("nobody").pw_uid)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_port_without_permission(tmp_path: Path) -> None:
    port = tmp_path / "port"
    port.touch(0o000)
    with ordinary_user():
        ended = CliRunner().invoke(app, ["serial", "scan", str(port)])
    assert ended.exit_code == 2
    assert "dialout" in ended.stderr
