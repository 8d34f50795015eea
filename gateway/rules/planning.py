"""Which rules concern which devices, found anew when either changes."""

from collections.abc import Iterator, Sequence

from devices.kind import Kind
from devices.reading import Millis
from gateway.fleet import Device
from gateway.rules.instance import Instance
from gateway.rules.plan import Plan
from gateway.rules.rule import Rule, numbers_of
from gateway.rules.rule_clock import RuleClocks


class Planning:
    """Owns the `plans` by device; a device that no rule concerns has none."""

    def __init__(self, rules: Sequence[Rule], clocks: RuleClocks) -> None:
        self.plans: dict[str, Plan] = {}
        self._rules = rules
        self._clocks = clocks
        self._fitting: dict[str, list[Rule]] = {}

    def go_by(self, rules: Sequence[Rule]) -> None:
        """Other rules count from now on; `replan` every device then."""
        self._rules = rules
        self._fitting.clear()

    def replan(self, device: Device, now: Millis) -> list[Instance]:
        """Find the rules of a device anew; returns the instances that it lost."""
        old = self.plans.pop(device.id, None)
        kept = old.by_rule if old else {}
        setting = numbers_of(device).get
        by_rule: dict[str, Instance] = {}
        for rule in self._rules_for(device.kind) if device.adopted else ():
            if rule.on.matches(device):
                instance = kept.get(rule.id)
                if instance is None or instance.rule is not rule:
                    instance = Instance(rule, device, setting, now)
                instance.setting = setting
                instance.turn(self._clocks.is_open(rule))
                by_rule[rule.id] = instance
        if by_rule:
            self.plans[device.id] = Plan(device, by_rule, setting)
        return [instance for id, instance in kept.items() if by_rule.get(id) is not instance]

    def find(self, rule: str, device: str) -> Instance | None:
        """The rule for the device, if it concerns it."""
        plan = self.plans.get(device)
        return plan.by_rule.get(rule) if plan else None

    def instances(self) -> Iterator[Instance]:
        """All of them."""
        for plan in self.plans.values():
            yield from plan.by_rule.values()

    def instances_of(self, rule: Rule) -> Iterator[Instance]:
        """Those of one rule, in the order of the devices."""
        found = (plan.by_rule.get(rule.id) for plan in self.plans.values())
        return (instance for instance in found if instance is not None)

    def _rules_for(self, kind: Kind) -> list[Rule]:
        if kind.name not in self._fitting:
            self._fitting[kind.name] = [rule for rule in self._rules if rule.fits(kind)]
        return self._fitting[kind.name]
