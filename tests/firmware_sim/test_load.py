import asyncio
import json

import aiomqtt
import pytest

from firmware_sim.cadence import LIVE
from firmware_sim.layout import many_devices
from firmware_sim.live import BrokerError, SteadyClock
from firmware_sim.load import Tally, run_load
from firmware_sim.station import Broker
from firmware_sim.world import World
from tests.conftest import StartMosquitto
from tests.firmware_sim.small_hamlet import TIMEOUT_S, wait_until
from tests.real import Mosquitto, free_port


def make_world(devices: int) -> World:
    layout = many_devices("khe-coc", devices, ["light", "soil"])
    return World(layout, seed=1, start=SteadyClock()(), cadence=LIVE)


async def test_every_device_reports_in_turn_and_all_is_acknowledged(mosquitto: Mosquitto) -> None:
    heard: dict[str, list[int]] = {}
    tally, stop = Tally(), asyncio.Event()
    broker = Broker("127.0.0.1", mosquitto.port)
    async with (
        asyncio.timeout(TIMEOUT_S),
        aiomqtt.Client("127.0.0.1", mosquitto.port) as listener,
    ):
        await listener.subscribe("hamlet/khe-coc/+/+/telemetry", qos=1)
        load = asyncio.create_task(
            run_load(make_world(10), broker, 500.0, stop=stop, clock=SteadyClock(), tally=tally)
        )
        count = 0
        async for message in listener.messages:
            assert isinstance(message.payload, bytes)
            device = str(message.topic).split("/")[3]
            heard.setdefault(device, []).append(json.loads(message.payload)["seq"])
            count += 1
            if count == 100:
                stop.set()
                await load
            if load.done() and count == tally.sent:
                break
    assert tally.acknowledged == tally.sent >= 100
    assert len(heard) == 10
    assert all(seqs == list(range(len(seqs))) for seqs in heard.values())


async def test_no_broker_is_one_sentence() -> None:
    broker = Broker("127.0.0.1", free_port())
    with pytest.raises(BrokerError, match="--broker"):
        await run_load(
            make_world(4), broker, 1.0, stop=asyncio.Event(), clock=SteadyClock(), tally=Tally()
        )


async def test_a_broker_that_refuses_is_one_sentence(start_mosquitto: StartMosquitto) -> None:
    broker = Broker("127.0.0.1", start_mosquitto(passwords={"gateway": "secret"}).port)
    with pytest.raises(BrokerError, match="CONNACK"):
        await run_load(
            make_world(4), broker, 1.0, stop=asyncio.Event(), clock=SteadyClock(), tally=Tally()
        )


async def test_a_broker_that_dies_ends_the_load(mosquitto: Mosquitto) -> None:
    tally = Tally()
    broker = Broker("127.0.0.1", mosquitto.port)
    load = asyncio.create_task(
        run_load(
            make_world(4), broker, 1000.0, stop=asyncio.Event(), clock=SteadyClock(), tally=tally
        )
    )
    await wait_until(lambda: tally.acknowledged > 0)
    mosquitto.kill()
    async with asyncio.timeout(TIMEOUT_S):
        with pytest.raises(BrokerError):
            await load
