"""One rule, checked and ready to run."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from devices.kind import Kind
from devices.reading import Millis
from devices.text import Text
from gateway.decisions import Decision
from gateway.fleet import Device, Fleet
from gateway.rules.expression.compile import ReadValue
from gateway.rules.expression.expression import Expression
from gateway.rules.expression.nodes import Question
from gateway.rules.only import Only
from gateway.rules.selector import Selector
from gateway.schedule import Schedule


class Unknown(Enum):
    """What a rule does while its condition is unknown."""

    HOLD = "hold"  # stay as it is
    CLEAR = "clear"  # as if the condition were false
    FIRE = "fire"  # as if it were true


class GroupBy(Enum):
    """What the devices of a group share."""

    ROAD = "road"
    PLACE = "place"
    PLOT = "plot"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class Grouping:
    """The rule is about groups of devices: `at_least` so many of a group, or a share of it."""

    by: GroupBy
    at_least: int | None = None
    share_pct: int = 100

    def needed(self, size: int) -> int:
        """How many of so many."""
        if self.at_least is not None:
            return self.at_least
        return max(-(-size * self.share_pct // 100), 1)


@dataclass(frozen=True, slots=True)
class EventTrigger:
    """An event message of the device by its name, with this `code` in it unless that is None."""

    name: str
    code: str | int | None = None

    def is_meant(self, name: str, fields: Mapping[str, object]) -> bool:
        """Whether the message of an event, with these fields, is such a one."""
        return name == self.name and self.code in (None, fields.get("code"))


@dataclass(frozen=True, slots=True)
class Firing:
    """One rule fires for one device: all that an action may use.

    `again` tells apart what happened at the same `at`: a device that sends what it kept during an
    outage may make its rule fire several times in one millisecond.
    """

    rule: "Rule"
    device: Device
    fleet: Fleet
    read: ReadValue
    at: Millis
    again: int = 0


class ActionError(Exception):
    """The action cannot be done for this device; `words` say why to a person."""

    def __init__(self, words: Text) -> None:
        super().__init__(words.en)
        self.words = words


class Action(Protocol):
    """What a rule does once when it fires."""

    @property
    def actuates(self) -> bool:
        """Whether something moves in the real world; such a rule ignores old readings."""
        ...

    def ask(self, firing: Firing, index: int) -> list[Decision]:
        """The requests, `index` being the action's place in the rule. Raises ActionError."""
        ...

    def withdraw(self, rule: "Rule", device: Device, now: Millis) -> list[Decision]:
        """What is to be said when the rule stops firing."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """What begins it is `when`, `silent_ms` or moments: those of the `schedule`, or each `event`.
    At its moments `when` is asked, if it is there; else it is asked all the time.

    `until` and `for_ms` belong to `when`; `lasts_ms`, how long it fires, to moments. `runs_late`:
    it acts once when moments were missed. With `group` all this is about groups of devices, except
    that `when`, `silent_ms` and `until` say which of the devices count.

    `definition` is what its author wrote, without comments and white space: while that is the
    same, the rule is. One that is not `armed` is checked like any other, but not to be run.
    """

    id: str
    label: Text
    on: Selector
    then: tuple[Action, ...]
    when: Expression | None = None
    silent_ms: Millis | None = None
    schedule: Schedule | None = None
    event: EventTrigger | None = None
    runs_late: bool = False
    only: Only | None = None
    group: Grouping | None = None
    for_ms: Millis = 0
    until: Expression | None = None
    lasts_ms: Millis | None = None
    cooldown_ms: Millis = 0
    unknown: Unknown = Unknown.HOLD
    priority: int = 0
    armed: bool = True
    definition: str = ""

    @property
    def source(self) -> str:
        """How its alerts and commands name it."""
        return source_of(self.id)

    @property
    def actuates(self) -> bool:
        """Whether firing moves something in the real world."""
        return any(action.actuates for action in self.then)

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """`when` and `until`, as far as they are there."""
        return tuple(part for part in (self.when, self.until) if part is not None)

    @property
    def at_moments(self) -> bool:
        """Whether it begins at moments; readings then only matter to its `until`."""
        return self.schedule is not None or self.event is not None

    @property
    def momentary(self) -> bool:
        """Whether it is over as soon as it has acted: nothing says what else would end it."""
        asked_again = self.when is not None and self.schedule is not None
        return self.at_moments and not self.has_end and not asked_again

    @property
    def has_end(self) -> bool:
        """Whether something of its own ends it when it fires."""
        return self.until is not None or self.lasts_ms is not None

    @property
    def watched(self) -> tuple[Expression, ...]:
        """What readings can change."""
        if not self.at_moments:
            return self.expressions
        return (self.until,) if self.until is not None else ()

    @property
    def metrics(self) -> frozenset[str]:
        """Everything it reads."""
        return _metrics_of(self.expressions)

    @property
    def watched_metrics(self) -> frozenset[str]:
        """Those whose readings can change it."""
        return _metrics_of(self.watched)

    @property
    def questions(self) -> tuple[Question, ...]:
        """Everything it asks beyond the newest values, each once."""
        return tuple(dict.fromkeys(one for part in self.expressions for one in part.questions))

    @property
    def any_reading_matters(self) -> bool:
        """Whether a reading without its metrics can change it too."""
        if not self.at_moments and (self.when is None or self.unknown is Unknown.FIRE):
            return True
        return any(part.absence_matters for part in self.watched)

    def fits(self, kind: Kind) -> bool:
        """Whether devices of that kind can be meant: they measure all that the rule reads."""
        wanted = not self.on.kinds or kind.name in self.on.kinds
        return wanted and all(kind.metric(name) for name in self.metrics)


def _metrics_of(expressions: Iterable[Expression]) -> frozenset[str]:
    return frozenset[str]().union(*(part.metrics for part in expressions))


def unless_edited(rule: Rule, before: Rule | None) -> Rule:
    """The rule as it was compiled before, where it is the same."""
    return before if before is not None and before.definition == rule.definition else rule


def armed(rules: Iterable[Rule]) -> list[Rule]:
    """Those that are to be run."""
    return [rule for rule in rules if rule.armed]


_SOURCE = "rule:"


def source_of(rule: str) -> str:
    """How the alerts and commands of the rule of that id name it."""
    return _SOURCE + rule


def is_rule(source: str) -> bool:
    """Whether that source of an alert or a command is a rule."""
    return source.startswith(_SOURCE)


def numbers_of(device: Device) -> dict[str, int | float]:
    """The settings that expressions may use, and the limits, as `limits.<name>`."""
    known = {name: value for name, value in device.settings.items() if not isinstance(value, bool)}
    known.update((f"limits.{name}", limit) for name, limit in device.limits.items())
    return known
