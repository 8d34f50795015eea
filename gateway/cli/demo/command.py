"""The command itself: prepares the demo's site, plays its past, starts broker and devices."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from shutil import Error as CopyError
from shutil import copytree, ignore_patterns
from typing import Annotated

import typer
import uvloop

from firmware_sim.buses import bus_path
from gateway.app import SiteError
from gateway.assembly import read_site
from gateway.cli.child_process import end
from gateway.cli.complaints import complaints
from gateway.cli.demo.broker import demo_broker, free_port
from gateway.cli.demo.past import WORLD_FILE, has_past, play_past
from gateway.cli.serve import listen, serve
from gateway.journal.lock import sole_writer
from gateway.rules.rule import Rule
from gateway.serial_lines import SerialLine
from gateway.site import Site
from gateway.timekeeping.clocks import SystemClocks
from gateway.timekeeping.own_clock import OwnClock

LOOK_S = 0.05
LOOKS_MAX = 400
"""For the devices, which need two seconds: the page does not wait longer than twenty for them."""

GTIN = "09506000134352"
"""Of the range that GS1 keeps for examples: no tea has it."""
EXAMPLE = Path(__file__).parents[3] / "site.example"


def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its site.")] = Path(
        "demo-site"
    ),
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Port of the page; else the next free one from 8000."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed is another weather.")] = 1,
    embedded_broker: Annotated[
        bool, typer.Option("--embedded-broker", help="Do without Mosquitto.")
    ] = False,
) -> None:
    """Run a whole simulated hamlet: devices, broker, gateway and pages. Ctrl-C ends it."""
    with complaints():
        site, rules = _prepare(folder, port)
        with listen(site.config.web.host, site.config.web.port):
            pass  # a taken port is said before a week is played
        with sole_writer(site.data):  # also before the broker begins to use the folder
            if not has_past(site):
                count = play_past(site, rules, seed=seed, now=OwnClock(SystemClocks()).now())
                _say(f"{count} messages of the past week are in {site.data}")
        mosquitto = site.data / "mosquitto"
        with demo_broker(mosquitto, embedded=embedded_broker) as (broker, what):
            _say(f"The devices speak MQTT to {what}")
            _run(_changed(site, {"broker": broker, "serial": _ptys(site)}), rules)


def _prepare(folder: Path, port: int | None) -> tuple[Site, list[Rule]]:
    if not (folder / "site.yaml").exists():
        if not EXAMPLE.is_dir():
            raise SiteError("the demo needs the folder site.example of the source tree")
        try:
            copytree(EXAMPLE, folder, ignore=ignore_patterns("data"), dirs_exist_ok=True)
        except CopyError:  # one or more files of it
            raise SiteError(f"{folder} cannot be written; name a folder with --folder") from None
        except OSError as error:
            raise SiteError(f"{folder}: {error.strerror}; name a folder with --folder") from None
    site, rules = read_site(folder)
    if port is None:
        port = free_port(site.config.web.port)  # a newcomer has other things on port 8000
    web = site.config.web
    address = web.base_url or f"http://{web.host}:{port}"  # else labels of tea have no QR code
    web = web.model_copy(update={"port": port, "base_url": address})
    return _changed(site, {"web": web, "gtin": site.config.gtin or GTIN}), rules


def _changed(site: Site, parts: Mapping[str, object]) -> Site:
    config = site.config.model_copy(update=parts)
    return replace(site, config=config)


def _ptys(site: Site) -> tuple[SerialLine, ...]:
    """The buses of the site, where the simulator plugs them in."""
    return tuple(
        line.model_copy(update={"port": str(bus_path(site.data, number))})
        for number, line in enumerate(site.config.serial)
    )


def _run(site: Site, rules: Sequence[Rule]) -> None:
    with ExitStack() as stack:
        devices: subprocess.Popen[bytes] | None = None

        async def on_ready(address: str) -> None:
            nonlocal devices
            if devices is None:  # else the journal was damaged; the devices went on
                devices = stack.enter_context(_devices(site))
                await _plugged_in(devices, site)
            _say(f"\n  The page: {address}\n\n  Ctrl-C ends the demo; `make demo` continues it.")

        uvloop.run(serve(site, rules, on_ready=on_ready))
        _say("Stopping the devices; the journal is closed.")


def _say(line: str) -> None:
    """At once, also into a file or a pipe."""
    print(line, flush=True)


async def _plugged_in(devices: subprocess.Popen[bytes], site: Site) -> None:
    """Wait until the serial ports are there: the gateway would report that they are missing."""
    ports = [Path(line.port) for line in site.config.serial]
    for _ in range(LOOKS_MAX):
        if devices.poll() is not None or all(port.exists() for port in ports):
            return
        await asyncio.sleep(LOOK_S)


@contextmanager
def _devices(site: Site) -> Iterator[subprocess.Popen[bytes]]:
    """The simulated devices, in a process of their own as on the air."""
    for line in site.config.serial:  # a demo that was killed may have left its own
        Path(line.port).unlink(missing_ok=True)
    broker = site.config.broker
    url = broker.url or f"mqtt://127.0.0.1:{broker.embedded.port if broker.embedded else 0}"
    command = [
        sys.executable, "-m", "gateway.cli.main", "sim", "--site", str(site.folder),
        "--broker", url, "--state", str(site.data / WORLD_FILE),
        "--scenario", str(site.folder / "scenario.yaml"), "--serial", str(site.data),
        "--until-eof",
    ]  # fmt: skip
    # A session of its own: Ctrl-C reaches the gateway, which ends the devices in good order. The
    # pipe ends them when the gateway is killed.
    file = site.data / "devices.log"
    with file.open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
        )
    try:
        yield process
    finally:
        if process.poll() is not None:
            _say(f"The devices had ended by themselves; {file} says why.")
        end(process)
