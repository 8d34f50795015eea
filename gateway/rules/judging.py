"""Asks the instances of rules what holds, and follows those that change.

Owns when each is to be woken, and what failed. What brings it about is told by the engine.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from devices.metric import Value
from devices.reading import Millis
from gateway.decisions import Decision, RuleState
from gateway.fleet import Device, Fleet
from gateway.rules.agenda import Agenda
from gateway.rules.answers import Answers
from gateway.rules.expression.compile import ReadValue
from gateway.rules.health import cannot_be_computed
from gateway.rules.instance import Instance
from gateway.rules.listening import Listening
from gateway.rules.plan import Plan
from gateway.rules.restraint import Restraint
from gateway.rules.rule import Rule
from gateway.rules.rule_clock import RuleClock
from gateway.rules.surroundings import Surroundings
from gateway.rules.transitions import Moment, advance, close, fire, leave, resume, strike

_NOTHING: Sequence[Decision] = ()


class Judging:
    """`plans` is the engine's. `now` is the newest time it was told; `errors` counts by rule the
    conditions that could not be computed."""

    def __init__(
        self,
        fleet: Fleet,
        plans: Mapping[str, Plan],
        listening: Listening,
        restraint: Restraint,
        surroundings: Surroundings,
    ) -> None:
        self.agenda: Agenda[Instance | RuleClock] = Agenda()
        self.errors: dict[str, int] = {}
        self.now: Millis = 0
        self._fleet = fleet
        self._plans = plans
        self._listening = listening
        self._restraint = restraint
        self._around = surroundings

    def count_errors_of(self, rules: Iterable[Rule]) -> None:
        """These are the rules from now on."""
        self.errors = {rule.id: self.errors.get(rule.id, 0) for rule in rules}

    def judge(
        self, plan: Plan, touched: Iterable[Instance], read: ReadValue, now: Millis
    ) -> Sequence[Decision]:
        """Ask the instances, and follow those that change."""
        self.now = max(self.now, now)
        decisions: list[Decision] = []
        ask = plan.answers
        ask.now = now
        for instance in touched:
            try:
                outcome = instance.judge(read, instance.setting, ask)
                if instance.timed:
                    instance.checked_at = now
                if outcome is instance.calm:
                    continue
                decisions += advance(
                    instance, outcome, Moment(now, read, ask, self._fleet, self._restraint)
                )
            except Exception as error:  # noqa: BLE001 - a rule of a user; it must not harm others
                self._fail(instance, error, now)
                continue
            self.arm(instance)
        for instance in plan.timed:
            self.arm(instance)
        return decisions

    def strike(self, instance: Instance, now: Millis) -> Sequence[Decision]:
        """A moment of the rule has come."""
        self.now = max(self.now, now)
        try:
            decisions = strike(instance, self.moment(instance, now))
        except Exception as error:  # noqa: BLE001 - a rule of a user; it must not harm others
            self._fail(instance, error, now)
            return _NOTHING
        self.arm(instance)
        return decisions

    def turn(self, instance: Instance, open: bool | None, now: Millis) -> Sequence[Decision]:
        """The rule is open or closed from now on; its condition is asked at once."""
        instance.turn(open)
        decisions: Sequence[Decision] = _NOTHING
        if not open:
            decisions = close(instance, self.moment(instance, now))
        elif instance.rule.silent_ms is not None:
            decisions = self.wake(instance, now)
        elif instance.rule.when is not None:
            decisions = self.ask(instance, now)
        self.arm(instance)
        return decisions

    def wake(self, instance: Instance, now: Millis) -> Sequence[Decision]:
        """Something asked to be woken; whether there is still a reason is seen now."""
        if instance.rule.silent_ms is not None:
            due = self._listening.silent_at(instance, self.now)
            return fire(instance, self.moment(instance, now)) if due and due <= now else _NOTHING
        passed = instance.time_told(now)
        is_due = instance.due is not None and instance.due <= now and not instance.held
        instance.checked_at = now
        if not passed and not is_due:
            return _NOTHING
        if is_due and instance.state is RuleState.FIRING:
            return leave(instance, self.moment(instance, now))
        return self.ask(instance, now)

    def ask(self, instance: Instance, now: Millis) -> Sequence[Decision]:
        """Judge one instance by what is known now."""
        read = partial(read_value, instance.device, now)
        return self.judge(self._plans[instance.device.id], (instance,), read, now)

    def arm(self, instance: Instance) -> None:
        """Have it woken when its time may come."""
        silent = instance.rule.silent_ms is not None
        at = self._listening.silent_at(instance, self.now) if silent else instance.next_wake()
        if at is not None:
            self.agenda.wake(instance, at)

    def take_over(self, instance: Instance, old: Instance | None, now: Millis) -> list[Decision]:
        """Go on in the state of the old one."""
        instance.checked_at = now
        if old is None:
            return []
        self.agenda.forget(old)
        instance.fired = old.fired
        decisions = resume(instance, old.record(partial(read_value, old.device, now)), now)
        self._restraint.release(old)
        self._restraint.claim_again(instance)
        return decisions

    def drop(self, instance: Instance, now: Millis) -> list[Decision]:
        """The device does not concern the rule any more."""
        self.agenda.forget(instance)
        if instance.state is RuleState.INACTIVE:
            return []
        return leave(instance, self.moment(instance, now))

    def moment(self, instance: Instance, now: Millis) -> Moment:
        """What is known now of the instance's device."""
        device = instance.device
        answers = Answers(device, self._around)
        answers.now = now
        return Moment(now, partial(read_value, device, now), answers, self._fleet, self._restraint)

    def _fail(self, instance: Instance, error: Exception, now: Millis) -> None:
        """The rule stays as it is, and says so."""
        self.errors[instance.rule.id] += 1
        instance.error = cannot_be_computed(instance.device, error)
        instance.settle()
        instance.hold(now)


def read_value(device: Device, now: Millis, metric: str) -> Value | None:
    """The newest value of a metric, None when it is unknown."""
    return device.value(metric, now)
