"""How one rule for one device moves between inactive, pending and firing, and what follows."""

from dataclasses import dataclass

from devices.reading import Millis
from gateway.decisions import AlertCleared, Decision, RuleChanged, RuleState
from gateway.fleet import Fleet
from gateway.rules.expression.compile import Ask, ReadValue
from gateway.rules.instance import Instance
from gateway.rules.rule import ActionError, Firing, Unknown, source_of


@dataclass(frozen=True, slots=True)
class Moment:
    """The time, and what is known at it of one device and of all."""

    now: Millis
    read: ReadValue
    ask: Ask
    fleet: Fleet


def advance(instance: Instance, outcome: bool | None, moment: Moment) -> list[Decision]:
    """Follow the outcome of the instance's present question."""
    if instance.error is not None:
        instance.error = None
        instance.settle()
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
            return [instance.record(moment.read)]
    return fire(instance, moment)


def _ends_already(instance: Instance, moment: Moment) -> bool:
    """A rule whose `until` ends it would stop as soon as it fired."""
    rule = instance.rule
    if rule.until is None:
        return False
    ends = rule.until.judge(moment.read, instance.setting, moment.ask)
    return rule.unknown is Unknown.CLEAR if ends is None else ends


def fire(instance: Instance, moment: Moment) -> list[Decision]:
    """Enter the firing state and do what the rule does."""
    rule, now = instance.rule, moment.now
    instance.cool_until = now + rule.cooldown_ms if rule.cooldown_ms else None
    instance.action_error = None
    instance.enter(RuleState.FIRING, now)
    decisions: list[Decision] = [instance.record(moment.read)]
    again = instance.count_firing(now)
    firing = Firing(rule, instance.device, moment.fleet, moment.read, now, again)
    for index, action in enumerate(rule.then):
        try:
            decisions += action.ask(firing, index)
        except ActionError as error:
            instance.action_error = error.words
    return decisions


def leave(instance: Instance, moment: Moment) -> list[Decision]:
    """Become inactive again."""
    fired = instance.state is RuleState.FIRING
    instance.enter(RuleState.INACTIVE, moment.now)
    decisions: list[Decision] = [instance.record(moment.read)]
    if fired:
        for action in instance.rule.then:
            decisions += action.withdraw(instance.rule, instance.device, moment.now)
    return decisions


def resume(instance: Instance, saved: RuleChanged, now: Millis) -> list[Decision]:
    """Take over the saved state of the same rule, which may have been edited since."""
    instance.cool_until = saved.cool_until
    if saved.state is RuleState.PENDING and instance.rule.when is None:
        instance.enter(RuleState.INACTIVE, now)
    else:
        instance.enter(saved.state, saved.since, saved.due)
    instance.rewind(now)
    restored = (instance.state, instance.since, instance.due, instance.cool_until)
    if restored == (saved.state, saved.since, saved.due, saved.cool_until):
        return []
    return [instance.record(saved.values.get)]


def forget(saved: RuleChanged, now: Millis) -> list[Decision]:
    """The rule is gone, or does not concern that device any more."""
    if saved.state is RuleState.INACTIVE:
        return []
    gone = RuleChanged(saved.rule, saved.subject, RuleState.INACTIVE, now, None, None, {})
    if saved.state is RuleState.PENDING:
        return [gone]
    return [gone, AlertCleared(source_of(saved.rule), saved.subject, now)]
