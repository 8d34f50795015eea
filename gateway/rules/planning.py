"""Which rules concern which devices, found anew when either changes."""

from collections.abc import Iterator, Sequence

from devices.kind import Kind
from devices.reading import Millis
from gateway.fleet import Device
from gateway.rules.expression.compile import ReadSetting
from gateway.rules.grouping import Member
from gateway.rules.groups import Change, GroupNames, Groups
from gateway.rules.instance import Instance
from gateway.rules.plan import Plan
from gateway.rules.relations import relate, relate_alone
from gateway.rules.rule import Rule, numbers_of
from gateway.rules.rule_clock import RuleClocks
from gateway.rules.surroundings import Surroundings


class Planning:
    """Owns the `plans` by device, and by group of devices; one that no rule concerns or reads has
    none.

    The `groups` change while devices are planned: call `plan_groups` after that, and at last
    `relate`.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        clocks: RuleClocks,
        names: GroupNames,
        surroundings: Surroundings,
    ) -> None:
        self.plans: dict[str, Plan] = {}
        self.groups = Groups(names)
        self.groups.go_by(rules)
        self._rules = rules
        self._clocks = clocks
        self._around = surroundings
        self._fitting: dict[str, list[Rule]] = {}

    def go_by(self, rules: Sequence[Rule]) -> None:
        """Other rules count from now on; `replan` every device then."""
        self._rules = rules
        self._fitting.clear()
        self.groups.go_by(rules)

    def replan(self, device: Device, now: Millis) -> list[Instance]:
        """Find the rules of a device anew; returns the instances that it lost."""
        old = self.plans.pop(device.id, None)
        kept = old.by_rule if old else {}
        setting = numbers_of(device).get
        by_rule: dict[str, Instance] = {}
        for rule in self._rules_for(device.kind) if device.adopted else ():
            if rule.on.matches(device):
                instance = self._instance(rule, device, kept.get(rule.id), setting, now)
                if instance is not None:
                    instance.setting = setting
                    by_rule[rule.id] = instance
        if by_rule:
            self.plans[device.id] = Plan(device, by_rule, setting, self._around)
        lost = [instance for id, instance in kept.items() if by_rule.get(id) is not instance]
        for instance in lost:
            if isinstance(instance, Member):
                instance.group.part(instance)
        return lost

    def plan_groups(self) -> list[Change]:
        """Plan the groups that are new or no more; returns those."""
        changes = self.groups.take_changes()
        for subject in {one.device.id for change in changes for one in change if one}:
            by_rule = self.groups.by_subject.get(subject, {})
            self.plans.pop(subject, None)
            if by_rule:
                device = next(iter(by_rule.values())).device
                self.plans[subject] = Plan(device, by_rule, numbers_of(device).get, self._around)
        for new, _ in changes:
            if new is not None:
                new.turn(self._clocks.is_open(new.rule))
        return changes

    def relate(self, now: Millis) -> None:
        """Find anew which devices the rules of others read, and what is remembered of each."""
        relate(self.plans, self._around, now)

    def relate_one(self, device: Device, now: Millis) -> list[Instance]:
        """The same after only this device was replanned; returns the instances concerned."""
        if relate_alone(device, self.plans, self._around, now):
            plan = self.plans.get(device.id)
            return list(plan.instances) if plan else []
        self.relate(now)
        return list(self.instances())

    def find(self, rule: str, device: str) -> Instance | None:
        """The rule for the device, if it concerns it."""
        plan = self.plans.get(device)
        return plan.by_rule.get(rule) if plan else None

    def concerning(self, device: str) -> list[Instance]:
        """The instances that decide for the device: its own, and those of its groups."""
        plan = self.plans.get(device)
        return [self.deciding(one) for one in plan.by_rule.values()] if plan else []

    def deciding(self, one: Instance) -> Instance:
        """The instance that acts: that of the group for one of its members, else itself."""
        if isinstance(one, Member):
            return self.plans[one.group.id].by_rule[one.rule.id]
        return one

    def subjects_of(self, rule: str) -> list[str]:
        """The devices, or the groups, that it acts for."""
        return [
            subject
            for subject, plan in self.plans.items()
            if (one := plan.by_rule.get(rule)) and not isinstance(one, Member)
        ]

    def instances(self) -> Iterator[Instance]:
        """All of them."""
        for plan in self.plans.values():
            yield from plan.by_rule.values()

    def instances_of(self, rule: Rule) -> Iterator[Instance]:
        """Those of one rule, in the order of the devices or groups."""
        found = (plan.by_rule.get(rule.id) for plan in self.plans.values())
        return (one for one in found if one is not None and not isinstance(one, Member))

    def _instance(
        self, rule: Rule, device: Device, old: Instance | None, setting: ReadSetting, now: Millis
    ) -> Instance | None:
        """The old one, or a new one if the rule was edited; None where it does not concern the
        device."""
        if rule.group is not None:
            return self.groups.member(rule, device, old, setting, now)
        instance = old if old and old.rule is rule else Instance(rule, device, setting, now)
        instance.turn(self._clocks.is_open(rule))
        return instance

    def _rules_for(self, kind: Kind) -> list[Rule]:
        if kind.name not in self._fitting:
            self._fitting[kind.name] = [rule for rule in self._rules if rule.fits(kind)]
        return self._fitting[kind.name]
