"""A plot whose valve and pump live on a broker, and the gateway that waters it, in real time."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt

from devices.kinds import KINDS
from firmware_sim.cadence import Cadence
from firmware_sim.firmware.valve import ValveFirmware
from firmware_sim.layout import DeviceSpec, Layout, PlotSpec
from firmware_sim.live import SteadyClock, run_live
from firmware_sim.scenario import parse_scenario
from firmware_sim.station import Broker
from firmware_sim.world import World
from tests.real import Mosquitto
from tests.system.conftest import StartGateway
from tests.system.gateway_process import HAMLET, device, rule, write_site

EAGER = Cadence(dict.fromkeys(KINDS, 2), active_s=1, start_s=0)
LAYOUT = Layout(
    HAMLET,
    (DeviceSpec("valve", "valve"), DeviceSpec("pump", "pump")),
    (PlotSpec("plot", 2400.0, ("valve",), "pump", (), 240.0),),
)
PLOT: Mapping[str, object] = {
    "id": "plot",
    "label": {"vi": "Lô 1", "en": "Plot 1"},
    "area_m2": 2400,
    "valves": ["valve"],
    "pump": "pump",
    "sensors": ["probe"],
    "rate_l_min": 240,
    "soil": {"field_capacity_pct": 32, "wilting_point_pct": 18, "root_depth_m": 0.6},
    "litres_per_day_max": 21000,
    "minutes_per_run_max": 60,
}
WATER = rule(
    "dry",
    on={"device": "probe"},
    when="soil_moisture_pct < 5",
    then=[{"irrigate": {"plot": "plot", "minutes": 30}}],
)
UP = "SELECT 1 FROM state_change WHERE device = '{}' AND state = 'up'"


class LivingGarden:
    """The site of one plot, watered for half an hour when its probe says that it is dry."""

    def __init__(
        self,
        folder: Path,
        make_gateway: StartGateway,
        mosquitto: Mosquitto,
        plot: Mapping[str, object] = PLOT,
    ) -> None:
        listed = [device("valve", "valve"), device("pump", "pump"), device("probe", "soil")]
        site = folder / "site"
        broker = {"url": mosquitto.url}
        port = write_site(site, broker, devices=listed, rules=[WATER], plots=[plot])
        self.gateway = make_gateway(site, port)
        self.broker_port = mosquitto.port

    @asynccontextmanager
    async def living(self, fault: str = "") -> AsyncIterator[ValveFirmware]:
        """Gateway and devices run and know of each other. Gives the valve. `fault` is one of a
        scenario, from the start on."""
        start = SteadyClock()()
        scenario = parse_scenario(
            f"faults: [{fault}]",
            self.gateway.site / "scenario.yaml",
            origin=start,
            timezone="Asia/Ho_Chi_Minh",
            devices={"valve", "pump"},
        )
        world = World(LAYOUT, seed=1, start=start, cadence=EAGER, scenario=scenario)
        valve = world.devices["valve"]
        assert isinstance(valve, ValveFirmware)
        await asyncio.to_thread(self.gateway.start)
        stop = asyncio.Event()
        broker = Broker("127.0.0.1", self.broker_port)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(run_live(world, broker, EAGER, stop=stop, clock=SteadyClock()))
            try:
                await self.until(UP.format("valve"))
                await self.until(UP.format("pump"))
                yield valve
            finally:
                stop.set()

    async def dry_out(self) -> None:
        """Let the probe say it."""
        async with aiomqtt.Client("127.0.0.1", self.broker_port) as client:
            dry = b'{"seq":0,"boot":"b","soil_moisture_pct":3}'
            await client.publish(f"hamlet/{HAMLET}/soil/probe/telemetry", dry, qos=1)

    async def until(self, query: str) -> list[tuple[Any, ...]]:
        """What the journal answers, as soon as that is not nothing."""
        await asyncio.to_thread(self.gateway.wait_until, lambda: self.gateway.ask(query))
        return self.gateway.ask(query)
