"""The devices as people count them: how many work, do not work, or are not known."""

from collections.abc import Iterable
from dataclasses import dataclass

from devices.kind import Kind
from devices.metric import Metric, Value
from devices.text import Text
from gateway.clock import Millis
from gateway.decisions import State
from gateway.fleet import Device


@dataclass(frozen=True, slots=True)
class Counts:
    """Devices by state. `down_since` and `unknown_since` are the earliest known beginnings; None
    when there is no such device or it was never heard."""

    up: int
    down: int
    unknown: int
    down_since: Millis | None = None
    unknown_since: Millis | None = None

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
    numbers = dict.fromkeys(State, 0)
    since: dict[State, Millis] = {}
    for device in devices:
        state = device.state
        numbers[state] += 1
        began = _since(device)
        if began is not None:
            since[state] = min(since.get(state, began), began)
    return Counts(
        numbers[State.UP],
        numbers[State.DOWN],
        numbers[State.UNKNOWN],
        since.get(State.DOWN),
        since.get(State.UNKNOWN),
    )


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


def _since(device: Device) -> Millis | None:
    """A fault that was lost from sight for a while did not begin when it was seen again."""
    if device.state is State.DOWN and device.down_since is not None:
        return device.down_since
    return device.state_since
