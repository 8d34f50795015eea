"""`group: {by: road, at_least: 3}` in YAML, or `share: 30%`."""

import re
from collections.abc import Mapping

from gateway.rules.document import Node
from gateway.rules.rule import GroupBy, Grouping

AT_LEAST_MAX = 5_000
"""Devices. No group of a hamlet has more."""

_PERCENT = re.compile(r"([0-9]{1,3}) ?%")


def read_group(parts: Mapping[str, Node]) -> Grouping | None:
    """`parts` are all of the rule; what does not go together is noted."""
    node = parts["group"]
    if "event" in parts:
        node.complain("group does not go with event: an event is of one device")
    elif "when" not in parts and "silent" not in parts:
        node.complain("group counts the devices for which when or silent holds; add one of them")
    fields = node.mapping(("by", "at_least", "share"), "group")
    if fields is None:
        return None
    if "by" not in fields:
        node.complain("by is missing: road, place, plot or kind")
        return None
    word = fields["by"].choice([by.value for by in GroupBy], "by")
    if ("at_least" in fields) == ("share" in fields):
        node.complain("give exactly one of at_least: (a number) and share: (e.g. 30%)")
        return None
    if "share" in fields:
        share = _read_share(fields["share"])
        return Grouping(GroupBy(word), share_pct=share) if word and share else None
    at_least = _read_at_least(fields["at_least"])
    return Grouping(GroupBy(word), at_least) if word and at_least else None


def _read_at_least(node: Node) -> int | None:
    if type(node.value) is int and 0 < node.value <= AT_LEAST_MAX:
        return node.value
    node.complain(f"at_least is a whole number of devices from 1 to {AT_LEAST_MAX}")
    return None


def _read_share(node: Node) -> int | None:
    found = _PERCENT.fullmatch(node.value) if isinstance(node.value, str) else None
    if found is not None and 0 < int(found[1]) <= 100:
        return int(found[1])
    node.complain("share is a percentage from 1% to 100%")
    return None
