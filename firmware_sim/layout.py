"""What stands where: the devices and plots of a site, as far as physics needs them.

Reads the files of a site folder leniently; checking them is the gateway's business.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

import devices
from devices.kinds import KINDS
from devices.profile import Profile

# The C loader reads 340 devices in 50 ms instead of 500; it is missing where libyaml is.
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

RATE_L_MIN = 60.0
"""What a valve lets through that belongs to no plot."""


class LayoutError(Exception):
    """The site folder cannot be simulated; the message says what to do."""


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """One device. `settings` are the technician's constants, e.g. `lamp_w`."""

    id: str
    kind: str
    place: str = ""
    settings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlotSpec:
    """One tea plot; soil figures are volumetric per cent."""

    id: str
    area_m2: float
    valves: tuple[str, ...]
    pump: str | None
    sensors: tuple[str, ...]
    rate_l_min: float
    field_capacity_pct: float = 32.0
    wilting_point_pct: float = 18.0
    root_depth_m: float = 0.6


@dataclass(frozen=True, slots=True)
class SlaveSpec:
    """One device on a Modbus bus, and the registers that it has."""

    device: str
    address: int
    profile: Profile


@dataclass(frozen=True, slots=True)
class Layout:
    """A hamlet as the simulator sees it."""

    hamlet: str
    devices: tuple[DeviceSpec, ...]
    plots: tuple[PlotSpec, ...] = ()
    plots_at_once: Mapping[str, int] = field(default_factory=dict)
    """By pump: how many of its plots it was bought for; 1 where that is not said."""
    latitude: float = 21.72
    longitude: float = 105.74
    altitude_m: float = 60.0
    timezone: str = "Asia/Ho_Chi_Minh"
    buses: tuple[tuple[SlaveSpec, ...], ...] = ()

    def pump_l_min(self, pump: str) -> float:
        """What a pump was bought for: its largest plot, as often as it is to feed one."""
        rates = (plot.rate_l_min for plot in self.plots if plot.pump == pump)
        return max(rates, default=RATE_L_MIN) * self.plots_at_once.get(pump, 1)

    def garden(self, plots: Collection[str]) -> "Layout":
        """Only those plots, what waters and measures them, and the weather stations: a season of
        a hamlet's lamps and hotspots would take ten times as long."""
        chosen = tuple(plot for plot in self.plots if plot.id in plots)
        ids = {id for plot in chosen for id in (*plot.valves, *plot.sensors, plot.pump)}
        devices = (one for one in self.devices if one.id in ids or one.kind == "weather")
        return replace(self, devices=tuple(devices), plots=chosen, buses=())


def load_layout(folder: Path) -> Layout:
    """Read a site: site.yaml, and devices.yaml and plots.yaml if they exist. Raises LayoutError."""
    site = _read(folder / "site.yaml")
    try:
        place = site["place"]
        return Layout(
            hamlet=site["hamlet"],
            devices=tuple(map(_device, _listed(folder, "devices"))),
            plots=tuple(map(_plot, _listed(folder, "plots"))),
            plots_at_once={
                pump["id"]: pump.get("plots_at_once", 1)
                for pump in _listed(folder, "plots", "pumps")
            },
            latitude=place["latitude"],
            longitude=place["longitude"],
            altitude_m=place.get("altitude_m", 0.0),
            timezone=place["timezone"],
            buses=tuple(_bus(folder, line) for line in site.get("serial") or ()),
        )
    except KeyError as error:
        raise LayoutError(
            f"{folder}: {error} is missing; check the site with its gateway"
        ) from None
    except (TypeError, AttributeError, ValueError) as error:
        raise LayoutError(f"{folder}: {error}; check the site with its gateway") from None


def many_devices(hamlet: str, count: int, kinds: Sequence[str]) -> Layout:
    """`count` devices, the kinds taking turns: for load, not for looks."""
    return Layout(
        hamlet,
        tuple(
            DeviceSpec(f"{kind}-{number:05d}", kind)
            for number, kind in ((n, kinds[n % len(kinds)]) for n in range(count))
        ),
    )


def _listed(folder: Path, name: str, part: str = "") -> Any:
    """What a file lists under its own name, or the part of it that may be left out; a site may do
    without the file, as the gateway may."""
    file = folder / f"{name}.yaml"
    if not file.exists():
        return ()
    data = _read(file)
    return data.get(part, ()) if part else data[name]


def _read(file: Path) -> Any:
    try:
        # Both loaders build plain data only.
        data = yaml.load(file.read_bytes(), _LOADER)  # noqa: S506
    except OSError as error:
        raise LayoutError(f"{file}: {error.strerror}; --site names the folder of a site") from None
    except yaml.YAMLError as error:
        raise LayoutError(f"{file} is no YAML: {error}") from None
    if not isinstance(data, dict):
        raise LayoutError(f"{file} is empty")
    return data


def _device(data: Mapping[str, Any]) -> DeviceSpec:
    if data["kind"] not in KINDS:
        raise ValueError(f"device {data['id']}: unknown kind {data['kind']!r}")
    settings = data.get("settings") or {}
    return DeviceSpec(data["id"], data["kind"], data.get("place") or "", settings)


def _bus(folder: Path, line: Mapping[str, Any]) -> tuple[SlaveSpec, ...]:
    return tuple(
        SlaveSpec(each["device"], each["address"], _profile(folder, each["profile"]))
        for each in line.get("devices") or ()
    )


def _profile(folder: Path, name: str) -> Profile:
    own = (folder / "profiles" / f"{name}{ending}" for ending in (".yaml", ".yml"))
    built_in = Path(devices.__file__).parent / "profiles" / f"{name}.yaml"
    return Profile.model_validate(_read(next(filter(Path.exists, own), built_in)))


def _plot(data: Mapping[str, Any]) -> PlotSpec:
    return PlotSpec(
        id=data["id"],
        area_m2=data["area_m2"],
        valves=tuple(data["valves"]),
        pump=data.get("pump"),
        sensors=tuple(data.get("sensors") or ()),
        rate_l_min=_rate(data),
        **data["soil"],
    )


def _rate(data: Mapping[str, Any]) -> float:
    """As written, or what the emitters let through together."""
    if "rate_l_min" in data:
        return float(data["rate_l_min"])
    emitters = data["emitters"]
    return float(emitters["count"] * emitters["litres_per_hour"] / 60)
