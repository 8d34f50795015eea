"""Why a rule fires for a device or not: its state, and what its conditions are made of."""

from collections.abc import Mapping
from dataclasses import dataclass

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import RuleState
from gateway.rules.hamlet_time import HamletTime
from gateway.rules.instance import Instance
from gateway.rules.listening import Listening
from gateway.rules.trace import Traced, trace
from gateway.rules.transitions import Moment


@dataclass(frozen=True, slots=True)
class RuleExplained:
    """One rule for one device at the time `at`.

    `since` is None when it never changed. `until` is that of the rule, whether it fires or not.
    `open` is whether its `only` allows it, `turns_at` when that changes next. `next_moment` is when
    it acts by `at` or `every`, `event` what makes it act. `silent_at` is when a rule about silence
    fires if nothing is heard. `measured` says of every metric that is read when its newest value
    was measured, None where there never was one. `lost` says what it wanted in vain.
    """

    rule: str
    label: Text
    device: str
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
    lost: Text | None
    health: Text | None


def explain(
    instance: Instance, moment: Moment, listening: Listening, here: HamletTime
) -> RuleExplained:
    """As it is at that moment; changes nothing."""
    rule, device, now = instance.rule, instance.device, moment.now
    when, until = (
        None if part is None else trace(part.root, moment.read, instance.setting, moment.ask)
        for part in (rule.when, rule.until)
    )
    return RuleExplained(
        rule=rule.id,
        label=rule.label,
        device=device.id,
        at=now,
        state=instance.state,
        since=instance.since or None,
        due=instance.due,
        cool_until=instance.cool_until,
        when=when,
        until=until,
        silent_ms=rule.silent_ms,
        silent_at=listening.silent_at(instance, now),
        heard_at=device.heard_at,
        measured={name: device.measured_at_of(name) for name in sorted(rule.metrics)},
        open=None if instance.open is None else rule.only is None or rule.only.is_open(now, here),
        turns_at=rule.only.next_edge(now, here) if rule.only else None,
        next_moment=rule.schedule.next(now, here) if rule.schedule else None,
        event=rule.event.name if rule.event else None,
        lost=instance.lost,
        health=instance.error or instance.action_error,
    )
