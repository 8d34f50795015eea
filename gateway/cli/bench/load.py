"""Load for the bench, in a process of its own: `python -m gateway.cli.bench.load PORT COUNT
DEVICES RATE WINDOW`.

RATE 0 is as fast as the broker takes it, with WINDOW messages in flight on each of four
connections. Before the COUNT messages go some more that are not measured, so that every device is
known. All are made beforehand, so that making them costs nothing while others are measured.
"""

import asyncio
import itertools
import sys

from firmware_sim.live import SteadyClock
from firmware_sim.load import LoadConnection, Tally, connect_load
from firmware_sim.ring import Message
from firmware_sim.station import Broker
from gateway.cli.bench.bench_site import make_world

CONNECTIONS = 4
TICK_S = 0.002
CHUNK = 100
READINGS_BEFORE = 6
"""Of each device, until whatever happens once has happened."""


async def _run(port: int, count: int, devices: int, rate: float, window: int) -> None:
    clock = SteadyClock()
    world = make_world(devices, clock())
    turns = itertools.cycle(world.devices.values())
    known = [next(turns).report(clock()) for _ in range(warm_up(devices))]
    messages = [next(turns).report(clock()) for _ in range(count)]
    tally = Tally()
    broker = Broker("127.0.0.1", port)
    connections = [
        await connect_load(broker, number, clock(), tally, window) for number in range(CONNECTIONS)
    ]
    for word, batch in (("ready", known), ("warm", messages)):
        print(word, flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        async with asyncio.TaskGroup() as tasks:
            for number, connection in enumerate(connections):
                share = _share(batch, number)
                tasks.create_task(_publish(connection, share, rate / CONNECTIONS, clock))
        for connection in connections:
            await connection.drain()
    for connection in connections:
        connection.close()
    print(f"sent {tally.sent}", flush=True)


def warm_up(devices: int) -> int:
    """How many messages go before those that are measured."""
    return READINGS_BEFORE * devices


def _share(messages: list[Message], number: int) -> list[Message]:
    """Every message of a device goes over the same connection, so that its order is kept."""
    return [m for m in messages if hash(m.topic) % CONNECTIONS == number]


async def _publish(
    connection: LoadConnection, messages: list[Message], rate: float, clock: SteadyClock
) -> None:
    began, sent = clock(), 0
    while sent < len(messages):
        due = len(messages) if not rate else int((clock() - began) * rate / 1000)
        batch = min(due - sent, connection.room, CHUNK, len(messages) - sent)
        if batch > 0:
            connection.publish(messages[sent : sent + batch])
            sent += batch
        await asyncio.sleep(0 if batch > 0 and connection.room > connection.window // 4 else TICK_S)


def main() -> None:
    """Make the messages, say "ready", wait for a line, send them all, say so."""
    port, count, devices, rate, window = (int(argument) for argument in sys.argv[1:6])
    asyncio.run(_run(port, count, devices, rate, window))


if __name__ == "__main__":
    main()
