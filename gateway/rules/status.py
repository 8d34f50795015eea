"""How the rules are doing, for the page and for `/metrics`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import RuleState
from gateway.rules.instance import Instance
from gateway.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """One rule. `subjects` counts the devices by state; `firing` names those it fires for.

    `health` says what went wrong last, or None; `errors` counts conditions that failed.
    """

    rule: str
    label: Text
    subjects: Mapping[RuleState, int]
    firing: tuple[str, ...]
    health: str | None
    errors: int


@dataclass(frozen=True, slots=True)
class RuleOfDevice:
    """One rule as it stands for one device; `since` is None when it never changed."""

    rule: str
    label: Text
    state: RuleState
    since: Millis | None


def summarise(
    rules: Sequence[Rule], instances: Iterable[Instance], errors: Mapping[str, int]
) -> list[RuleStatus]:
    """One row per rule, in their order."""
    by_rule: dict[str, list[Instance]] = {rule.id: [] for rule in rules}
    for instance in instances:
        by_rule[instance.rule.id].append(instance)
    return [_row(rule, by_rule[rule.id], errors[rule.id]) for rule in rules]


def on_device(instances: Iterable[Instance]) -> list[RuleOfDevice]:
    """The rules of one device."""
    return [
        RuleOfDevice(one.rule.id, one.rule.label, one.state, one.since or None) for one in instances
    ]


def _row(rule: Rule, instances: Sequence[Instance], errors: int) -> RuleStatus:
    subjects = dict.fromkeys(RuleState, 0)
    for instance in instances:
        subjects[instance.state] += 1
    firing = (one.device.id for one in instances if one.state is RuleState.FIRING)
    faults = (one.error or one.action_error for one in instances)
    health = next((fault for fault in faults if fault), None)
    return RuleStatus(rule.id, rule.label, subjects, tuple(sorted(firing)), health, errors)
