"""`every:`, `at:` and `only:` in YAML: times of day, weekdays, months, each checked."""

from collections.abc import Sequence

from gateway.hamlet_time import HamletTime, TimeOfDay
from gateway.rules.document import Node
from gateway.rules.only import Only
from gateway.schedule import Daily, Schedule
from gateway.written_times import parse_cron, parse_time_of_day

TIMES_MAX = 24
"""Of one `at`. What comes more often than each hour is written with `every`."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def read_every(node: Node, here: HamletTime) -> Schedule | None:
    """A cron line that comes true some day."""
    text = node.text("every")
    if text is None:
        return None
    try:
        return parse_cron(text, here)
    except ValueError as error:
        node.complain(f"every {error}")
        return None


def read_at(node: Node) -> Schedule | None:
    """One time of day or a list of them."""
    nodes = node.items("at") if isinstance(node.value, list) else [node]
    if nodes is not None and not 0 < len(nodes) <= TIMES_MAX:
        node.complain(f"at is one time of day, or a list of 1 to {TIMES_MAX}")
        return None
    times = [read_time_of_day(one) for one in nodes or ()]
    sound = tuple(one for one in times if one is not None)
    return Daily(sound) if sound and len(sound) == len(times) else None


def read_only(node: Node) -> Only | None:
    """At least one of between, weekdays and months."""
    parts = node.mapping(("between", "weekdays", "months"), "only")
    if parts is None:
        return None
    if not node.value:
        node.complain("say when: between, weekdays or months")
        return None
    between = _read_between(parts["between"]) if "between" in parts else None
    weekdays = _read_weekdays(parts["weekdays"]) if "weekdays" in parts else frozenset[int]()
    months = _read_months(parts["months"]) if "months" in parts else frozenset[int]()
    if weekdays is None or months is None or ("between" in parts and between is None):
        return None
    return Only(between, weekdays, months)


def read_time_of_day(node: Node) -> TimeOfDay | None:
    """A time by the clock or by the sun."""
    try:
        return parse_time_of_day(node.value if isinstance(node.value, str) else "")
    except ValueError as error:
        node.complain(str(error))
        return None


def _read_between(node: Node) -> tuple[TimeOfDay, TimeOfDay] | None:
    nodes = node.items("between")
    if nodes is None:
        return None
    if len(nodes) != 2:
        node.complain("between has a begin and an end, e.g. [22:00, 05:00] or [sunset, sunrise]")
        return None
    begin, end = (read_time_of_day(one) for one in nodes)
    if begin is None or end is None:
        return None
    if begin == end:
        node.complain("begins when it ends; leave between out for the whole day")
        return None
    return begin, end


def _read_weekdays(node: Node) -> frozenset[int] | None:
    nodes = node.items("weekdays") if isinstance(node.value, list) else [node]
    if not nodes:
        node.complain(f"weekdays is an empty list; they are {', '.join(WEEKDAYS)}")
        return None
    names = [one.choice(WEEKDAYS, "a weekday") for one in nodes]
    return None if None in names else frozenset(WEEKDAYS.index(name) for name in names if name)


def _read_months(node: Node) -> frozenset[int] | None:
    nodes = node.items("months") if isinstance(node.value, list) else [node]
    if not nodes:
        node.complain("months is an empty list")
        return None
    numbers = [_read_month(one) for one in nodes]
    months = [number for number in numbers if number is not None]
    if len(months) < len(numbers):
        return None
    return _from_to(months) if len(months) == 2 else frozenset(months)


def _read_month(node: Node) -> int | None:
    if type(node.value) is int and 1 <= node.value <= 12:
        return node.value
    node.complain("a month is a number from 1 to 12")
    return None


def _from_to(months: Sequence[int]) -> frozenset[int]:
    """Two months are the first and the last, also across the new year."""
    first, last = months
    return frozenset((first - 1 + step) % 12 + 1 for step in range((last - first) % 12 + 1))
