"""Series of values in one line: `30 20+0.5x10 _x3 19 stale`, as promtool's unit tests write them.

Knows nothing of devices and times.
"""

import re
from decimal import Decimal

STEPS_MAX = 10_000
"""Values of one series: a week by the minute. More belongs into a back-test."""

SeriesValue = float | int | bool | None
"""None: in this step the metric is not sent."""

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_TOKEN = re.compile(
    rf"(?P<value>_|true|false|-?{_NUMBER})"
    rf"(?:(?P<rise>[+-]{_NUMBER})?x(?P<times>[0-9]{{1,6}}))?"
)
_STALE = "stale"
_TRUTHS = {"true": True, "false": False}


def parse_series(text: str) -> list[SeriesValue]:
    """One value for each step. Raises ValueError in words for the author."""
    values: list[SeriesValue] = []
    tokens = text.split()
    if not tokens:
        raise ValueError("is empty; write values, e.g. 30 20+0x10")
    if tokens[-1] == _STALE:
        tokens.pop()
    for token in tokens:
        if token == _STALE:
            raise ValueError("nothing can follow after stale: the metric is not sent any more")
        values += _expand(token)
        if len(values) > STEPS_MAX:
            raise ValueError(f"has more than {STEPS_MAX} values")
    return values


def _expand(token: str) -> list[SeriesValue]:
    match = _TOKEN.fullmatch(token)
    if match is None:
        raise ValueError(f"{token[:40]!r} is no value; write 20, 20x3, 20+0.5x3, true, _ or _x3")
    value, rise, times = match["value"], match["rise"], int(match["times"] or 0)
    if times >= STEPS_MAX:
        raise ValueError(f"{token!r} has more than {STEPS_MAX} values")
    if value in ("_", *_TRUTHS) and rise:
        raise ValueError(f"{token!r} cannot rise: only a number can")
    if value == "_":
        return [None] * max(times, 1)
    if value in _TRUTHS:
        return [_TRUTHS[value]] * (times + 1)
    first, step = Decimal(value), Decimal(rise or 0)
    whole = "." not in token
    steps = (first + step * index for index in range(times + 1))
    return [int(found) if whole else float(found) for found in steps]
