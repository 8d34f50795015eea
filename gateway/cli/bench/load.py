"""Load for the bench, in a process of its own: `python -m gateway.cli.bench.load PORT COUNT
DEVICES RATE`, RATE 0 for as fast as the broker takes it.

The messages are made beforehand, so that making them costs nothing while others are measured.
"""

import asyncio
import itertools
import sys

from firmware_sim.live import SteadyClock
from firmware_sim.load import WINDOW, LoadConnection, Tally, connect_load
from firmware_sim.ring import Message
from firmware_sim.station import Broker
from gateway.cli.bench.bench_site import make_world

CONNECTIONS = 4
TICK_S = 0.002
CHUNK = 100


async def _run(port: int, count: int, devices: int, rate: float) -> None:
    clock = SteadyClock()
    world = make_world(devices, clock())
    turns = itertools.cycle(world.devices.values())
    messages = [next(turns).report(clock()) for _ in range(count)]
    tally = Tally()
    broker = Broker("127.0.0.1", port)
    connections = [
        await connect_load(broker, number, clock(), tally) for number in range(CONNECTIONS)
    ]
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    began = clock()
    shares = [_share(messages, number) for number in range(CONNECTIONS)]
    async with asyncio.TaskGroup() as tasks:
        for connection, share in zip(connections, shares, strict=True):
            tasks.create_task(_publish(connection, share, rate / CONNECTIONS, clock))
    for connection in connections:
        await connection.drain()
        connection.close()
    print(f"sent {tally.sent} in {clock() - began} ms", flush=True)


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
        await asyncio.sleep(0 if batch > 0 and connection.room > WINDOW // 4 else TICK_S)


def main() -> None:
    """Make the messages, say "ready", wait for a line, send them all, say so."""
    port, count, devices, rate = (int(argument) for argument in sys.argv[1:5])
    asyncio.run(_run(port, count, devices, rate))


if __name__ == "__main__":
    main()
