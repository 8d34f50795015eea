"""The rule engine: readings and time in, decisions out.

A condition is judged when a reading brings one of its metrics, when its device falls silent, and
at a deadline it asked for; never by polling. The docs/rules.md of the project says what it means.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from devices.metric import Value
from devices.reading import Millis, Reading
from gateway.clock import Correction
from gateway.decisions import Decision, RuleChanged, RuleState
from gateway.fleet import SILENT_AFTER_MIN_MS, Device, Fleet
from gateway.rules.agenda import Agenda
from gateway.rules.answers import Answers
from gateway.rules.explained import RuleExplained, explain
from gateway.rules.expression.compile import ReadValue
from gateway.rules.hamlet_time import HamletTime
from gateway.rules.health import cannot_be_computed, newest_of
from gateway.rules.instance import Instance
from gateway.rules.listening import Listening
from gateway.rules.plan import Plan, unknown
from gateway.rules.planning import Planning
from gateway.rules.restraint import Restraint
from gateway.rules.rule import Rule, unless_edited
from gateway.rules.rule_clock import RuleClock, RuleClocks
from gateway.rules.status import RuleOfDevice, RuleStatus, alerting, on_device, summarise
from gateway.rules.transitions import (
    Moment,
    advance,
    close,
    fire,
    forget,
    leave,
    resume,
    strike,
)

ACTUATOR_READING_AGE_MAX_MS = 10 * 60_000
"""A reading that took longer to arrive says what was; nothing is moved because of it."""

_NOTHING: Sequence[Decision] = ()


class RuleEngine:
    """All rules over all adopted devices. `restore` must be called once before anything else."""

    def __init__(self, rules: Sequence[Rule], fleet: Fleet, here: HamletTime) -> None:
        self._rules = tuple(rules)
        self._fleet = fleet
        self._here = here
        self._clock_trusted = True
        self._clocks = RuleClocks()
        self._clocks.keep(rules, 0)
        self._planning = Planning(self._rules, self._clocks)
        self._plans = self._planning.plans
        self._agenda: Agenda[Instance | RuleClock] = Agenda()
        self._restraint = Restraint(fleet)
        self._errors = dict.fromkeys((rule.id for rule in rules), 0)
        self._now: Millis = 0
        self._listening = Listening()
        for device in fleet:
            self._planning.replan(device, 0)

    def restore(
        self, states: Iterable[RuleChanged], now: Millis, storms: Iterable[str] = ()
    ) -> list[Decision]:
        """Go on where the saved states ended. What belongs to no rule any more is cleared. `storms`
        are the actuators of which an alert says that rules command them too often.

        The time in which no device at all was heard is taken for the gateway's own absence: it
        counts for no rule about silence, and what came of age in it is looked at now.
        """
        decisions: list[Decision] = []
        self._restraint.storms.restore(storms, now)
        for saved in states:
            instance = self._planning.find(saved.rule, saved.subject)
            if instance is None:
                decisions += forget(saved, now)
            else:
                decisions += resume(instance, saved, now)
                self._restraint.claim_again(instance)
        self.listen_again(now)
        return decisions

    def listen_again(self, now: Millis) -> None:
        """The gateway hears devices from now on, and has heard none since the newest message."""
        self._listening.begin(self._fleet, now)
        self._now = now
        last_heard = now - self._listening.deaf_ms
        for instance in self._planning.instances():
            instance.checked_at = last_heard
            self._arm(instance)
        changed = (one.since for one in self._planning.instances() if one.since <= now)
        last_alive = max(last_heard, max(changed, default=0))
        for clock in self._clocks:
            clock.done_until = last_alive
            self._doubt(clock, now)

    def trust_clock(self, trusted: bool) -> None:
        """Whether what is told as `now` is the time. Else what goes by the time of day holds."""
        if trusted is self._clock_trusted:
            return
        self._clock_trusted = trusted
        for clock in self._clocks:
            self._doubt(clock, self._now)

    def on_reading(self, device: Device, reading: Reading, now: Millis) -> Sequence[Decision]:
        """Call after `device.apply(reading)`, for readings that are newer than the last."""
        plan = self._plans.get(reading.device)
        if plan is None:
            return _NOTHING
        values = reading.values
        if len(values) == plan.complete:
            shape = plan.whole
        else:
            shape = plan.shapes.get(tuple(values)) or plan.add_shape(values)
        if device.older or plan.aged or now - reading.measured_at > SILENT_AFTER_MIN_MS:
            return self._on_uneven_reading(plan, shape.touched, reading, now)
        try:  # every value is fresh, and mostly no rule changes: see that as fast as possible
            calm = shape.calm(values, plan.setting, plan.answers)
            for instance in shape.singular if calm else shape.touched:
                if instance.judge(values.get, plan.setting, plan.answers) is not instance.calm:
                    break
            else:
                if not calm:
                    shape.uneventful()
                return _NOTHING
        except Exception:  # noqa: BLE001, S110 - whose rule it is, is found out below
            pass
        return self._judge(plan, shape.touched, values.get, now)

    def _on_uneven_reading(
        self, plan: Plan, touched: tuple[Instance, ...], reading: Reading, now: Millis
    ) -> Sequence[Decision]:
        """A rule asks for ages, or some values may be older than others, or all of them late."""
        if now - reading.measured_at > ACTUATOR_READING_AGE_MAX_MS:
            touched = tuple(one for one in touched if not one.rule.actuates)
        elif now > plan.look_again_at:
            touched = plan.with_expired(touched, now)
        return self._judge(plan, touched, partial(_read_value, plan.device, now), now)

    def on_stale(self, device: Device, now: Millis) -> list[Decision]:
        """The device has been silent so long that its values are unknown."""
        plan = self._plans.get(device.id)
        if plan is None:
            return []
        judged = tuple(one for one in plan.instances if one.rule.when is not None)
        return list(self._judge(plan, judged, unknown, now))

    def on_event(
        self, device: Device, name: str, fields: Mapping[str, object], now: Millis
    ) -> list[Decision]:
        """Something happened on the device; `fields` is all that its message says."""
        decisions: list[Decision] = []
        plan = self._plans.get(device.id)
        for instance in plan.on_events if plan else ():
            event = instance.rule.event
            if event is not None and event.is_meant(name, fields):
                decisions += self._strike(instance, now)
        return decisions

    def on_tick(self, now: Millis) -> list[Decision]:
        """Call when `next_deadline` has come."""
        decisions: list[Decision] = []
        self._now = now
        for sleeper in self._agenda.take(now):
            if isinstance(sleeper, RuleClock):
                decisions += self._look_at(sleeper, now)
                continue
            decisions += self._wake(sleeper, now)
            self._arm(sleeper)
        return decisions + self._restraint.on_tick(now)

    def next_deadline(self) -> Millis | None:
        """When `on_tick` is wanted."""
        wake, calm = self._agenda.next(), self._restraint.storms.next_end()
        return wake if calm is None else calm if wake is None else min(wake, calm)

    def correct(self, correction: Correction, now: Millis) -> list[RuleChanged]:
        """The clock was wrong: what is pending, cooling down or about to be silent has as long to
        wait as before. Returns what is to be saved anew."""
        self._listening.correct(correction)
        self._now = now
        self._restraint.correct(correction)
        changed: list[RuleChanged] = []
        for plan in self._plans.values():
            plan.look_again_at = 0
        for instance in self._planning.instances():
            self._agenda.forget(instance)
            if instance.correct(correction, now):
                changed.append(instance.record(partial(_read_value, instance.device, now)))
            self._arm(instance)
        for clock in self._clocks:
            clock.correct(now)
            self._doubt(clock, now)
        return changed

    def on_fleet_changed(self, now: Millis, device: Device | None = None) -> list[Decision]:
        """A device was adopted or its identity, place or settings changed; None for any of them."""
        decisions: list[Decision] = []
        self._now = now
        for changed in self._fleet if device is None else (device,):
            for lost in self._planning.replan(changed, now):
                decisions += self._drop(lost, now)
            plan = self._plans.get(changed.id)
            for instance in plan.by_rule.values() if plan else ():
                self._arm(instance)
        return decisions

    def replace(self, rules: Sequence[Rule], now: Millis) -> list[Decision]:
        """Go on with other rules. One that nobody edited goes on as if nothing had happened; an
        edited one keeps its state; what is new or edited is looked at at once."""
        before = {rule.id: rule for rule in self._rules}
        self._rules = tuple(unless_edited(rule, before.get(rule.id)) for rule in rules)
        self._errors = {rule.id: self._errors.get(rule.id, 0) for rule in self._rules}
        self._planning.go_by(self._rules)
        self._now = now
        for clock in self._clocks:
            self._agenda.forget(clock)
        self._clocks.keep(self._rules, now)
        self._restraint.storms.forget(set(before.values()).difference(self._rules))
        decisions: list[Decision] = []
        for device in self._fleet:
            lost = {instance.rule.id: instance for instance in self._planning.replan(device, now)}
            known = self._plans.get(device.id)
            for instance in known.by_rule.values() if known else ():
                old = lost.pop(instance.rule.id, None)
                if before.get(instance.rule.id) is not instance.rule:
                    decisions += self._begin(instance, old, now)
            for removed in lost.values():
                decisions += self._drop(removed, now)
        for clock in self._clocks:
            self._doubt(clock, now)
        return decisions

    def alerting(self) -> set[tuple[str, str]]:
        """Source and subject of every alert that a rule may hold open."""
        return alerting(self._planning.instances(), self._now)

    def status(self) -> list[RuleStatus]:
        """How each rule is doing, in the order of the rules."""
        instances = self._planning.instances()
        heard = newest_of(self._fleet), self._listening.since
        return summarise(self._rules, instances, self._errors, self._restraint, heard)

    def rules_of(self, device: str) -> list[RuleOfDevice]:
        """The rules that concern the device, in the order of the rules."""
        plan = self._plans.get(device)
        return on_device(plan.by_rule.values()) if plan else []

    def explain(self, rule: str, device: str, now: Millis) -> RuleExplained | None:
        """Why the rule fires for the device or not; None where it does not concern it."""
        if (one := self._planning.find(rule, device)) is None:
            return None
        return explain(one, self._moment(one, now), self._listening, self._here)

    def _judge(
        self, plan: Plan, touched: Iterable[Instance], read: ReadValue, now: Millis
    ) -> Sequence[Decision]:
        """Ask the instances, and follow those that change."""
        self._now = max(self._now, now)
        decisions: list[Decision] = []
        ask = plan.answers
        ask.now = now
        for instance in touched:
            try:
                outcome = instance.judge(read, instance.setting, ask)
                if outcome is instance.calm:
                    continue
                decisions += advance(
                    instance, outcome, Moment(now, read, ask, self._fleet, self._restraint)
                )
            except Exception as error:  # noqa: BLE001 - a rule of a user; it must not harm others
                self._fail(instance, error, now)
                continue
            self._arm(instance)
        for instance in plan.aged:
            self._arm(instance)
        return decisions

    def _fail(self, instance: Instance, error: Exception, now: Millis) -> None:
        """The rule stays as it is, and says so."""
        self._errors[instance.rule.id] += 1
        instance.error = cannot_be_computed(instance.device, error)
        instance.settle()
        instance.hold(now)

    def _doubt(self, clock: RuleClock, now: Millis) -> None:
        """What the clock says may have changed otherwise than by waiting; it is looked at now, or
        when the time is known."""
        self._agenda.forget(clock)
        clock.unsure, clock.open = True, None
        if self._clock_trusted:
            clock.see(now, self._here)
            self._agenda.wake(clock, now)
        for instance in self._planning.instances_of(clock.rule):
            instance.turn(clock.open)

    def _look_at(self, clock: RuleClock, now: Millis) -> list[Decision]:
        """The rule opens or closes, or its moment has come."""
        decisions: list[Decision] = []
        before, rule = clock.open, clock.rule
        clock.see(now, self._here)
        strikes = clock.take_moment(now, self._here)
        turned = clock.unsure or before is not clock.open
        clock.unsure = False
        for instance in self._planning.instances_of(rule):
            if turned:
                decisions += self._turn(instance, clock.open, now)
            if strikes:
                decisions += self._strike(instance, now)
        at = clock.next_look(now, self._here)
        if at is not None:
            self._agenda.wake(clock, at)
        return decisions

    def _turn(self, instance: Instance, open: bool | None, now: Millis) -> Sequence[Decision]:
        """The rule is open or closed from now on; its condition is asked at once."""
        instance.turn(open)
        decisions: Sequence[Decision] = _NOTHING
        if not open:
            decisions = close(instance, self._moment(instance, now))
        elif instance.rule.silent_ms is not None:
            decisions = self._wake(instance, now)
        elif instance.rule.when is not None:
            read = partial(_read_value, instance.device, now)
            decisions = self._judge(self._plans[instance.device.id], (instance,), read, now)
        self._arm(instance)
        return decisions

    def _strike(self, instance: Instance, now: Millis) -> Sequence[Decision]:
        """A moment of the rule has come."""
        self._now = max(self._now, now)
        try:
            decisions = strike(instance, self._moment(instance, now))
        except Exception as error:  # noqa: BLE001 - a rule of a user; it must not harm others
            self._fail(instance, error, now)
            return _NOTHING
        self._arm(instance)
        return decisions

    def _wake(self, instance: Instance, now: Millis) -> Sequence[Decision]:
        """Something asked to be woken; whether there is still a reason is seen now."""
        plan = self._plans[instance.device.id]
        if instance.rule.silent_ms is not None:
            due = self._listening.silent_at(instance, self._now)
            return fire(instance, self._moment(instance, now)) if due and due <= now else _NOTHING
        passed = instance.ages_passed(now)
        is_due = instance.due is not None and instance.due <= now and not instance.held
        instance.checked_at = now
        if not passed and not is_due:
            return _NOTHING
        if is_due and instance.state is RuleState.FIRING:
            return leave(instance, self._moment(instance, now))
        read = partial(_read_value, instance.device, now)
        return self._judge(plan, (instance,), read, now)

    def _arm(self, instance: Instance) -> None:
        silent = instance.rule.silent_ms is not None
        at = self._listening.silent_at(instance, self._now) if silent else instance.next_wake()
        if at is not None:
            self._agenda.wake(instance, at)

    def _begin(self, instance: Instance, old: Instance | None, now: Millis) -> list[Decision]:
        """A new rule begins, or an edited one goes on where its `old` version stands."""
        decisions: list[Decision] = []
        instance.checked_at = now
        if old is not None:
            self._agenda.forget(old)
            saved = old.record(partial(_read_value, old.device, now))
            decisions += resume(instance, saved, now)
            instance.fired = old.fired
            self._restraint.release(old)
            self._restraint.claim_again(instance)
        if instance.rule.when is not None:
            plan = self._plans[instance.device.id]
            read = partial(_read_value, instance.device, now)
            decisions += self._judge(plan, (instance,), read, now)
        self._arm(instance)
        return decisions

    def _drop(self, instance: Instance, now: Millis) -> list[Decision]:
        """The device does not concern the rule any more."""
        self._agenda.forget(instance)
        if instance.state is RuleState.INACTIVE:
            return []
        return leave(instance, self._moment(instance, now))

    def _moment(self, instance: Instance, now: Millis) -> Moment:
        device = instance.device
        answers = Answers(device)
        answers.now = now
        return Moment(now, partial(_read_value, device, now), answers, self._fleet, self._restraint)


def _read_value(device: Device, now: Millis, metric: str) -> Value | None:
    return device.value(metric, now)
