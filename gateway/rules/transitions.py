"""How one rule for one device moves between inactive, pending and firing, and what follows."""

from dataclasses import dataclass

from devices.reading import Millis
from gateway.decisions import AlertCleared, Decision, RuleChanged, RuleState
from gateway.fleet import Fleet
from gateway.rules.expression.compile import Ask, ReadValue
from gateway.rules.grouping import Member
from gateway.rules.instance import Instance
from gateway.rules.restraint import Restraint
from gateway.rules.rule import ActionError, Firing, Unknown, source_of


@dataclass(frozen=True, slots=True)
class Moment:
    """The time, and what is known at it of one device and of all."""

    now: Millis
    read: ReadValue
    ask: Ask
    fleet: Fleet
    restraint: Restraint


def advance(instance: Instance, outcome: bool | None, moment: Moment) -> list[Decision]:
    """Follow the outcome of the instance's present question."""
    _recover(instance)
    if isinstance(instance, Member):
        instance.take(outcome)
        return []
    if outcome is None and instance.rule.unknown is Unknown.HOLD:
        instance.hold(moment.now)
        return []
    if instance.state is RuleState.FIRING:
        return leave(instance, moment) if instance.firing_ends(outcome) else []
    holds = outcome or (outcome is None and instance.rule.unknown is Unknown.FIRE)
    if not holds or _ends_already(instance, moment):
        return leave(instance, moment) if instance.state is RuleState.PENDING else []
    if instance.due is not None and instance.due > moment.now:
        return []
    if instance.state is RuleState.INACTIVE:
        due = instance.due_from(moment.now)
        if due > moment.now:
            instance.enter(RuleState.PENDING, moment.now, due)
            return [instance.record(moment.read, moment.ask)]
    return fire(instance, moment)


def _recover(instance: Instance) -> None:
    """Its condition could be computed."""
    if instance.error is not None:
        instance.error = None
        instance.settle()


def _ends_already(instance: Instance, moment: Moment) -> bool:
    """A rule whose `until` ends it would stop as soon as it fired."""
    rule = instance.rule
    if rule.until is None:
        return False
    ends = rule.until.judge(moment.read, instance.setting, moment.ask)
    return rule.unknown is Unknown.CLEAR if ends is None else ends


def fire(instance: Instance, moment: Moment) -> list[Decision]:
    """Enter the firing state and do what the rule does."""
    if isinstance(instance, Member):
        instance.take(True)
        return []
    rule, now = instance.rule, moment.now
    instance.cool_until = now + rule.cooldown_ms if rule.cooldown_ms else None
    instance.action_error = instance.lost = None
    instance.enter(RuleState.FIRING, now, instance.ends_from(now))
    decisions: list[Decision] = [instance.record(moment.read, moment.ask)]
    again = instance.count_firing(now)
    firing = Firing(rule, instance.device, moment.fleet, moment.read, now, again)
    for index, action in enumerate(rule.then):
        try:
            decisions += moment.restraint.filter(instance, action.ask(firing, index), now)
        except ActionError as error:
            instance.action_error = error.words
    return decisions + leave(instance, moment) if rule.momentary else decisions


def strike(instance: Instance, moment: Moment) -> list[Decision]:
    """A moment of the rule has come: what it does is done again, also while it fires."""
    rule = instance.rule
    if instance.open is not True:
        return []
    outcome: bool | None = True
    if rule.when is not None:
        outcome = rule.when.judge(moment.read, instance.setting, moment.ask)
    _recover(instance)
    if outcome is None and rule.unknown is Unknown.HOLD:
        return []
    if not (outcome or (outcome is None and rule.unknown is Unknown.FIRE)):
        return close(instance, moment)
    if (instance.cool_until or 0) > moment.now or _ends_already(instance, moment):
        return []
    return fire(instance, moment)


def close(instance: Instance, moment: Moment) -> list[Decision]:
    """Nothing begins now: what waits waits no longer, and what fires ends, unless the rule says
    what ends it."""
    if instance.state is RuleState.INACTIVE:
        return []
    if instance.state is RuleState.FIRING and instance.rule.has_end:
        return []
    return leave(instance, moment)


def leave(instance: Instance, moment: Moment) -> list[Decision]:
    """Become inactive again."""
    fired = instance.state is RuleState.FIRING
    instance.enter(RuleState.INACTIVE, moment.now)
    decisions: list[Decision] = [instance.record(moment.read, moment.ask)]
    if fired:
        moment.restraint.release(instance)
        for action in instance.rule.then:
            decisions += action.withdraw(instance.rule, instance.device, moment.now)
    return decisions


def resume(instance: Instance, saved: RuleChanged, now: Millis) -> list[Decision]:
    """Take over the saved state of the same rule, which may have been edited since."""
    instance.cool_until = saved.cool_until
    rule = instance.rule
    waits = rule.when is not None and not rule.at_moments
    possible = {RuleState.PENDING: waits, RuleState.FIRING: not rule.momentary}
    if possible.get(saved.state, True):
        instance.enter(saved.state, saved.since, saved.due)
    else:
        instance.enter(RuleState.INACTIVE, now)
    instance.rewind(now)
    restored = (instance.state, instance.since, instance.due, instance.cool_until)
    if restored == (saved.state, saved.since, saved.due, saved.cool_until):
        return []
    changed: list[Decision] = [instance.record(saved.values.get)]
    if saved.state is RuleState.FIRING is not instance.state:
        changed.append(AlertCleared(rule.source, saved.subject, now))
    return changed


def forget(saved: RuleChanged, now: Millis) -> list[Decision]:
    """The rule is gone, or does not concern that device any more."""
    if saved.state is RuleState.INACTIVE:
        return []
    gone = RuleChanged(saved.rule, saved.subject, RuleState.INACTIVE, now, None, None, {})
    if saved.state is RuleState.PENDING:
        return [gone]
    return [gone, AlertCleared(source_of(saved.rule), saved.subject, now)]
