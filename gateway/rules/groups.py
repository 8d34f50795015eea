"""All groups that rules are about: who belongs to which, and which of them are to be asked."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from devices.reading import Millis
from devices.text import Text
from gateway.fleet import Device
from gateway.rules.expression.compile import ReadSetting
from gateway.rules.grouping import Group, GroupedRule, Member, group_of
from gateway.rules.instance import Instance
from gateway.rules.rule import GroupBy, Grouping, Rule, numbers_of

GroupNames = Mapping[tuple[GroupBy, str], Text]
"""What people call the roads, places and plots of the hamlet."""
NAMELESS: GroupNames = MappingProxyType({})
Change = tuple[Instance | None, Instance | None]
"""The instance of a group now and before; None where there is none."""


class Groups:
    """`waiting` are the instances of those groups in which something has changed, `by_subject` all
    as of `take_changes`: those of each group by rule."""

    def __init__(self, names: GroupNames) -> None:
        self.waiting: dict[Instance, None] = {}
        self.by_subject: dict[str, dict[str, Instance]] = {}
        self._names = names
        self._rules: dict[str, GroupedRule] = {}
        self._known: dict[tuple[str, str], Instance] = {}

    def go_by(self, rules: Iterable[Rule]) -> None:
        """Other rules count from now on."""
        old, self._rules = self._rules, {}
        for rule in rules:
            if rule.group is not None:
                kept = old.get(rule.id)
                if kept is None or kept.rule is not rule:
                    kept = GroupedRule(rule)
                self._rules[rule.id] = kept

    def member(
        self, rule: Rule, device: Device, old: Instance | None, setting: ReadSetting, now: Millis
    ) -> Member | None:
        """The device as a member of its group, as before if it was in that one; None when it
        belongs to none."""
        grouped = self._rules[rule.id]
        grouping = grouped.rule.group
        name = group_of(device, grouping.by) if grouping else None
        if grouping is None or name is None:
            return None
        if name not in grouped.groups:
            grouped.groups[name] = self._begin(grouped, grouping, name, device, now)
        group, _ = grouped.groups[name]
        if isinstance(old, Member) and old.group is group:
            return old
        return Member(grouped.of_members, device, setting, group, now)

    def take_changes(self) -> list[Change]:
        """Which instances of groups there are that were not there when this was called last, and
        which are no more."""
        live: dict[tuple[str, str], Instance] = {}
        for id, grouped in self._rules.items():
            empty = [name for name, (group, _) in grouped.groups.items() if not group.members]
            for name in empty:
                del grouped.groups[name]
            live.update({(id, group.id): one for group, one in grouped.groups.values()})
        keys = dict.fromkeys([*self._known, *live])
        changes = [(live.get(key), self._known.get(key)) for key in keys]
        self._known = live
        self.by_subject = {}
        for (rule, subject), instance in live.items():
            self.by_subject.setdefault(subject, {})[rule] = instance
        alive = set(live.values())
        self.waiting = {one: None for one in self.waiting if one in alive}
        return [(new, old) for new, old in changes if new is not old]

    def _begin(
        self, grouped: GroupedRule, grouping: Grouping, name: str, device: Device, now: Millis
    ) -> tuple[Group, Instance]:
        known = device.kind.label if grouping.by is GroupBy.KIND else Text(name, name)
        label = self._names.get((grouping.by, name), known)
        group = Group(grouping, name, label, lambda: self.waiting.setdefault(instance))
        instance = Instance(grouped.of_groups, group, numbers_of(group).get, now)
        return group, instance
