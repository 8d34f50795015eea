"""Pipes and valves break under a real gateway on a real broker, in real time."""

import asyncio
import json
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from firmware_sim.firmware.valve import ValveFirmware
from firmware_sim.live import SteadyClock
from firmware_sim.scenario import parse_scenario
from firmware_sim.world import World
from tests.real import Mosquitto
from tests.system.conftest import StartGateway
from tests.system.gateway_process import FULL, HAMLET, device, write_site
from tests.system.test_watering_cut_short import EAGER, LAYOUT, PLOT, WATER, living

BROKEN = {
    "pipe-burst": ("{fault: pipe-burst, devices: [valve], amount: 3}", "burst pipe"),
    "pump-tripped": ("{fault: pump-tripped, devices: [pump]}", "the overload relay has tripped"),
    "valve-stuck-closed": ("{fault: valve-stuck-closed, devices: [valve]}", "no water flows"),
    "pump-dead": ("{fault: pump-dead, devices: [pump]}", "the pump did not start"),
}
SOON = ("pipe-burst", "pump-tripped")
"""Found within a report; the others take minutes to be sure."""
PATIENCE_S = 300.0


@pytest.mark.parametrize("name", BROKEN if FULL else SOON)
async def test_what_breaks_is_shut_off_and_told(
    name: str,
    tmp_path: Path,
    make_gateway: StartGateway,
    mosquitto: Mosquitto,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.system.gateway_process.TIMEOUT_S", PATIENCE_S)
    fault, said = BROKEN[name]
    site = tmp_path / "site"
    listed = [device("valve", "valve"), device("pump", "pump"), device("probe", "soil")]
    port = write_site(site, {"url": mosquitto.url}, devices=listed, rules=[WATER], plots=[PLOT])
    gateway = make_gateway(site, port)

    async def until(query: str) -> list[tuple[Any, ...]]:
        await asyncio.to_thread(gateway.wait_until, lambda: gateway.ask(query))
        return gateway.ask(query)

    start = SteadyClock()()
    scenario = parse_scenario(
        f"faults: [{fault}]",
        tmp_path / "scenario.yaml",
        origin=start,
        timezone="Asia/Ho_Chi_Minh",
        devices={"valve", "pump"},
    )
    world = World(LAYOUT, seed=1, start=start, cadence=EAGER, scenario=scenario)
    valve = world.devices["valve"]
    assert isinstance(valve, ValveFirmware)
    await asyncio.to_thread(gateway.start)
    async with living(world, mosquitto.port):
        await until("SELECT 1 FROM state_change WHERE device = 'valve' AND state = 'up'")
        await until("SELECT 1 FROM state_change WHERE device = 'pump' AND state = 'up'")
        async with aiomqtt.Client("127.0.0.1", mosquitto.port) as client:
            dry = b'{"seq":0,"boot":"b","soil_moisture_pct":3}'
            await client.publish(f"hamlet/{HAMLET}/soil/probe/telemetry", dry, qos=1)
        ((state, cause, litres),) = await until(
            "SELECT state, cause, litres FROM run WHERE ended_at IS NOT NULL"
        )
        assert not valve.tap.coil
        assert not valve.tap.flow_l_min
        assert state == "failed"
        assert said in json.loads(cause)[1]
        assert litres == pytest.approx(valve.tap.total_l, abs=1)
        ((message,),) = await until("SELECT message FROM alert WHERE subject = 'plot'")
        assert said in json.loads(message)[1]
    assert gateway.stop() == 0
