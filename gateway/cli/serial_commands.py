"""`hamlet serial …`: what a technician does with a bus before the gateway runs on it."""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from devices.kinds import KINDS
from devices.metric import Metric
from devices.profile import ADDRESS_MAX, Profile
from devices.profile_reading import raw_words
from gateway.cli.complaints import USAGE, complaints
from gateway.located_yaml import did_you_mean
from gateway.profiles import Profiles, load_profiles
from gateway.serial.asker import Asker
from gateway.serial.exchange import Cause, ExchangeError
from gateway.serial.port import open_port
from gateway.serial.scan import Found, Snapshot, look_for, read_device
from gateway.site import load_site

BAUDS = (9600, 4800, 115200)
"""What soil probes and solar controllers leave the factory with."""
SCAN_TIMEOUT_MS = 150
"""Less than the gateway grants: nearly all of the time goes into addresses where nobody is."""
READ_TIMEOUT_MS = 500

serial = typer.Typer(help="Look for devices on serial ports, and read them.", no_args_is_help=True)

Parity = Annotated[str, typer.Option(help="N, E or O.")]
OwnProfiles = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        file_okay=False,
        help="The site's folder, for what it says of ports and profiles.",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class _Line(NamedTuple):
    """One way to look at one port; `names` are the devices that the site has there, by address."""

    port: str
    baud: int
    parity: str
    stop_bits: int
    names: dict[int, str]


@serial.command()
def scan(
    port: Annotated[str | None, typer.Argument(help="E.g. /dev/ttyUSB0.")] = None,
    site: OwnProfiles = None,
    baud: Annotated[
        list[int] | None, typer.Option(help="May be repeated; else 9600, 4800 and 115200.")
    ] = None,
    parity: Parity = "N",
    first: Annotated[int, typer.Option(min=1, max=ADDRESS_MAX)] = 1,
    last: Annotated[int, typer.Option(min=1, max=ADDRESS_MAX)] = ADDRESS_MAX,
    timeout_ms: Annotated[int, typer.Option(min=20, max=10_000)] = SCAN_TIMEOUT_MS,
    as_json: AsJson = False,
) -> None:
    """Ask every address of a port who is there, and which profile fits.

    Without PORT, the Modbus ports of the site are scanned. The exit status is 1 when nobody
    answers.
    """
    with complaints():
        if port is None and site is None:
            raise typer.BadParameter("name a port, or a site whose ports are meant")
        if first > last:
            raise typer.BadParameter(f"there is no address from {first} to {last}")
        _check(parity, [] if baud is None else baud)
        profiles = load_profiles(site)
        if port is None:
            lines = _lines_of(site or Path())
        else:
            lines = [_Line(port, each, parity, 1, {}) for each in baud or BAUDS]
        addresses = range(first, last + 1)
        found = asyncio.run(_scan(lines, addresses, profiles, timeout_ms))
    if as_json:
        print(json.dumps([_found_json(*each) for each in found], ensure_ascii=False, indent=1))
    else:
        for line, one in found:
            fits = ", ".join(one.fits) or "no profile fits"
            name = f"  {line.names[one.address]}" if one.address in line.names else ""
            print(f"{line.port}  {line.baud} baud  address {one.address}: {fits}{name}")
    if not found:
        _say("nobody answered: check power and the wires A and B, and try other --baud")
        raise typer.Exit(1)


@serial.command()
def read(
    port: Annotated[str, typer.Argument(help="E.g. /dev/ttyUSB0.")],
    profile: Annotated[str, typer.Option(help="The register map, e.g. soil-7in1.")],
    address: Annotated[
        int | None, typer.Option(min=1, max=ADDRESS_MAX, help="Else the profile's own.")
    ] = None,
    site: OwnProfiles = None,
    baud: Annotated[int | None, typer.Option(help="Else the profile's own.")] = None,
    parity: Annotated[str | None, typer.Option(help="N, E or O; else the profile's.")] = None,
    timeout_ms: Annotated[int, typer.Option(min=20, max=10_000)] = READ_TIMEOUT_MS,
    as_json: AsJson = False,
) -> None:
    """Read one device once: every metric with its unit and its raw registers.

    The exit status is 1 when the device does not answer, or refuses all of it.
    """
    with complaints():
        profiles = load_profiles(site)
        chosen = profiles.get(profile)
        if chosen is None:
            _say(f"there is no profile {profile!r}{did_you_mean(profile, profiles)}")
            _say(f"known: {', '.join(profiles)}")
            raise typer.Exit(USAGE)
        _check(parity or chosen.parity, [] if baud is None else [baud])
        line = _Line(port, baud or chosen.baud, parity or chosen.parity, chosen.stop_bits, {})
        at = address or chosen.address
        try:
            snapshot = asyncio.run(_read(line, at, chosen, timeout_ms))
        except ExchangeError as error:
            _say(_explain(error, line, at))
            raise typer.Exit(1) from None
    rows = [_row(name, chosen, snapshot) for name in chosen.metrics]
    if as_json:
        print(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        for row in rows:
            value = "unknown" if row["value"] is None else f"{row['value']} {row['unit']}".rstrip()
            odd = "" if row["plausible"] else "  (cannot be: is it the right profile?)"
            print(f"{row['metric']:24} {value:16} {row['registers']}{odd}")
    if not snapshot.answers:
        _say(
            f"address {at} refuses every register of {profile}: it is another model. "
            f"Look which profile fits with: hamlet serial scan {port}"
        )
        raise typer.Exit(1)


async def _scan(
    lines: Sequence[_Line], addresses: Sequence[int], profiles: Profiles, timeout_ms: int
) -> list[tuple[_Line, Found]]:
    found = []
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        for line in lines:
            task = progress.add_task(f"{line.port} at {line.baud} baud", total=len(addresses))
            async with open_port(line.port, line.baud, line.parity, line.stop_bits) as port:
                asker = Asker(port, line.baud, timeout_ms)
                for address in addresses:
                    one = await look_for(asker, address, profiles)
                    if one is not None:
                        found.append((line, one))
                    progress.advance(task)
    return found


async def _read(line: _Line, address: int, profile: Profile, timeout_ms: int) -> Snapshot:
    async with open_port(line.port, line.baud, line.parity, line.stop_bits) as port:
        return await read_device(Asker(port, line.baud, timeout_ms), profile, address)


def _lines_of(folder: Path) -> list[_Line]:
    return [
        _Line(
            line.port,
            line.baud,
            line.parity,
            line.stop_bits,
            {device.address: device.device for device in line.devices},
        )
        for line in load_site(folder).config.serial
        if line.devices
    ]


def _check(parity: str, bauds: Sequence[int]) -> None:
    if parity not in ("N", "E", "O"):
        raise typer.BadParameter(f"parity is N, E or O, not {parity!r}")
    for baud in bauds:
        if not 300 <= baud <= 1_000_000:
            raise typer.BadParameter(f"{baud} is no baud rate")


def _explain(error: ExchangeError, line: _Line, address: int) -> str:
    where = f"{line.port}, address {address}, {line.baud} baud"
    if error.cause is Cause.SILENT:
        return (
            f"nobody answers at {where}: check power, the wires A and B, address and baud, "
            f"or look for it with: hamlet serial scan {line.port}"
        )
    return f"no reading from {where}: {error.detail} ({error.cause.value})"


def _row(name: str, profile: Profile, snapshot: Snapshot) -> dict[str, object]:
    register = profile.metrics[name]
    words = raw_words(register, snapshot.answers)
    value = snapshot.values.get(name)
    metric = KINDS[profile.kind].metric(name)
    raw = "refused" if words is None else " ".join(f"{word:#06x}" for word in words)
    return {
        "metric": name,
        "value": value,
        "unit": register.unit,
        "registers": f"{register.address:#06x}: {raw}",
        "plausible": value is None or metric is None or _is_plausible(metric, value),
    }


def _is_plausible(metric: Metric, value: float) -> bool:
    return metric.low <= value <= metric.high


def _found_json(line: _Line, found: Found) -> dict[str, object]:
    return {
        "port": line.port,
        "baud": line.baud,
        "parity": line.parity,
        "address": found.address,
        "profiles": found.fits,
        "device": line.names.get(found.address),
    }


def _say(message: str) -> None:
    print(f"hamlet serial: {message}", file=sys.stderr)
