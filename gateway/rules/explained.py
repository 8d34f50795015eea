"""Why a rule fires for a device or not: its state, and what its conditions are made of."""

from collections.abc import Mapping
from dataclasses import dataclass

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import RuleState
from gateway.fleet import Device
from gateway.hamlet_time import HamletTime
from gateway.rules.grouping import UNKNOWN, Group
from gateway.rules.instance import Instance
from gateway.rules.listening import Listening
from gateway.rules.trace import Traced, trace
from gateway.rules.transitions import Moment


@dataclass(frozen=True, slots=True)
class GroupExplained:
    """The group that a rule acts for: of how many of its devices (`size`) the condition holds, of
    how many that is not known, how many are `needed`, and which those are of which it holds."""

    subject: str
    size: int
    unknown: int
    needed: int
    holding: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleExplained:
    """One rule for one device, or for a group of devices, at the time `at`.

    `since` is None when it never changed. `until` is that of the rule, whether it fires or not.
    `open` is whether its `only` allows it, `turns_at` when that changes next. `next_moment` is when
    it acts by `at` or `every`, `event` what makes it act. `silent_at` is when a rule about silence
    fires if nothing is heard. `measured` says of every metric that is read when its newest value
    was measured, None where there never was one. `lost` says what it wanted in vain.

    A rule about groups acts for the `group`: state and times are the group's, also where the
    condition is that of one of its devices. The group itself has no condition.
    """

    rule: str
    label: Text
    subject: str
    at: Millis
    state: RuleState
    since: Millis | None
    due: Millis | None
    cool_until: Millis | None
    when: Traced | None
    until: Traced | None
    silent_ms: Millis | None
    silent_at: Millis | None
    heard_at: Millis | None
    measured: Mapping[str, Millis | None]
    open: bool | None
    turns_at: Millis | None
    next_moment: Millis | None
    event: str | None
    group: GroupExplained | None
    lost: Text | None
    health: Text | None


def explain(
    one: Instance, deciding: Instance, moment: Moment, listening: Listening, here: HamletTime
) -> RuleExplained:
    """As it is at that moment; changes nothing. `deciding` is the instance that acts: that of the
    group where `one` is a member of it, else the same."""
    rule, device, now = deciding.rule, one.device, moment.now
    conditions = () if isinstance(device, Group) else (one.rule.when, one.rule.until)
    when, until = (
        None if part is None else trace(part.root, moment.read, one.setting, moment.ask)
        for part in conditions or (None, None)
    )
    return RuleExplained(
        rule=rule.id,
        label=rule.label,
        subject=device.id,
        at=now,
        state=deciding.state,
        since=deciding.since or None,
        due=deciding.due,
        cool_until=deciding.cool_until,
        when=when,
        until=until,
        silent_ms=one.rule.silent_ms,
        silent_at=listening.silent_at(one, now),
        heard_at=device.heard_at,
        measured={name: device.measured_at_of(name) for name in sorted(one.rule.metrics)},
        open=None if deciding.open is None else rule.only is None or rule.only.is_open(now, here),
        turns_at=rule.only.next_edge(now, here) if rule.only else None,
        next_moment=rule.schedule.next(now, here) if rule.schedule else None,
        event=rule.event.name if rule.event else None,
        group=_group(deciding.device),
        lost=deciding.lost,
        health=one.error or deciding.error or deciding.action_error,
    )


def _group(device: Device) -> GroupExplained | None:
    if not isinstance(device, Group):
        return None
    size, unknown = len(device.members), device.values[UNKNOWN]
    holding = tuple(one.id for one in device.holding())
    needed = device.grouping.needed(size)
    return GroupExplained(device.id, size, int(unknown), needed, holding)
