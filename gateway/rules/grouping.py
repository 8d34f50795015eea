"""Rules about groups: of how many devices of a road, a place, a plot or a kind does something hold?

For a group stands a device that its members make up: the rule runs on it as on any other. Each
member keeps what holds for it, so that a reading costs the same however large its group is.
"""

from collections.abc import Callable
from dataclasses import replace

from devices.kind import Kind
from devices.metric import Value
from devices.reading import Millis
from devices.text import Text
from gateway.clock import Correction
from gateway.fleet import Device
from gateway.rules.expression.compile import ReadSetting, compile_condition
from gateway.rules.expression.expression import Expression
from gateway.rules.expression.nodes import MetricValue
from gateway.rules.instance import NEVER, Instance
from gateway.rules.rule import GroupBy, Grouping, Rule, Unknown

ENOUGH, COUNT, UNKNOWN, SIZE = "group.enough", "group.count", "group.unknown", "group.size"

_KIND = Kind("group", Text("Nhóm", "Group"), 0, (), (), b"")


class Group(Device):
    """Its values are counts of its members, and never old. `name` is what they share."""

    __slots__ = ("_changed", "grouping", "members", "name")

    def __init__(
        self, grouping: Grouping, name: str, label: Text, changed: Callable[[], None]
    ) -> None:
        by = grouping.by
        super().__init__(0, f"group:{by.value}:{name}", _KIND, True, label)
        self.place = name if by is GroupBy.PLACE else None
        self.road = name if by is GroupBy.ROAD else None
        self.plot = name if by is GroupBy.PLOT else None
        self.grouping = grouping
        self.name = name
        self.members: dict[str, Member] = {}
        self.values = dict.fromkeys((COUNT, UNKNOWN, SIZE), 0)
        self._changed = changed

    def value(self, metric: str, now: Millis) -> Value | None:
        """One of the counts; whether they are `ENOUGH`, None while unknown members decide."""
        values = self.values
        if metric != ENOUGH:
            return values.get(metric)
        needed = self.grouping.needed(int(values[SIZE]))
        if values[COUNT] >= needed:
            return True
        return None if values[COUNT] + values[UNKNOWN] >= needed else False

    def join(self, member: "Member") -> None:
        """One more."""
        self.members[member.device.id] = member
        self._move(member.counts, 1, 1)

    def part(self, member: "Member") -> None:
        """One less."""
        del self.members[member.device.id]
        self._move(member.counts, -1, -1)

    def count(self, before: bool | None, after: bool | None) -> None:
        """What holds for one of the members has changed."""
        self._move(before, -1, 0)
        self._move(after, 1, 0)

    def holding(self) -> list[Device]:
        """The devices that count, in the order of the fleet."""
        found = [member.device for member in self.members.values() if member.counts]
        return sorted(found, key=lambda device: device.number)

    def _move(self, counts: bool | None, by: int, size_by: int) -> None:
        values = self.values
        if counts is not False:
            values[COUNT if counts else UNKNOWN] += by
        values[SIZE] += size_by
        self._changed()


class Member(Instance):
    """A rule about groups for one device: all it decides is whether the device `counts`, None when
    nobody knows. With `until`, a device that counts does so until that is true."""

    __slots__ = ("counts", "group")

    def __init__(
        self, rule: Rule, device: Device, setting: ReadSetting, group: Group, since: Millis
    ) -> None:
        self.counts: bool | None = None
        self.group = group
        super().__init__(rule, device, setting, since)
        group.join(self)

    def settle(self) -> None:
        """Choose what is asked from now on."""
        until = self.rule.until if self.counts else None
        self.question = until if until is not None else self.rule.when
        self.calm = NEVER if self.error is not None else False if until else self.counts
        if self.question is not None:
            self.judge = self.question.judge
        self.on_settled()

    def take(self, outcome: bool | None) -> None:
        """Follow the outcome of its present question."""
        ends = self.counts and self.rule.until is not None
        counts = not outcome if ends and outcome is not None else outcome
        if counts is not self.counts:
            before, self.counts = self.counts, counts
            self.settle()
            self.group.count(before, counts)

    @property
    def fires(self) -> bool:
        return self.counts is True

    def correct(self, correction: Correction, now: Millis) -> bool:
        """It has nothing that is saved."""
        self.since = correction.of(self.since)
        self.checked_at = min(self.checked_at, now)
        return False


class GroupedRule:
    """One rule about groups: what it asks of the members, what it does for the groups."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.of_members = replace(
            rule, then=(), schedule=None, event=None, only=None, for_ms=0, lasts_ms=None,
            cooldown_ms=0, unknown=Unknown.HOLD, group=None,
        )  # fmt: skip
        self.of_groups = replace(rule, when=_enough(rule.id), silent_ms=None, until=None)
        self.groups: dict[str, tuple[Group, Instance]] = {}


def group_of(device: Device, by: GroupBy) -> str | None:
    """The group that the device belongs to; None when it belongs to none."""
    if by is GroupBy.KIND:
        return device.kind.name
    return {GroupBy.ROAD: device.road, GroupBy.PLACE: device.place, GroupBy.PLOT: device.plot}[by]


def _enough(rule: str) -> Expression:
    root = MetricValue(ENOUGH, True)
    return Expression(
        text=ENOUGH,
        root=root,
        metrics=frozenset({COUNT, UNKNOWN, SIZE}),
        settings=frozenset(),
        questions=(),
        absence_matters=True,
        judge=compile_condition(root, rule),
    )
