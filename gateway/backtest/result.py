"""What a back-test found: plain values, for a table, a chart, a page or JSON."""

from dataclasses import dataclass
from typing import NamedTuple

from devices.reading import Millis
from devices.text import Text
from gateway.backtest.rows import Span
from gateway.decisions import RuleState


class Change(NamedTuple):
    """A rule took a state for a device or a group of devices."""

    rule: str
    device: str
    time: Millis
    state: RuleState


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule. `firing_ms` adds up all devices; `firing_at_end` of them still fire. `alerts` are
    those that would have been opened, each of which is one message to people. `health` is what
    went wrong last, None when nothing did."""

    rule: str
    label: Text
    firings: int
    devices: int
    firing_ms: Millis
    firing_at_end: int
    alerts: int
    commands: int
    litres: float
    health: Text | None


@dataclass(frozen=True, slots=True)
class TrialResult:
    """One set of rules, in their order."""

    rules: tuple[RuleResult, ...]

    @property
    def firings(self) -> int:
        return sum(one.firings for one in self.rules)

    @property
    def alerts(self) -> int:
        return sum(one.alerts for one in self.rules)

    @property
    def commands(self) -> int:
        return sum(one.commands for one in self.rules)

    @property
    def litres(self) -> float:
        return sum(one.litres for one in self.rules)


@dataclass(frozen=True, slots=True)
class Result:
    """`tried` against `armed`, if these were compared. `complete` is False when it was ended early:
    `span` is then shorter than what was asked for. `readings` are those that were played, also
    before the span; `unreadable` could not be."""

    span: Span
    complete: bool
    readings: int
    unreadable: int
    tried: TrialResult
    armed: TrialResult | None
