"""Runs a world in real time on a broker, each device with a connection of its own."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiomqtt

from devices.reading import Millis
from firmware_sim.buses import plugged_in
from firmware_sim.cadence import Cadence
from firmware_sim.firmware.device import Firmware
from firmware_sim.station import ANSWER_TIMEOUT_S, Broker, Station
from firmware_sim.world import World

SAVE_INTERVAL_S = 300.0
"""What a power cut costs: five minutes of the world's memory."""


class BrokerError(Exception):
    """The broker cannot be used; the message says what to do."""


class SteadyClock:
    """Wall time at the start plus what has passed since: a lease does not end early or late
    because somebody sets the clock."""

    def __init__(self) -> None:
        self._offset_ns = time.time_ns() - time.monotonic_ns()

    def __call__(self) -> Millis:
        return (time.monotonic_ns() + self._offset_ns) // 1_000_000


async def run_live(
    world: World,
    broker: Broker,
    cadence: Cadence,
    *,
    stop: asyncio.Event,
    clock: SteadyClock,
    state: Path | None = None,
    wired: Path | None = None,
) -> None:
    """Until `stop`. The world's state goes to the file `state`, if given, now and then and at the
    end. With a folder `wired`, the devices on serial buses are asked there instead of speaking to
    the broker. Raises BrokerError when the broker does not let a device in at the beginning."""
    await _knock(broker)
    with ExitStack() as stack:
        on_bus = stack.enter_context(plugged_in(world, wired, clock)) if wired else frozenset()
        devices = [device for id, device in world.devices.items() if id not in on_bus]
        await _run_stations(world, devices, broker, cadence, stop=stop, clock=clock, state=state)
    if state is not None:
        save_state(world, state)


async def _run_stations(
    world: World,
    devices: Sequence[Firmware],
    broker: Broker,
    cadence: Cadence,
    *,
    stop: asyncio.Event,
    clock: SteadyClock,
    state: Path | None,
) -> None:
    stations = [Station(device, broker, clock) for device in devices]
    async with asyncio.TaskGroup() as tasks:
        for device, station in zip(devices, stations, strict=True):
            # A share of the start-up time each, so that the broker is not stormed.
            delay_s = cadence.start_s * (device.badge.luck % 997) / 997
            tasks.create_task(station.run(delay_s))
        try:
            while not stop.is_set():
                try:
                    async with asyncio.timeout(SAVE_INTERVAL_S):
                        await stop.wait()
                except TimeoutError:
                    if state is not None:
                        save_state(world, state)
        finally:
            for station in stations:
                station.stop()


def save_state(world: World, state: Path) -> None:
    """Write the world's memory to the file, whole or not at all. Raises OSError."""
    fresh = state.with_suffix(".new")
    fresh.write_text(json.dumps(world.save()))
    fresh.replace(state)


def load_state(state: Path) -> dict[str, Any] | None:
    """What `save_state` wrote, or None if there is nothing yet. Raises ValueError."""
    try:
        saved = json.loads(state.read_text())
    except FileNotFoundError:
        return None
    except ValueError:
        raise ValueError(f"{state} is damaged: remove it to begin a new world") from None
    if not isinstance(saved, dict) or "devices" not in saved:
        raise ValueError(f"{state} is no state of a simulated world: name another file")
    return saved


async def _knock(broker: Broker) -> None:
    """One connection before there are hundreds, to fail with one sentence."""
    try:
        async with aiomqtt.Client(broker.host, broker.port, timeout=ANSWER_TIMEOUT_S):
            pass
    except aiomqtt.MqttError as error:
        raise BrokerError(
            f"no broker lets devices in at {broker.host}:{broker.port} ({error}); "
            "start one, or name another with --broker"
        ) from None
