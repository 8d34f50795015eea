"""One device with everything that is known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devices.metric import Metric, Value
from devices.text import Text
from gateway.clock import Millis
from gateway.decisions import Alert, Command, RuleChanged
from gateway.history import JournaledMessage, Point
from gateway.views.fleet import DeviceRow
from gateway.views.weeks import Week

COMMANDS_SHOWN = 10
TRANSITIONS_READ = 50


@dataclass(frozen=True, slots=True)
class RuleOnDevice:
    """What a rule says of the device, since when, and the values it saw then."""

    rule: str
    label: Text | None
    change: RuleChanged


@dataclass(frozen=True, slots=True)
class DeviceDetail:
    """`missing` readings were lost between others and may still be resent."""

    row: DeviceRow
    adopted: bool
    road: Text | None
    settings: Mapping[str, Value]
    info: Mapping[str, object]
    extra: Mapping[str, object]
    week: Week | None
    missing: int
    alerts: tuple[Alert, ...]
    rules: tuple[RuleOnDevice, ...]
    commands: tuple[Command, ...]
    last_message: JournaledMessage | None


@dataclass(frozen=True, slots=True)
class Curve:
    """One metric over time; a step without values is absent."""

    metric: Metric
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves of a device from `start` to `end` in steps of `step` ms, with the nights."""

    start: Millis
    end: Millis
    step: Millis
    curves: tuple[Curve, ...]
    nights: tuple[tuple[Millis, Millis], ...]


def latest_by_rule(
    transitions: Sequence[RuleChanged], labels: Mapping[str, Text]
) -> tuple[RuleOnDevice, ...]:
    """The newest state of each rule that has ever changed for the device, newest first."""
    found: dict[str, RuleOnDevice] = {}
    for change in transitions:
        found.setdefault(change.rule, RuleOnDevice(change.rule, labels.get(change.rule), change))
    return tuple(found.values())
