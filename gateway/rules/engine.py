"""The rule engine: readings and time in, decisions out.

A condition is judged when a reading brings one of its metrics, when its device falls silent, and
at a deadline it asked for; never by polling. The docs/rules.md of the project says what it means.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from devices.reading import Millis, Reading
from gateway.clock import Correction
from gateway.decisions import Decision, RuleChanged
from gateway.fleet import SILENT_AFTER_MIN_MS, Device, Fleet
from gateway.hamlet_time import HamletTime
from gateway.rules.explained import RuleExplained, explain
from gateway.rules.grouping import Member
from gateway.rules.groups import NAMELESS, GroupNames
from gateway.rules.health import newest_of
from gateway.rules.instance import Instance
from gateway.rules.judging import Judging, read_value
from gateway.rules.listening import Listening
from gateway.rules.plan import Plan, unknown
from gateway.rules.planning import Planning
from gateway.rules.restraint import Restraint
from gateway.rules.rule import Rule, unless_edited
from gateway.rules.rule_clock import RuleClock, RuleClocks
from gateway.rules.status import RuleOfDevice, RuleStatus, alerting, on_device, summarise
from gateway.rules.surroundings import Surroundings
from gateway.rules.transitions import forget, resume
from gateway.rules.windows import Recall, nothing_recalled

ACTUATOR_READING_AGE_MAX_MS = 10 * 60_000
"""A reading that took longer to arrive says what was; nothing is moved because of it."""

_NOTHING: Sequence[Decision] = ()


class RuleEngine:
    """All rules over all adopted devices. `restore` must be called once before anything else."""

    def __init__(
        self,
        rules: Sequence[Rule],
        fleet: Fleet,
        here: HamletTime,
        names: GroupNames = NAMELESS,
        recall: Recall = nothing_recalled,
    ) -> None:
        """`names` are what people call what devices are grouped by; `recall` tells what they
        measured before."""
        self.around = Surroundings(fleet, here, recall)
        self._rules = tuple(rules)
        self._fleet = fleet
        self._clocks = RuleClocks()
        self._clocks.keep(rules, 0)
        self._planning = Planning(self._rules, self._clocks, names, self.around)
        self._plans = self._planning.plans
        self._restraint = Restraint(fleet)
        self._listening = Listening()
        self._judging = Judging(fleet, self._plans, self._listening, self._restraint, self.around)
        self._judging.count_errors_of(self._rules)
        for device in fleet:
            self._planning.replan(device, 0)
        self._planning.plan_groups()
        self._planning.groups.waiting.clear()

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
        self._planning.relate(now)
        for saved in states:
            instance = self._planning.find(saved.rule, saved.subject)
            if instance is None:
                decisions += forget(saved, now)
            else:
                decisions += resume(instance, saved, now)
                self._restraint.claim_again(instance)
        return [*decisions, *self.listen_again(now)]

    def listen_again(self, now: Millis) -> list[Decision]:
        """The gateway hears devices from now on, and has heard none since the newest message. What
        counts for groups is counted anew, for it is not saved."""
        self._listening.begin(self._fleet, now)
        self._judging.now = now
        last_heard = now - self._listening.deaf_ms
        changed = (one.since for one in self._planning.instances() if one.since <= now)
        last_alive = max(last_heard, max(changed, default=0))
        for clock in self._clocks:
            self._doubt(clock, now)
            clock.resume(last_alive, now, self.around.here)
        for instance in self._planning.instances():
            instance.checked_at = last_heard
            self._judging.arm(instance)
        for plan in self._plans.values():
            members = [one for one in plan.instances if isinstance(one, Member) and one.question]
            self._judging.judge(plan, members, partial(read_value, plan.device, now), now)
        return self._ask_groups(now)

    def trust_clock(self, trusted: bool) -> None:
        """Whether what is told as `now` is the time. Else what goes by the time of day holds."""
        if not self.around.trust_clock(trusted, self._judging.now):
            return
        for instance in self._planning.instances():
            if instance.timed:
                self._judging.arm(instance)
        for clock in self._clocks:
            self._doubt(clock, self._judging.now)

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
        if asks_more := plan.asks_more:
            plan.take(reading, now)
        if device.older or now - reading.measured_at > SILENT_AFTER_MIN_MS:
            return self._on_uneven_reading(plan, shape.touched, reading, now)
        try:  # every value is fresh, and mostly no rule changes: see that as fast as possible
            calm = shape.calm(values, plan.setting, plan.answers)
            for instance in shape.singular if calm else shape.touched:
                if instance.judge(values.get, plan.setting, plan.answers) is not instance.calm:
                    break
            else:
                if not calm:
                    shape.uneventful()
                return self._after_calm(plan, now) if asks_more else _NOTHING
        except Exception:  # noqa: BLE001, S110 - whose rule it is, is found out below
            pass
        decisions = self._judging.judge(plan, shape.touched, values.get, now)
        return self._with_groups([*decisions, *self._follow(plan.followers, now)], now)

    def _after_calm(self, plan: Plan, now: Millis) -> Sequence[Decision]:
        """A reading changed nothing for its own device; it may later, or for others."""
        for instance in plan.timed:
            if instance.wake_at is None or instance.wake_at > now + instance.soonest_ms:
                self._judging.arm(instance)
        if not plan.followers:
            return _NOTHING
        return self._with_groups(self._follow(plan.followers, now), now)

    def _on_uneven_reading(
        self, plan: Plan, touched: tuple[Instance, ...], reading: Reading, now: Millis
    ) -> Sequence[Decision]:
        """Some values may be older than others, or all of them late."""
        followers = plan.followers
        if now - reading.measured_at > ACTUATOR_READING_AGE_MAX_MS:
            touched = tuple(one for one in touched if not one.rule.actuates)
            followers = tuple(one for one in followers if not one.rule.actuates)
        elif now > plan.look_again_at:
            touched = plan.with_expired(touched, now)
        decisions = self._judging.judge(plan, touched, partial(read_value, plan.device, now), now)
        return self._with_groups([*decisions, *self._follow(followers, now)], now)

    def on_late_reading(self, device: Device, reading: Reading) -> None:
        """It is too old to start anything, but windows count it."""
        plan = self._plans.get(device.id)
        if plan is not None and plan.watch is not None:
            plan.watch.add(reading.measured_at, reading.values)
            for instance in (*plan.timed, *plan.followers):
                self._judging.arm(instance)

    def on_stale(self, device: Device, now: Millis) -> list[Decision]:
        """The device has been silent so long that its values are unknown."""
        plan = self._plans.get(device.id)
        if plan is None:
            return []
        judged = tuple(one for one in plan.instances if one.rule.watched)
        decisions = [*self._judging.judge(plan, judged, unknown, now)]
        return decisions + self._follow(plan.followers, now) + self._ask_groups(now)

    def on_event(
        self, device: Device, name: str, fields: Mapping[str, object], now: Millis
    ) -> list[Decision]:
        """Something happened on the device; `fields` is all that its message says."""
        decisions: list[Decision] = []
        plan = self._plans.get(device.id)
        for instance in plan.on_events if plan else ():
            event = instance.rule.event
            if event is not None and event.is_meant(name, fields):
                decisions += self._judging.strike(instance, now)
        return decisions

    def on_tick(self, now: Millis) -> list[Decision]:
        """Call when `next_deadline` has come."""
        decisions: list[Decision] = []
        self._judging.now = now
        woken = self._judging.agenda.take(now)
        for sleeper in woken:  # first, for what closes now does not begin now
            if isinstance(sleeper, RuleClock):
                decisions += self._look_at(sleeper, now)
        for sleeper in woken:
            if isinstance(sleeper, Instance):
                decisions += self._judging.wake(sleeper, now)
                self._judging.arm(sleeper)
        decisions += self._ask_groups(now)
        return decisions + self._restraint.on_tick(now)

    def next_deadline(self) -> Millis | None:
        """When `on_tick` is wanted."""
        wake, calm = self._judging.agenda.next(), self._restraint.storms.next_end()
        return wake if calm is None else calm if wake is None else min(wake, calm)

    def correct(self, correction: Correction, now: Millis) -> list[RuleChanged]:
        """The clock was wrong: what is pending, cooling down or about to be silent has as long to
        wait as before. Returns what is to be saved anew."""
        self._listening.correct(correction)
        self._judging.now = now
        self._restraint.correct(correction)
        changed: list[RuleChanged] = []
        for plan in self._plans.values():
            plan.look_again_at = 0
            if plan.watch is not None:
                plan.watch.correct(correction)
        for instance in self._planning.instances():
            self._judging.agenda.forget(instance)
            if instance.correct(correction, now):
                changed.append(instance.record(partial(read_value, instance.device, now)))
            self._judging.arm(instance)
        for clock in self._clocks:
            clock.correct(correction.by, now)
            self._doubt(clock, now)
        return changed

    def on_fleet_changed(self, now: Millis, device: Device | None = None) -> list[Decision]:
        """A device was adopted or its identity, place or settings changed; None for any of them."""
        decisions: list[Decision] = []
        self._judging.now = now
        for changed in self._fleet if device is None else (device,):
            for lost in self._planning.replan(changed, now):
                decisions += self._judging.drop(lost, now)
        decisions += self._change_groups(now)
        if device is None:
            self._planning.relate(now)
            concerned = list(self._planning.instances())
        else:
            concerned = self._planning.relate_one(device, now)
        for instance in concerned:
            self._judging.arm(instance)
        return decisions + self._ask_groups(now)

    def replace(self, rules: Sequence[Rule], now: Millis) -> list[Decision]:
        """Go on with other rules. One that nobody edited goes on as if nothing had happened; an
        edited one keeps its state; what is new or edited is looked at at once."""
        before = {rule.id: rule for rule in self._rules}
        self._rules = tuple(unless_edited(rule, before.get(rule.id)) for rule in rules)
        self._judging.count_errors_of(self._rules)
        self._planning.go_by(self._rules)
        self._judging.now = now
        for clock in self._clocks:
            self._judging.agenda.forget(clock)
        self._clocks.keep(self._rules, now)
        self._restraint.storms.forget(set(before.values()).difference(self._rules))
        decisions: list[Decision] = []
        replanned = [(device, self._planning.replan(device, now)) for device in self._fleet]
        decisions += self._change_groups(now)
        self._planning.relate(now)
        for device, gone in replanned:
            lost = {instance.rule.id: instance for instance in gone}
            known = self._plans.get(device.id)
            for instance in known.by_rule.values() if known else ():
                counts = isinstance(instance, Member)  # and has no state that it could take over
                old = None if counts else lost.pop(instance.rule.id, None)
                if before.get(instance.rule.id) is not instance.rule:
                    decisions += self._begin(instance, old, now)
            for removed in lost.values():
                decisions += self._judging.drop(removed, now)
        for clock in self._clocks:
            self._doubt(clock, now)
        return decisions + self._ask_groups(now)

    def alerting(self) -> set[tuple[str, str]]:
        """Source and subject of every alert that a rule may hold open."""
        return alerting(self._planning.instances(), self._judging.now)

    def status(self) -> list[RuleStatus]:
        """How each rule is doing, in the order of the rules."""
        instances = self._planning.instances()
        heard = newest_of(self._fleet), self._listening.since
        return summarise(self._rules, instances, self._judging.errors, self._restraint, heard)

    def rules_of(self, device: str) -> list[RuleOfDevice]:
        """The rules that concern the device, in the order of the rules."""
        return on_device(self._planning.concerning(device))

    def subjects_of(self, rule: str) -> list[str]:
        """The devices, or the groups of devices, that the rule acts for."""
        return self._planning.subjects_of(rule)

    def explain(self, rule: str, subject: str, now: Millis) -> RuleExplained | None:
        """Why the rule fires for a device or a group, or not; None where it does not concern it."""
        if (one := self._planning.find(rule, subject)) is None:
            return None
        moment, deciding = self._judging.moment(one, now), self._planning.deciding(one)
        return explain(one, deciding, moment, self._listening, self.around.here)

    def _doubt(self, clock: RuleClock, now: Millis) -> None:
        """What the clock says may have changed otherwise than by waiting; it is looked at now, or
        when the time is known."""
        self._judging.agenda.forget(clock)
        clock.unsure, clock.open = True, None
        if self.around.clock_trusted:
            clock.see(now, self.around.here)
            self._judging.agenda.wake(clock, now)
        for instance in self._planning.instances_of(clock.rule):
            instance.turn(clock.open)

    def _look_at(self, clock: RuleClock, now: Millis) -> list[Decision]:
        """The rule opens or closes, or its moment has come."""
        decisions: list[Decision] = []
        before, rule = clock.open, clock.rule
        clock.see(now, self.around.here)
        strikes = clock.take_moment(now, self.around.here)
        turned = clock.unsure or before is not clock.open
        clock.unsure = False
        for instance in self._planning.instances_of(rule):
            if turned:
                decisions += self._judging.turn(instance, clock.open, now)
            if strikes:
                decisions += self._judging.strike(instance, now)
        at = clock.next_look(now, self.around.here)
        if at is not None:
            self._judging.agenda.wake(clock, at)
        return decisions

    def _begin(self, instance: Instance, old: Instance | None, now: Millis) -> list[Decision]:
        """A new rule begins, or an edited one goes on where its `old` version stands."""
        decisions = self._judging.take_over(instance, old, now)
        if instance.rule.when is not None:
            decisions += self._judging.ask(instance, now)
        self._judging.arm(instance)
        return decisions

    def _change_groups(self, now: Millis) -> list[Decision]:
        """Groups come and go with their members, and with the rules about them."""
        decisions: list[Decision] = []
        for new, old in self._planning.plan_groups():
            if new is not None:
                decisions += self._judging.take_over(new, old, now)
                self._judging.arm(new)
            elif old is not None:
                decisions += self._judging.drop(old, now)
        return decisions

    def _ask_groups(self, now: Millis) -> list[Decision]:
        """What follows for the groups whose members have changed."""
        decisions: list[Decision] = []
        waiting = self._planning.groups.waiting
        while waiting:
            instance = next(iter(waiting))
            del waiting[instance]
            decisions += self._judging.ask(instance, now)
        return decisions

    def _follow(self, followers: Iterable[Instance], now: Millis) -> list[Decision]:
        """Ask the instances of other devices that read the one that reported."""
        return [one for instance in followers for one in self._judging.ask(instance, now)]

    def _with_groups(self, decisions: Sequence[Decision], now: Millis) -> Sequence[Decision]:
        if not self._planning.groups.waiting:
            return decisions
        return [*decisions, *self._ask_groups(now)]
