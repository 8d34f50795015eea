"""`hamlet sim`: the simulated hamlet on a broker, or many made-up devices for load."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, NoReturn
from urllib.parse import urlsplit

import typer

from devices.kinds import KINDS
from firmware_sim.cadence import LIVE
from firmware_sim.layout import Layout, LayoutError, load_layout, many_devices
from firmware_sim.live import BrokerError, SteadyClock, load_state, run_live, save_state
from firmware_sim.load import Tally, run_load
from firmware_sim.scenario import ScenarioError, load_scenario
from firmware_sim.station import Broker
from firmware_sim.world import World, resume

LOAD_KINDS = ("light", "speaker", "wifi", "soil")
"""What most devices of a commune are."""
READ_BYTES = 4096
"""What is written to standard input is read away, so that its end is seen."""


def sim(
    site: Annotated[Path, typer.Option(help="Folder of the site to simulate.")] = Path(
        "site.example"
    ),
    broker: Annotated[str, typer.Option(help="Where the devices connect to.")] = (
        "mqtt://127.0.0.1:1883"
    ),
    scenario: Annotated[Path | None, typer.Option(help="YAML file of what breaks when.")] = None,
    state: Annotated[
        Path | None, typer.Option(help="File that the world is saved to and continues from.")
    ] = None,
    serial: Annotated[
        Path | None,
        typer.Option(help="Folder where the site's Modbus buses appear as serial-0, serial-1, …"),
    ] = None,
    until_eof: Annotated[
        bool, typer.Option("--until-eof", help="End, too, when standard input ends.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Another seed is another weather.")] = 1,
    devices: Annotated[
        int | None, typer.Option(min=1, max=1_000_000, help="Load: so many made-up devices.")
    ] = None,
    rate: Annotated[
        float, typer.Option(min=0.1, help="Load: messages a second, all devices together.")
    ] = 1000.0,
    seconds: Annotated[float | None, typer.Option(min=0.1, help="Load: end after that.")] = None,
    kind: Annotated[
        list[str] | None, typer.Option(help="Load: a kind of device; may be repeated.")
    ] = None,
) -> None:
    """Simulate the devices of a site over MQTT until Ctrl-C; with --devices, make load instead."""
    address = _parse_broker(broker)
    try:
        layout = load_layout(site)
        if devices is not None:
            for name in kind or ():
                if name not in KINDS:
                    _refuse(f"unknown kind {name!r}; known: {', '.join(KINDS)}")
            made_up = many_devices(layout.hamlet, devices, kind or LOAD_KINDS)
            _make_load(made_up, address, seed, rate, seconds)
        else:
            _simulate(layout, address, seed, scenario, state, serial, until_eof=until_eof)
    except (LayoutError, ScenarioError, BrokerError, ValueError) as error:
        _refuse(str(error))
    except OSError as error:  # the state file
        _refuse(f"{error.filename}: {error.strerror}; name another file with --state")


def _simulate(
    layout: Layout,
    broker: Broker,
    seed: int,
    scenario: Path | None,
    state: Path | None,
    serial: Path | None,
    *,
    until_eof: bool,
) -> None:
    clock = SteadyClock()
    saved = load_state(state) if state else None
    now = clock()
    faults = None
    if scenario:
        faults = load_scenario(
            scenario,
            origin=saved["origin"] if saved else now,
            timezone=layout.timezone,
            devices={device.id for device in layout.devices},
        )
    if saved:
        world = resume(layout, saved, now=now, cadence=LIVE, scenario=faults)
    else:
        world = World(layout, seed=seed, start=now, cadence=LIVE, scenario=faults)
    if state:
        save_state(world, state)  # before hundreds of devices connect: it may be unwritable
    count = len(layout.devices)
    _run(
        lambda stop: run_live(
            world, broker, LIVE, stop=stop, clock=clock, state=state, wired=serial
        ),
        f"{count} devices of {layout.hamlet} on {broker.host}:{broker.port}; Ctrl-C ends them",
        until_eof=until_eof,
    )


def _make_load(
    layout: Layout, broker: Broker, seed: int, rate: float, seconds: float | None
) -> None:
    clock = SteadyClock()
    world = World(layout, seed=seed, start=clock(), cadence=LIVE)
    tally = Tally()
    began = clock()
    _run(
        lambda stop: run_load(world, broker, rate, stop=stop, clock=clock, tally=tally),
        f"{len(layout.devices)} devices, {rate:g} messages a second; Ctrl-C ends them",
        seconds,
    )
    took = (clock() - began) / 1000
    typer.echo(
        json.dumps(
            {
                "sent": tally.sent,
                "acknowledged": tally.acknowledged,
                "seconds": round(took, 2),
                "rate": round(tally.acknowledged / took, 1),
            }
        )
    )


def _run(
    work: Callable[[asyncio.Event], Coroutine[None, None, None]],
    greeting: str,
    seconds: float | None = None,
    *,
    until_eof: bool = False,
) -> None:
    """Run `work` until it ends, the time is up, or somebody asks it to stop."""

    async def run() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
        typer.echo(greeting, err=True)
        if seconds is not None:
            loop.call_later(seconds, stop.set)
        if until_eof:  # a pipe from who started it ends with its other end, however that dies
            loop.add_reader(sys.stdin, _await_eof, stop)
        await work(stop)

    asyncio.run(run())


def _await_eof(stop: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), READ_BYTES):
        stop.set()


def _parse_broker(url: str) -> Broker:
    try:
        parts = urlsplit(url)
        port = parts.port or 1883
    except ValueError:
        _refuse(f"--broker {url!r} has no valid port")
    if parts.scheme != "mqtt" or not parts.hostname or parts.username:
        _refuse(f"--broker {url!r} is not like mqtt://127.0.0.1:1883")
    return Broker(parts.hostname, port)


def _refuse(message: str) -> NoReturn:
    typer.echo(f"hamlet sim: {message}", err=True)
    raise typer.Exit(2)
