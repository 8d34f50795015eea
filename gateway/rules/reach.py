"""Warnings about rules whose time or whose group never comes."""

from collections import Counter
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from gateway.hamlet_time import DAYS_AHEAD_MAX, HamletTime
from gateway.rules.document import Node
from gateway.rules.grouping import group_of
from gateway.rules.only import Only
from gateway.rules.rule import Grouping, Rule
from gateway.rules.vocabulary import Vocabulary
from gateway.schedule import Schedule

_SOMEWHERE = HamletTime(ZoneInfo("UTC"), 0, 0)
_YEAR_MS = DAYS_AHEAD_MAX * 86_400_000


def warn_of_the_unreachable(parts: Mapping[str, Node], rule: Rule, vocabulary: Vocabulary) -> None:
    """`parts` are those of the rule in its file."""
    schedule, only = rule.schedule, rule.only
    if schedule is not None and only is not None and not _may_meet(schedule, only):
        parts["only"].warn("is never open when at or every comes, so the rule never acts")
    if rule.group is not None:
        _warn_of_groups(parts["group"], rule, rule.group, vocabulary)


def _may_meet(schedule: Schedule, only: Only) -> bool:
    """Whether a moment of a whole year finds the rule open; yes where the sun decides."""
    if schedule.by_sun or only.by_sun:
        return True
    now = 0
    while now < _YEAR_MS:
        edge = only.next_edge(now, _SOMEWHERE)
        if only.is_open(now, _SOMEWHERE):
            moment = schedule.next(now - 1, _SOMEWHERE)
            if moment is not None and (edge is None or moment < edge):
                return True
        if edge is None:
            break
        now = edge
    return False


def _warn_of_groups(node: Node, rule: Rule, grouping: Grouping, vocabulary: Vocabulary) -> None:
    if vocabulary.fleet is None:
        return
    devices = [one for one in vocabulary.devices_of(rule.on) if rule.fits(one.kind)]
    names = {device.id: group_of(device, grouping.by) for device in devices}
    outside = [id for id, name in names.items() if name is None]
    by = grouping.by.value
    if outside:
        node.warn(
            f"{outside[0]} has no {by}, so it belongs to no group "
            f"({len(outside)} of {len(devices)} devices)"
        )
    sizes = Counter(name for name in names.values() if name is not None)
    largest = max(sizes.values(), default=0)
    if sizes and grouping.needed(largest) > largest:
        node.warn(f"never holds: no {by} has more than {largest} of these devices")
