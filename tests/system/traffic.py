"""Messages from a thousand simulated devices, as fast as the broker takes them."""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import cycle, islice

from firmware_sim.cadence import LIVE
from firmware_sim.layout import many_devices
from firmware_sim.live import BrokerError, SteadyClock
from firmware_sim.load import WINDOW, LoadConnection, Tally, connect_load
from firmware_sim.ring import Message
from firmware_sim.station import Broker
from firmware_sim.world import World
from tests.system.gateway_process import HAMLET, device

DEVICES = 1000
CONNECTIONS = 4
RECONNECT_S = 0.1
LAYOUT = many_devices(HAMLET, DEVICES, ("light", "speaker", "wifi", "soil"))
LISTED = [device(spec.id, spec.kind) for spec in LAYOUT.devices]


def reports(count: int) -> Iterator[Message]:
    """So many reports, the devices in turn."""
    clock = SteadyClock()
    world = World(LAYOUT, seed=1, start=clock(), cadence=LIVE)
    return (firmware.report(clock()) for firmware in islice(cycle(world.devices.values()), count))


async def publish(port: int, messages: Sequence[Message]) -> int:
    """Send with QoS 1, keeping the order of each topic; returns how many the broker confirmed."""
    tally = Tally()
    connections = [
        await connect_load(Broker("127.0.0.1", port), number, SteadyClock()(), tally)
        for number in range(CONNECTIONS)
    ]
    async with asyncio.TaskGroup() as tasks:
        for number, connection in enumerate(connections):
            share = [one for one in messages if hash(one.topic) % CONNECTIONS == number]
            tasks.create_task(_send(connection, share))
    for connection in connections:
        connection.close()
    return tally.acknowledged


async def publish_patiently(port: int, messages: Sequence[Message]) -> None:
    """The same to a broker that may go away: what it did not confirm is sent again, as a device
    does, so that some of it may come twice."""
    async with asyncio.TaskGroup() as tasks:
        for number in range(CONNECTIONS):
            share = [one for one in messages if hash(one.topic) % CONNECTIONS == number]
            tasks.create_task(_insist(Broker("127.0.0.1", port), number, share))


async def _insist(broker: Broker, number: int, messages: Sequence[Message]) -> None:
    confirmed = 0
    while confirmed < len(messages):
        try:
            connection = await connect_load(broker, number, SteadyClock()(), Tally())
            while confirmed < len(messages):
                connection.publish(messages[confirmed : confirmed + WINDOW])
                await connection.drain()
                confirmed += WINDOW
            connection.close()
        except (BrokerError, ConnectionResetError):
            await asyncio.sleep(RECONNECT_S)


async def _send(connection: LoadConnection, messages: Sequence[Message]) -> None:
    for start in range(0, len(messages), WINDOW):
        connection.publish(messages[start : start + WINDOW])
        await connection.drain()
