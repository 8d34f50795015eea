"""Broker and gateway lose power together: what a device still holds is not lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from devices.kinds import KINDS
from firmware_sim.cadence import Cadence
from firmware_sim.firmware.device import Firmware
from firmware_sim.layout import many_devices
from firmware_sim.live import SteadyClock
from firmware_sim.station import Broker, Station
from firmware_sim.world import World
from tests.conftest import StartMosquitto
from tests.system.conftest import StartGateway
from tests.system.gateway_process import (
    FULL,
    HAMLET,
    POLL_S,
    TIMEOUT_S,
    GatewayProcess,
    device,
    write_site,
)

CUTS = 10 if FULL else 1
LOST_EACH = 3
"""Readings of every device that only the broker has when it goes."""
LAYOUT = many_devices(HAMLET, 40, ("light", "soil", "wifi"))
CADENCE = Cadence(dict.fromkeys(KINDS, 1), active_s=1, start_s=1)


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
async def test_a_power_cut_of_broker_and_gateway_loses_and_repeats_nothing(
    protocol: str, tmp_path: Path, make_gateway: StartGateway, start_mosquitto: StartMosquitto
) -> None:
    broker = start_mosquitto(settings={"persistence": "false"})
    site = tmp_path / "site"
    port = write_site(
        site,
        {"url": broker.url, "protocol": protocol},
        devices=[device(spec.id, spec.kind) for spec in LAYOUT.devices],
        limits={"ack_interval_s": 1},
    )
    gateway = make_gateway(site, port)
    await asyncio.to_thread(gateway.start)
    async with stations(broker.port) as devices:
        for _ in range(CUTS):
            await _until_complete(gateway, devices, 0)
            gateway.kill()
            await _until_measured(devices, LOST_EACH)
            broker.kill()
            await _until_measured(devices, 1)
            await asyncio.to_thread(broker.start)
            await asyncio.to_thread(gateway.start)
        await _until_complete(gateway, devices, LOST_EACH)
    (counts,) = gateway.ask(
        "SELECT count(*), count(DISTINCT device || boot || '/' || seq) FROM message"
        " WHERE channel = 0"
    )
    assert counts[0] == counts[1], "no reading is there twice"
    gateway.assert_counted()
    assert gateway.stop() == 0


@asynccontextmanager
async def stations(port: int) -> AsyncIterator[list[Firmware]]:
    """Every device with a connection of its own, as long as the context lasts."""
    clock = SteadyClock()
    world = World(LAYOUT, seed=1, start=clock(), cadence=CADENCE)
    devices = list(world.devices.values())
    running = [Station(one, Broker("127.0.0.1", port), clock) for one in devices]
    tasks = [asyncio.create_task(station.run(0)) for station in running]
    try:
        yield devices
    finally:
        for station in running:
            station.stop()
        await asyncio.gather(*tasks)


async def _until_measured(devices: list[Firmware], more: int) -> None:
    """Every device has so many readings more."""
    wanted = {one.badge.id: one.seq + more for one in devices}
    async with asyncio.timeout(TIMEOUT_S):
        while any(one.seq < wanted[one.badge.id] for one in devices):  # noqa: ASYNC110
            await asyncio.sleep(POLL_S)


async def _until_complete(gateway: GatewayProcess, devices: list[Firmware], more: int) -> None:
    """The journal holds, of every device, all it has measured so far and `more` after that."""
    wanted = {one.badge.id: one.seq + more for one in devices}

    def complete() -> bool:
        rows = gateway.ask(
            "SELECT device.id, count(*), min(seq), max(seq) FROM message"
            " JOIN device ON device.number = message.device"
            " WHERE channel = 0 AND kind <> 'gateway' GROUP BY device.id"
        )
        return len(rows) == len(devices) and all(
            low == 0 and high + 1 >= wanted[id] and count == high + 1
            for id, count, low, high in rows
        )

    await asyncio.to_thread(gateway.wait_until, complete)
