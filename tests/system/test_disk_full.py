"""A disk of 64 MB is filled to the last byte and freed again: nothing is lost, commands work."""

import asyncio
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import aiomqtt
import httpx2
import pytest

from gateway.journal.reserve import RESERVE_FILE, START_BYTES
from tests.real import Mosquitto, do_without
from tests.system.conftest import StartGateway
from tests.system.gateway_process import HAMLET, TIMEOUT_S, GatewayProcess, device, rule, write_site
from tests.system.responder import Responder
from tests.system.traffic import LISTED, publish, reports

DISK_MB = 64
MESSAGES = 3000
"""Fewer than the broker hands out unacknowledged: what comes later must still be heard."""
OPEN_ALERT = "SELECT 1 FROM alert WHERE source = 'gateway:disk-full' AND resolved_at IS NULL"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """The data folder of a site, on a file system of its own."""
    folder = tmp_path / "site" / "data"
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode:
        do_without("mounting a file system needs root")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


async def test_a_disk_filled_to_the_last_byte_and_freed_again(
    small_disk: Path, make_gateway: StartGateway, patient_broker: Mosquitto
) -> None:
    site = small_disk.parent
    warn = rule(
        "dry",
        on={"device": "probe"},
        when="soil_moisture_pct < 5",
        then=[{"command": {"device": "lamp", "command": "set-brightness", "brightness_pct": 50}}],
    )
    own = [device("probe", "soil"), device("lamp", "light"), device("valve", "valve")]
    port = write_site(site, {"url": patient_broker.url}, devices=[*LISTED, *own], rules=[warn])
    gateway = make_gateway(site, port)
    gateway.start()
    fill_up(small_disk / "ballast")
    sent = await publish(patient_broker.port, list(reports(MESSAGES)))
    gateway.wait_until(lambda: gateway.health()["disk_full"])
    gateway.wait_until(lambda: gateway.ask(OPEN_ALERT))
    saved = gateway.stored()
    assert saved < MESSAGES
    fill_up(small_disk / "ballast-2")  # what was given back of the reserve is taken by somebody
    finished = "SELECT requester FROM command WHERE state = 'done' ORDER BY requester"
    async with (
        Responder(patient_broker.port),
        aiomqtt.Client("127.0.0.1", port=patient_broker.port) as client,
    ):
        await close_valve(gateway, small_disk)
        dry = b'{"seq":0,"boot":"b","soil_moisture_pct":3}'
        await client.publish(f"hamlet/{HAMLET}/soil/probe/telemetry", dry, qos=1)
        await asyncio.to_thread(gateway.wait_until, lambda: len(gateway.ask(finished)) == 2)
        assert gateway.ask(finished) == [("person:api",), ("rule:dry",)]
        assert gateway.stored() == saved
        gateway.assert_counted()

        gateway.kill()
        os.truncate(small_disk / RESERVE_FILE, START_BYTES)  # as after days
        fill_up(small_disk / "ballast-3")
        await asyncio.to_thread(gateway.start)
        assert gateway.health()["disk_full"]
        assert gateway.stop() == 0
        fill_up(small_disk / "ballast-4")  # with what SQLite gives back at a clean end
        await asyncio.to_thread(gateway.start)
        assert gateway.health()["disk_full"]
        assert gateway.ask("SELECT count(*) FROM alert") == [(1,)]
        await close_valve(gateway, small_disk)
        await asyncio.to_thread(gateway.wait_until, lambda: len(gateway.ask(finished)) == 3)
        assert gateway.stored() == saved

    for name in ("ballast", "ballast-2", "ballast-3", "ballast-4"):
        (small_disk / name).unlink()
    gateway.wait_until(lambda: not gateway.health()["disk_full"])
    gateway.wait_until(lambda: not gateway.ask(OPEN_ALERT))
    gateway.wait_until(lambda: gateway.stored() == sent + 1)
    gateway.assert_counted()
    twice = "SELECT 1 FROM message WHERE channel = 0 GROUP BY device, boot, seq HAVING count(*) > 1"
    assert not gateway.ask(twice)
    assert gateway.stop() == 0


def fill_up(file: Path) -> None:
    """Take all the room that the file's disk has, to the last byte."""
    with file.open("wb", buffering=0) as ballast:
        for size in (2**20, 4096, 1):
            with suppress(OSError):
                while True:
                    ballast.write(bytes(size))
    assert os.statvfs(file).f_bavail == 0


async def close_valve(gateway: GatewayProcess, data: Path) -> None:
    """As a person does."""
    token = (data / "web-token").read_text().strip()
    async with httpx2.AsyncClient(trust_env=False, timeout=TIMEOUT_S) as client:
        answer = await client.post(
            f"{gateway.url}/api/v1/devices/valve/commands",
            json={"command": "close"},
            headers={"Authorization": f"Bearer {token}"},
        )
    assert answer.status_code == 202, answer.text
