"""How the rules are doing, for the page and for `/metrics`."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import RuleState
from gateway.rules.grouping import Member
from gateway.rules.health import health_of
from gateway.rules.instance import Instance
from gateway.rules.restraint import Restraint
from gateway.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class RuleStatus:
    """One rule. `subjects` counts the devices, or groups of them, by state; `firing` names those it
    fires for.

    `health` says what is wrong with it, or None; `lost` what it wanted in vain, since a rule of
    more weight was against it. `errors` counts conditions that failed, `stopped` what it was not
    allowed since it asked too often, `overruled` how often it lost.
    """

    rule: str
    label: Text
    subjects: Mapping[RuleState, int]
    firing: tuple[str, ...]
    health: Text | None
    lost: Text | None
    errors: int
    stopped: int
    overruled: int


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
    restraint: Restraint,
    heard: tuple[Millis, Millis],
) -> list[RuleStatus]:
    """One row per rule, in their order. `heard` is when any device was heard last, and since when
    the gateway listens."""
    by_rule: dict[str, list[Instance]] = {rule.id: [] for rule in rules}
    for instance in instances:
        by_rule[instance.rule.id].append(instance)
    return [_row(rule, by_rule[rule.id], errors[rule.id], restraint, heard) for rule in rules]


def alerting(instances: Iterable[Instance], now: Millis) -> set[tuple[str, str]]:
    """Source and subject of every alert that they may hold open."""
    return {
        (one.rule.source, one.device.id)
        for one in instances
        if one.state is RuleState.FIRING
        and any(action.withdraw(one.rule, one.device, now) for action in one.rule.then)
    }


def on_device(instances: Iterable[Instance]) -> list[RuleOfDevice]:
    """The rules of one device."""
    return [
        RuleOfDevice(one.rule.id, one.rule.label, one.state, one.since or None) for one in instances
    ]


def _row(
    rule: Rule,
    instances: Sequence[Instance],
    errors: int,
    restraint: Restraint,
    heard: tuple[Millis, Millis],
) -> RuleStatus:
    subjects = dict.fromkeys(RuleState, 0)
    deciding = [one for one in instances if not isinstance(one, Member)]
    for instance in deciding:
        subjects[instance.state] += 1
    firing = (one.device.id for one in deciding if one.state is RuleState.FIRING)
    return RuleStatus(
        rule=rule.id,
        label=rule.label,
        subjects=subjects,
        firing=tuple(sorted(firing)),
        health=health_of(instances, *heard),
        lost=next((one.lost for one in instances if one.lost), None),
        errors=errors,
        stopped=restraint.storms.stopped.get(rule.id, 0),
        overruled=restraint.overruled.get(rule.id, 0),
    )
