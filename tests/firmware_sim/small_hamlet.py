"""A hamlet of one of everything, for tests of the simulator."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from devices.kinds import KINDS
from devices.messages import encode_command
from devices.reading import Millis
from devices.topics import Channel, parse_topic
from firmware_sim.cadence import HISTORY, Cadence
from firmware_sim.faults import Ailments, Daily, Fault, Scenario, Spell
from firmware_sim.layout import DeviceSpec, Layout, PlotSpec
from firmware_sim.ring import Message
from firmware_sim.world import World

START: Millis = 1_795_305_600_000  # 2026-11-22 00:00 UTC, 07:00 in the hamlet
MINUTE: Millis = 60_000
HOUR: Millis = 60 * MINUTE
DAY: Millis = 24 * HOUR
FOREVER: Millis = START + 1000 * DAY

LAYOUT = Layout(
    "khe-coc",
    (
        DeviceSpec("light-1", "light", settings={"lamp_w": 30}),
        DeviceSpec("light-2", "light"),
        DeviceSpec("wifi-1", "wifi", "truong-tieu-hoc"),
        DeviceSpec("speaker-1", "speaker"),
        DeviceSpec("soil-1a", "soil"),
        DeviceSpec("soil-1b", "soil"),
        DeviceSpec("valve-1", "valve"),
        DeviceSpec("valve-2", "valve"),
        DeviceSpec("pump-1", "pump"),
        DeviceSpec("weather-1", "weather"),
    ),
    (
        PlotSpec("lo-1", 2400.0, ("valve-1",), "pump-1", ("soil-1a", "soil-1b"), 240.0),
        PlotSpec("lo-2", 1200.0, ("valve-2",), "pump-1", (), 120.0),
    ),
)


def make_world(
    seed: int = 1,
    start: Millis = START,
    cadence: Cadence = HISTORY,
    faults: Mapping[str, Spell] | None = None,
    layout: Layout = LAYOUT,
) -> World:
    """A fresh world; `faults` breaks devices by id."""
    ailments = {device: Ailments([spell]) for device, spell in (faults or {}).items()}
    scenario = Scenario(start, ailments)
    return World(layout, seed=seed, start=start, cadence=cadence, scenario=scenario)


def broken(fault: Fault, amount: float = 0.0, daily: Daily | None = None) -> Spell:
    """A fault that was always there and stays."""
    return Spell(fault, 0, FOREVER, daily, amount)


def command(
    name: str, id: str = "c-1", *, expires_at: Millis = START + 1000 * DAY, **args: Any
) -> bytes:
    """A command as the gateway sends it."""
    return encode_command(id, name, args, expires_at)


def command_topic(device: str) -> str:
    """Where the device listens."""
    kind = next(spec.kind for spec in LAYOUT.devices if spec.id == device)
    return f"hamlet/khe-coc/{kind}/{device}/command"


def read(message: Message) -> dict[str, Any]:
    """The message's JSON."""
    values = json.loads(message.payload)
    assert isinstance(values, dict)
    return values


def channel_of(topic: str) -> Channel:
    """What a message is about; its topic must be one of ours."""
    parsed = parse_topic(topic)
    assert parsed is not None
    assert parsed.kind in KINDS
    return parsed.channel


TIMEOUT_S = 60.0
"""Generous: it ends a test that hangs, and measures nothing."""


async def wait_until(ready: Callable[[], bool]) -> None:
    """Until something that announces itself to nobody has happened."""
    async with asyncio.timeout(TIMEOUT_S):
        while not ready():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
