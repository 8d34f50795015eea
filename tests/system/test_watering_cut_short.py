"""The power fails while a plot is being watered: the water stops, and people are told."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiomqtt

from firmware_sim.firmware.valve import ValveFirmware
from firmware_sim.world import World
from tests.real import Mosquitto
from tests.system.conftest import StartGateway
from tests.system.gateway_process import HAMLET, TIMEOUT_S, GatewayProcess
from tests.system.living_garden import EAGER, LAYOUT, PLOT, LivingGarden

METER_L = 1.0
"""What its meter shows is rounded, and flows on for a moment while a valve closes."""
LEASE_MAX_S = 120
"""A plot may get so much more than it should when nobody is left to close it."""


async def test_a_watering_is_closed_and_reported_after_a_power_cut(
    tmp_path: Path, make_gateway: StartGateway, mosquitto: Mosquitto
) -> None:
    garden = LivingGarden(tmp_path, make_gateway, mosquitto)
    gateway = garden.gateway
    async with garden.living() as valve, listening(mosquitto.port) as opened:
        await garden.dry_out()
        await garden.until("SELECT 1 FROM run WHERE state = 'flowing'")
        assert valve.tap.coil
        gateway.kill()
        assert valve.tap.coil, "the devices do not know that the gateway is gone"
        await asyncio.to_thread(gateway.start)
        ((run, state, cause, litres),) = await garden.until(
            "SELECT id, state, cause, litres FROM run WHERE ended_at IS NOT NULL"
        )
        assert not valve.tap.coil
        assert state == "failed"
        assert "restarted" in json.loads(cause)[1]
        assert litres > 0
        assert gateway.ask("SELECT count(*) FROM run") == [(1,)], f"only {run}"
        assert_told_once(gateway, valve)
        gateway.kill()  # just after the end
        await asyncio.to_thread(gateway.start)
        assert_told_once(gateway, valve)
        ((message,),) = gateway.ask("SELECT message FROM alert WHERE subject = 'plot'")
        assert "restarted" in json.loads(message)[1]
        actions = [action for (action,) in gateway.ask("SELECT action FROM explanation")]
        assert actions[0] == "water"
        assert "restarted" in str(gateway.ask("SELECT sentence FROM explanation ORDER BY at")[-1])
        page = gateway.get("/watering?lang=en").text
        assert "restarted" in page
        # The pump needs no other run: it is off, too, and says so.
        await garden.until("SELECT 1 FROM command WHERE device = 'pump' AND command = 'stop'")
    assert gateway.stop() == 0
    _assert_closes_by_itself(await opened)


async def test_a_watering_in_turns_goes_on_after_two_power_cuts_and_ends_at_the_third(
    tmp_path: Path, make_gateway: StartGateway, mosquitto: Mosquitto
) -> None:
    in_turns = {**PLOT, "soak": {"water_min": 0.05, "rest_min": 0.1}, "after_power_cut": "resume"}
    garden = LivingGarden(tmp_path, make_gateway, mosquitto, in_turns)
    gateway = garden.gateway
    async with garden.living() as valve:
        await garden.dry_out()
        for resumed, state in enumerate(("flowing", "resting", "flowing")):
            await garden.until(f"SELECT 1 FROM run WHERE state = '{state}' AND resumed = {resumed}")  # noqa: S608
            gateway.kill()
            if gateway.ask("SELECT 1 FROM run WHERE state = 'resting'"):
                assert not valve.tap.coil, "a run rests only behind a valve that is shut"
            await asyncio.to_thread(gateway.start)
        ((state, cause, litres, count),) = await garden.until(
            "SELECT state, cause, litres, (SELECT count(*) FROM run) FROM run WHERE ended_at > 0"
        )
        assert (state, count) == ("failed", 1)
        assert "too often" in json.loads(cause)[1]
        assert not valve.tap.coil
        assert litres >= valve.tap.total_l - METER_L
        assert_told_once(gateway, valve)
    assert gateway.stop() == 0


def assert_told_once(gateway: GatewayProcess, valve: ValveFirmware) -> None:
    """The diary has the run once, with no less than the valve let through."""
    ((facts, litres),) = gateway.ask(
        "SELECT facts, litres FROM diary_entry JOIN run ON diary_entry.id = 'run.' || run.id"
    )
    told = json.loads(facts)["litres"]
    assert told == round(litres, 1)
    assert told >= valve.tap.total_l - METER_L


def _assert_closes_by_itself(command: bytes) -> None:
    """What the gateway sent to open the valve, and then never a word again."""
    now = json.loads(command)["expires_at"] - 1000
    world = World(LAYOUT, seed=1, start=now, cadence=EAGER)
    valve = world.devices["valve"]
    assert isinstance(valve, ValveFirmware)
    valve.handle_command(command, now)
    assert valve.tap.coil
    end = now + LEASE_MAX_S * 1000
    while valve.wake <= end:
        valve.run(valve.wake)
    assert not valve.tap.coil


@asynccontextmanager
async def listening(port: int) -> AsyncIterator["asyncio.Future[bytes]"]:
    """The first command that opens the valve."""
    found: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    async with aiomqtt.Client("127.0.0.1", port, timeout=TIMEOUT_S) as client:
        await client.subscribe(f"hamlet/{HAMLET}/valve/valve/command", qos=1)

        async def listen() -> None:
            async for message in client.messages:
                assert isinstance(message.payload, bytes)
                if json.loads(message.payload)["command"] == "open" and not found.done():
                    found.set_result(message.payload)

        task = asyncio.create_task(listen())
        yield found
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
