"""How the rules are doing, for the page and for `/metrics`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import RuleState
from gateway.rules.health import health_of
from gateway.rules.instance import Instance
from gateway.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """One rule. `subjects` counts the devices by state; `firing` names those it fires for.

    `health` says what is wrong with it, or None; `errors` counts conditions that failed.
    """

    rule: str
    label: Text
    subjects: Mapping[RuleState, int]
    firing: tuple[str, ...]
    health: Text | None
    errors: int


@dataclass(frozen=True, slots=True)
class RuleOfDevice:
    """One rule as it stands for one device; `since` is None when it never changed."""

    rule: str
    label: Text
    state: RuleState
    since: Millis | None


def summarise(
    rules: Sequence[Rule],
    instances: Iterable[Instance],
    errors: Mapping[str, int],
    heard: tuple[Millis, Millis],
) -> list[RuleStatus]:
    """One row per rule, in their order. `heard` is when any device was heard last, and since when
    the gateway listens."""
    by_rule: dict[str, list[Instance]] = {rule.id: [] for rule in rules}
    for instance in instances:
        by_rule[instance.rule.id].append(instance)
    return [_row(rule, by_rule[rule.id], errors[rule.id], heard) for rule in rules]


def on_device(instances: Iterable[Instance]) -> list[RuleOfDevice]:
    """The rules of one device."""
    return [
        RuleOfDevice(one.rule.id, one.rule.label, one.state, one.since or None) for one in instances
    ]


def _row(
    rule: Rule, instances: Sequence[Instance], errors: int, heard: tuple[Millis, Millis]
) -> RuleStatus:
    subjects = dict.fromkeys(RuleState, 0)
    for instance in instances:
        subjects[instance.state] += 1
    firing = (one.device.id for one in instances if one.state is RuleState.FIRING)
    health = health_of(instances, *heard)
    return RuleStatus(rule.id, rule.label, subjects, tuple(sorted(firing)), health, errors)
