"""One device with everything that is known of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from devices.metric import Metric, Value
from devices.text import Text
from gateway.clock import Millis
from gateway.decisions import Alert, Command, RuleChanged, RuleState
from gateway.history import JournaledMessage, Point
from gateway.sequences import Gap
from gateway.views.events import Event
from gateway.views.fleet import DeviceRow
from gateway.views.missing import Missing
from gateway.views.past import Origin
from gateway.views.weeks import Week

COMMANDS_SHOWN = 10
TRANSITIONS_READ = 50
_LOUDEST_FIRST = (RuleState.FIRING, RuleState.PENDING, RuleState.INACTIVE)


class RuleOfDevice(Protocol):
    """A rule as it stands for a device; `since` is None when it never changed."""

    @property
    def rule(self) -> str: ...
    @property
    def label(self) -> Text: ...
    @property
    def state(self) -> RuleState: ...
    @property
    def since(self) -> Millis | None: ...


@dataclass(frozen=True, slots=True)
class RuleOnDevice:
    """What a rule says of the device, since when, and while it fires the values it saw then."""

    label: Text
    state: RuleState
    since: Millis | None
    values: Mapping[str, Value | None]


@dataclass(frozen=True, slots=True)
class DeviceDetail:
    """`rule_labels` names all rules of the site: also one that is not about this device may have
    commanded it."""

    row: DeviceRow
    adopted: bool
    road: Text | None
    settings: Mapping[str, Value]
    info: Mapping[str, object]
    extra: Mapping[str, object]
    week: Week | None
    missing: Missing
    alerts: tuple[Alert, ...]
    rules: tuple[RuleOnDevice, ...]
    rule_labels: Mapping[str, Text]
    commands: tuple[Command, ...]
    last_message: JournaledMessage | None


@dataclass(frozen=True, slots=True)
class Curve:
    """One metric over time; a step without values is absent."""

    metric: Metric
    points: Sequence[Point]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves of a device from `start` to `end` in steps of `step` ms, with the nights and what
    happened. `missing` are the gaps in the numbers of its readings."""

    start: Millis
    end: Millis
    step: Millis
    curves: tuple[Curve, ...]
    nights: tuple[tuple[Millis, Millis], ...]
    events: tuple[Event, ...]
    missing: tuple[Gap, ...]

    @property
    def origin(self) -> Origin:
        """Where its curves come from; NO_ANSWER when one of them is not whole."""
        origins = {curve.origin for curve in self.curves}
        known = (origin for origin in (Origin.NO_ANSWER, Origin.STORE) if origin in origins)
        return next(known, Origin.JOURNAL)


def rules_on_device(
    rules: Sequence[RuleOfDevice], transitions: Sequence[RuleChanged]
) -> tuple[RuleOnDevice, ...]:
    """The rules with what they saw, those that speak first; `transitions` come newest first."""
    newest: dict[str, RuleChanged] = {}
    for change in transitions:
        newest.setdefault(change.rule, change)
    found = []
    for rule in sorted(rules, key=lambda rule: _LOUDEST_FIRST.index(rule.state)):
        seen = newest.get(rule.rule)
        fires = rule.state is RuleState.FIRING
        values = seen.values if fires and seen is not None else {}
        found.append(RuleOnDevice(rule.label, rule.state, rule.since, values))
    return tuple(found)
