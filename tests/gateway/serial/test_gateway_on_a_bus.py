"""A gateway with a bus: what becomes of a device that falls silent, and of a full pipeline."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from firmware_sim.modbus_slaves import Slave, SlaveFault, Wire
from firmware_sim.pty_port import PtyPort
from firmware_sim.registers import encode
from gateway.app import Gateway, open_gateway
from gateway.committer import Committer
from gateway.decisions import State
from gateway.profiles import load_profiles
from gateway.serial.exchange import Cause
from tests.gateway.small_site import small_site
from tests.real import free_port

TIMEOUT_S = 60.0
POLL_S = 0.01
SILENT_MS = 10 * 60_000
MOISTURE = 24.5


@asynccontextmanager
async def gateway_on(slave: Slave, folder: Path) -> AsyncIterator[tuple[Gateway, PtyPort]]:
    cable = PtyPort(folder / "bus", Wire([slave]).feed)
    cable.plug()
    device = {"device": "soil-1", "profile": "soil-7in1", "address": 1, "every_s": 1}
    line = {"port": str(cable.path), "timeout_ms": 100, "devices": [device]}
    site, _ = small_site(folder, broker={"embedded": {"port": free_port()}}, serial=[line])
    try:
        async with asyncio.timeout(TIMEOUT_S), open_gateway(site, ()) as gateway:
            running = asyncio.create_task(gateway.run())
            try:
                yield gateway, cable
            finally:
                running.cancel()
                await asyncio.wait([running])
    finally:
        cable.unplug()


async def until(ready: Callable[[], object]) -> None:
    """A bus has no event to wait for: look again and again; gateway_on bounds it."""
    while not ready():  # noqa: ASYNC110
        await asyncio.sleep(POLL_S)


def probe() -> Slave:
    memory = encode(load_profiles()["soil-7in1"], {"soil_moisture_pct": MOISTURE, "soil_ph": 5})
    return Slave(1, lambda: memory)


async def test_a_probe_that_disappears_is_unknown_and_not_zero(tmp_path: Path) -> None:
    slave = probe()
    async with gateway_on(slave, tmp_path) as (gateway, _):
        device = gateway.pipeline.fleet.get("soil-1")
        assert device is not None
        await until(lambda: device.state is State.UP)
        slave.fault = SlaveFault.SILENT
        seen = gateway.serial.statistics[0].devices["soil-1"]
        await until(lambda: seen.trouble is Cause.SILENT)
        later = gateway.clock.now() + SILENT_MS
        gateway.pipeline.tick(later)
        assert device.state is State.UNKNOWN
        assert device.value("soil_moisture_pct", later) is None
        assert device.values["soil_moisture_pct"] == MOISTURE
        answers = slave.answers
        slave.fault = None
        await until(lambda: slave.answers > answers)
        await until(lambda: device.state is State.UP)


async def test_readings_wait_while_the_pipeline_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with gateway_on(probe(), tmp_path) as (gateway, _):
        device = gateway.pipeline.fleet.get("soil-1")
        assert device is not None
        await until(lambda: device.measured_at)
        with monkeypatch.context() as full:
            full.setattr(Committer, "full", True)
            heard_at = device.heard_at
            seen = gateway.serial.statistics[0].devices["soil-1"]
            polls = seen.polls
            await until(lambda: seen.polls >= polls + 3)
            assert device.heard_at == heard_at
        await until(lambda: seen.polls >= polls + 4)
        await until(lambda: device.heard_at != heard_at)
        assert device.sequences.gaps() == []
        assert gateway.serial.reports.dropped == 0


async def test_a_bus_full_of_noise_neither_blocks_nor_invents(tmp_path: Path) -> None:
    slave = probe()
    async with gateway_on(slave, tmp_path) as (gateway, cable):
        seen = gateway.serial.statistics[0].devices["soil-1"]
        await until(lambda: seen.answered_at)
        slave.fault = SlaveFault.SILENT
        polls = seen.polls
        chatter = asyncio.create_task(_chatter(cable))
        await until(lambda: seen.polls >= polls + 2 and seen.errors[Cause.CRC])
        chatter.cancel()
        assert gateway.pipeline.counters.received == gateway.pipeline.counters.accepted


async def _chatter(cable: PtyPort) -> None:
    while True:
        cable.send(b"\x01\x03\x06\xff\x01\x83\x02")
        await asyncio.sleep(POLL_S)
