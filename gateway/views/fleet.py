"""The devices as people count them: how many work, do not work, or are not known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from devices.kind import Kind
from devices.metric import Metric, Value
from devices.text import Text
from gateway.clock import Millis
from gateway.decisions import State
from gateway.fleet import Device

BRIGHTNESS = "brightness_pct"
TOGETHER_MS = 30 * 60_000
"""What began within half an hour has probably one cause, and one time tells enough."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """When the first of several devices came into its state; `together`: all of them about then."""

    at: Millis
    together: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """Devices by state, and since when; None when there is no such device or it was never heard."""

    up: int
    down: int
    unknown: int
    down_since: Beginning | None = None
    unknown_since: Beginning | None = None

    @property
    def total(self) -> int:
        """All of them."""
        return self.up + self.down + self.unknown


@dataclass(frozen=True, slots=True)
class Figure:
    """The newest value of a metric. `old`: too old to say how it is now."""

    metric: Metric
    value: Value
    measured_at: Millis
    old: bool


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device in a list. `since` is when its state began, for a fault when the fault began;
    `place` is the label of its place, road or plot; `interval_s` is how often it reports."""

    id: str
    label: Text
    kind: Kind
    state: State
    since: Millis | None
    cause: str
    place: Text | None
    interval_s: int
    measured_at: Millis | None
    heard_at: Millis | None
    figures: tuple[Figure, ...]


def count(devices: Iterable[Device]) -> Counts:
    """Count devices by their present state."""
    began: dict[State, list[Millis | None]] = {state: [] for state in State}
    for device in devices:
        began[device.state].append(_since(device))
    return Counts(
        len(began[State.UP]),
        len(began[State.DOWN]),
        len(began[State.UNKNOWN]),
        _beginning(began[State.DOWN]),
        _beginning(began[State.UNKNOWN]),
    )


def shine(devices: Iterable[Device], now: Millis) -> bool:
    """Whether most of the lights that can be asked are told to shine now."""
    told = [device.value(BRIGHTNESS, now) for device in devices]
    known = [brightness for brightness in told if brightness is not None]
    return sum(brightness > 0 for brightness in known) * 2 > len(known)


def figures(device: Device, now: Millis) -> tuple[Figure, ...]:
    """What the device measured last, in the order of its kind; what never came is absent."""
    found = []
    for metric in device.kind.metrics:
        measured_at = device.measured_at_of(metric.name)
        if measured_at is not None:
            old = now - measured_at > device.silent_after_ms
            found.append(Figure(metric, device.values[metric.name], measured_at, old))
    return tuple(found)


def device_row(device: Device, place: Text | None, now: Millis) -> DeviceRow:
    """The device as a row of a list."""
    return DeviceRow(
        device.id,
        device.label,
        device.kind,
        device.state,
        _since(device),
        device.state_cause,
        place,
        device.interval_s,
        device.measured_at,
        device.heard_at,
        figures(device, now),
    )


def _beginning(began: Sequence[Millis | None]) -> Beginning | None:
    known = [at for at in began if at is not None]
    if not known:
        return None
    first = min(known)
    return Beginning(first, len(known) == len(began) and max(known) - first <= TOGETHER_MS)


def _since(device: Device) -> Millis | None:
    """A fault that was lost from sight for a while did not begin when it was seen again."""
    if device.state is State.DOWN and device.down_since is not None:
        return device.down_since
    return device.state_since
