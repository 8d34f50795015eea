"""The simulated devices on a real broker: what others hear of them."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from devices.decode import DECODERS
from devices.kinds import KINDS
from devices.messages import encode_ack
from devices.topics import Channel
from firmware_sim.cadence import Cadence
from firmware_sim.faults import HEALTHY, Ailments, Fault
from firmware_sim.live import BrokerError, SteadyClock, load_state, run_live
from firmware_sim.station import Broker, Station
from firmware_sim.world import World
from tests.conftest import StartMosquitto
from tests.firmware_sim.small_hamlet import (
    LAYOUT,
    TIMEOUT_S,
    broken,
    command,
    command_topic,
    wait_until,
)
from tests.real import Mosquitto, free_port

FAST = Cadence(dict.fromkeys(KINDS, 1), active_s=1, start_s=1)

Heard = dict[str, list[bytes]]
"""Payloads by topic, without `hamlet/khe-coc/`."""


class Listener:
    """Another client of the broker, which remembers everything."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self.client = client
        self.heard: Heard = {}
        self._news = asyncio.Event()

    async def listen(self) -> None:
        await self.client.subscribe("hamlet/#", qos=1)
        async for message in self.client.messages:
            assert isinstance(message.payload, bytes)
            topic = str(message.topic).removeprefix("hamlet/khe-coc/")
            self.heard.setdefault(topic, []).append(message.payload)
            self._news.set()

    async def until(self, ready: Callable[[Heard], bool]) -> None:
        async with asyncio.timeout(TIMEOUT_S):
            while not ready(self.heard):
                self._news.clear()
                await self._news.wait()

    async def until_last(self, topic: str, payload: bytes) -> None:
        await self.until(lambda heard: heard.get(topic, [])[-1:] == [payload])

    async def until_reports(self, device: str, count: int) -> None:
        await self.until(lambda heard: len(telemetry(heard, device)) >= count)

    async def tell(self, device: str, payload: bytes) -> None:
        await self.client.publish(command_topic(device), payload, qos=1)


@asynccontextmanager
async def listening(mosquitto: Mosquitto, session: str | None = None) -> AsyncIterator[Listener]:
    """With a named `session` the broker keeps what comes between two of them."""
    async with aiomqtt.Client(
        "127.0.0.1", mosquitto.port, identifier=session, clean_session=session is None
    ) as client:
        listener = Listener(client)
        task = asyncio.create_task(listener.listen())
        yield listener
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def hamlet(mosquitto: Mosquitto, *, state: Path | None = None) -> AsyncIterator[World]:
    """All devices of the small hamlet on the broker."""
    clock = SteadyClock()
    world = World(LAYOUT, seed=1, start=clock(), cadence=FAST)
    stop = asyncio.Event()
    broker = Broker("127.0.0.1", mosquitto.port)
    running = asyncio.create_task(
        run_live(world, broker, FAST, stop=stop, clock=clock, state=state)
    )
    yield world
    stop.set()
    async with asyncio.timeout(TIMEOUT_S):
        await running


def telemetry(heard: Heard, device: str) -> list[dict[str, Any]]:
    topic = f"{device.partition('-')[0]}/{device}/telemetry"
    return [json.loads(payload) for payload in heard.get(topic, [])]


async def test_devices_connect_report_and_vanish(mosquitto: Mosquitto, tmp_path: Path) -> None:
    async with listening(mosquitto) as listener:
        async with hamlet(mosquitto, state=tmp_path / "world.json"):
            for spec in LAYOUT.devices:
                here = f"{spec.kind}/{spec.id}"
                await listener.until_reports(spec.id, 2)
                assert listener.heard[f"{here}/status"] == [b"online"]
                assert f"{here}/info" in listener.heard
                for payload in listener.heard[f"{here}/telemetry"]:
                    DECODERS[spec.kind](spec.id, payload, SteadyClock()())
        # They were switched off without a word: the broker speaks their wills.
        for spec in LAYOUT.devices:
            await listener.until_last(f"{spec.kind}/{spec.id}/status", b"offline")
    saved = load_state(tmp_path / "world.json")
    assert saved is not None
    assert saved["devices"].keys() == {spec.id for spec in LAYOUT.devices}


async def test_status_and_info_are_retained(mosquitto: Mosquitto) -> None:
    async with hamlet(mosquitto), listening(mosquitto) as first:
        await first.until(lambda heard: "pump/pump-1/telemetry" in heard)
        async with listening(mosquitto) as late:
            await late.until(lambda heard: "pump/pump-1/info" in heard)
            assert late.heard["pump/pump-1/status"] == [b"online"]


async def test_a_command_is_obeyed_answered_and_ends_with_its_lease(mosquitto: Mosquitto) -> None:
    async with listening(mosquitto) as listener, hamlet(mosquitto):
        opened = command("open", lease_s=3, expires_at=SteadyClock()() + 60_000)
        # As the gateway does: repeat it until the device, once it has subscribed, answers.
        while "valve/valve-1/result" not in listener.heard:
            await listener.tell("valve-1", opened)
            await listener.until_reports("valve-1", len(telemetry(listener.heard, "valve-1")) + 1)
        result = json.loads(listener.heard["valve/valve-1/result"][0])
        assert (result["id"], result["ok"], result["open"]) == ("c-1", True, True)

        def has_closed_again(heard: Heard) -> bool:
            states = [report["open"] for report in telemetry(heard, "valve-1")]
            return True in states and states[-1] is False

        await listener.until(has_closed_again)


async def test_an_outage_of_the_broker_loses_no_report(start_mosquitto: StartMosquitto) -> None:
    mosquitto = start_mosquitto()
    async with hamlet(mosquitto) as world:
        light = world.devices["light-1"]
        async with listening(mosquitto, "witness") as before:
            await before.until_reports("light-1", 1)
        mosquitto.stop()
        missed = light.seq + 2
        await wait_until(lambda: light.seq > missed)
        mosquitto.start()
        async with listening(mosquitto, "witness") as after:
            await after.until(
                lambda heard: any(report["seq"] > missed for report in telemetry(heard, "light-1"))
            )
    reports = telemetry(before.heard, "light-1") + telemetry(after.heard, "light-1")
    seqs = {report["seq"] for report in reports}
    assert seqs == set(range(min(seqs), max(seqs) + 1))
    measured = {report["measured_at"] for report in reports}
    assert len(measured) == len(seqs)  # resent with the time of measuring


async def test_a_cut_line_speaks_its_will_and_then_resends_in_order(mosquitto: Mosquitto) -> None:
    async with listening(mosquitto) as listener, hamlet(mosquitto) as world:
        await listener.until_reports("light-1", 1)
        light = world.devices["light-1"]
        light.ailments = Ailments([broken(Fault.LINE_CUT)])
        await listener.until_last("light/light-1/status", b"offline")
        heard, measured = len(telemetry(listener.heard, "light-1")), light.seq
        await wait_until(lambda: light.seq > measured + 1)
        assert len(telemetry(listener.heard, "light-1")) == heard
        light.ailments = HEALTHY
        await listener.until_last("light/light-1/status", b"online")
        await listener.until(lambda heard: telemetry(heard, "light-1")[-1]["seq"] > measured + 1)
        reports = telemetry(listener.heard, "light-1")
        seqs = list(dict.fromkeys(report["seq"] for report in reports))
        assert seqs == list(range(seqs[-1] + 1))
        assert len({report["measured_at"] for report in reports}) == len(seqs)


async def test_no_broker_is_one_sentence() -> None:
    clock = SteadyClock()
    world = World(LAYOUT, seed=1, start=clock(), cadence=FAST)
    broker = Broker("127.0.0.1", free_port())
    with pytest.raises(BrokerError, match="--broker"):
        await run_live(world, broker, FAST, stop=asyncio.Event(), clock=clock)


async def test_a_device_stops_while_it_waits_for_its_broker() -> None:
    world = World(LAYOUT, seed=1, start=SteadyClock()(), cadence=FAST)
    station = Station(world.devices["light-1"], Broker("127.0.0.1", free_port()), SteadyClock())
    running = asyncio.create_task(station.run(0))
    await wait_until(lambda: world.devices["light-1"].seq > 0)
    station.stop()
    async with asyncio.timeout(TIMEOUT_S):
        await running


@pytest.mark.parametrize("content", ["{", "[]", '{"a": 1}'])
def test_a_damaged_state_is_refused(tmp_path: Path, content: str) -> None:
    state = tmp_path / "world.json"
    state.write_text(content)
    with pytest.raises(ValueError, match=os.fspath(state)):
        load_state(state)


async def test_what_the_gateway_has_is_forgotten_and_what_it_lacks_is_sent_again(
    mosquitto: Mosquitto,
) -> None:
    async with listening(mosquitto) as listener, hamlet(mosquitto) as world:
        await listener.until_reports("light-1", 4)
        light = world.devices["light-1"]
        ack = encode_ack(light.boot, 2, [(1, 1)])
        await listener.client.publish(light.badge.topic(Channel.ACK), ack, qos=1, retain=True)

        def numbers(heard: Heard) -> list[int]:
            return [report["seq"] for report in telemetry(heard, "light-1")]

        await listener.until(lambda heard: numbers(heard).count(1) == 2)
        assert numbers(listener.heard).count(2) == 1
        light.ailments = Ailments([broken(Fault.LINE_CUT)])
        await listener.until_last("light/light-1/status", b"offline")
        light.ailments = HEALTHY
        await listener.until(lambda heard: numbers(heard).count(3) == 2)
    assert numbers(listener.heard).count(0) == 1
