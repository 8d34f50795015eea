"""What hangs on the serial ports of a site, as `serial:` in site.yaml describes it.

Knows no port, nor what is read from it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from devices.kinds import KINDS, KindName
from devices.profile import Address, Baud, Parity, Profile, StopBits
from devices.topics import IDENTIFIER
from gateway.fleet import GATEWAY

DEVICE = "device"
"""The field of a line that names its device."""
MEASURED_AT = "measured_at"
SKIPPED = "-"
"""The column of a CSV line that nobody wants."""

Path = tuple[str | int, ...]
_Id = Annotated[str, Field(pattern=f"^{IDENTIFIER.pattern}$")]
_Seconds = Annotated[float, Field(strict=True, ge=1, le=86_400, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BusDevice(_Part):
    """One Modbus device: it is asked every `every_s` seconds."""

    device: _Id
    profile: str
    address: Address
    every_s: _Seconds = 60


class LineFormat(_Part):
    """Sensors that speak by themselves, one reading per line.

    `columns` says what the fields of a CSV line are, in their order: a metric, `device`,
    `measured_at`, or `-` for one that nobody wants. `fields` renames the fields of a JSON line to
    the same words; others keep their names. All devices are of one kind; `device` names the only
    one where the lines do not name theirs.
    """

    format: Literal["json", "csv"]
    kind: KindName
    device: _Id | None = None
    columns: tuple[str, ...] = ()
    separator: Annotated[str, Field(min_length=1, max_length=1)] = ","
    fields: dict[str, str] = {}

    @model_validator(mode="after")
    def _check(self) -> "LineFormat":
        if (self.format == "csv") != bool(self.columns):
            raise ValueError("a CSV line needs columns, and only a CSV line has them")
        if self.fields and self.format != "json":
            raise ValueError("only a JSON line has fields; a CSV line has columns")
        named = [name for name in (*self.columns, *self.fields.values()) if name != SKIPPED]
        kind = KINDS[self.kind]
        for name in named:
            if name not in (DEVICE, MEASURED_AT) and kind.metric(name) is None:
                known = ", ".join(metric.name for metric in kind.metrics)
                raise ValueError(f"a {self.kind} has no metric {name!r}; it has: {known}")
        if len(set(named)) != len(named):
            raise ValueError("a metric stands twice in it")
        if self.format == "csv" and (DEVICE in named) == (self.device is not None):
            raise ValueError("say the device either in device or in a column named device")
        return self


class SerialLine(_Part):
    """One serial port, and what is on it: Modbus `devices` that are asked, or sensors that speak
    `lines`. `timeout_ms` is how long a device may take to answer."""

    port: Annotated[str, Field(min_length=1, max_length=200)]
    baud: Baud = 9600
    parity: Parity = "N"
    stop_bits: StopBits = 1
    timeout_ms: Annotated[int, Field(strict=True, ge=20, le=10_000)] = 500
    devices: tuple[BusDevice, ...] = ()
    lines: LineFormat | None = None

    @model_validator(mode="after")
    def _check(self) -> "SerialLine":
        if bool(self.devices) == (self.lines is not None):
            raise ValueError("give either devices (a Modbus bus) or lines (sensors that speak)")
        return self


def line_problems(
    lines: Sequence[SerialLine], profiles: Mapping[str, Profile], kinds: Mapping[str, str]
) -> Iterator[tuple[Path, str]]:
    """What is wrong between lines, profiles and `kinds` (of the listed devices, by id): where it
    stands below `serial`, and what it is."""
    ports: set[str] = set()
    on_bus: set[str] = set()
    for number, line in enumerate(lines):
        if line.port in ports:
            yield (number, "port"), f"port {line.port} is used twice"
        ports.add(line.port)
        addresses: dict[int, str] = {}
        for place, device in enumerate(line.devices):
            path: Path = (number, "devices", place)
            if device.device in on_bus:
                yield (*path, "device"), f"{device.device!r} is on a bus already"
            on_bus.add(device.device)
            if device.device == GATEWAY:
                yield (*path, "device"), _GATEWAY_ITSELF
            other = addresses.setdefault(device.address, device.device)
            if other != device.device:
                message = f"address {device.address} on this bus is {other} already"
                yield (*path, "address"), message
            profile = profiles.get(device.profile)
            if profile is None:
                message = f"there is no profile {device.profile!r}; known: {', '.join(profiles)}"
                yield (*path, "profile"), message
            elif kinds.get(device.device, profile.kind) != profile.kind:
                yield (*path, "profile"), _other_kind(device.device, kinds, profile.kind)
        listed = line.lines.device if line.lines else None
        if listed == GATEWAY:
            yield (number, "lines", "device"), _GATEWAY_ITSELF
        if line.lines and listed and kinds.get(listed, line.lines.kind) != line.lines.kind:
            yield (number, "lines", "kind"), _other_kind(listed, kinds, line.lines.kind)


_GATEWAY_ITSELF = f"{GATEWAY!r} is the gateway itself; give the device another name"


def _other_kind(device: str, kinds: Mapping[str, str], kind: str) -> str:
    return f"{device!r} is a {kinds[device]} in devices.yaml, this is for a {kind}"
