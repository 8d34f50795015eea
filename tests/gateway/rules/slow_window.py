"""Windows by their definition in docs/rules.md: a look through the whole history."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from devices.reading import Millis
from gateway.rules.expression.nodes import Function
from tests.gateway.rules.scene import MINUTE
from tests.gateway.rules.slow_model import SILENT_AFTER, Condition, History

HOUR = 3_600_000
Sample = tuple[Millis, float]


def figures_of(
    samples: Sequence[Sample],
    now: Millis,
    *,
    ms: Millis,
    carry: Millis,
    since: Millis,
    counter: bool = False,
) -> dict[str, float | None]:
    """By the name of the function; `since` is when the device was heard first."""
    start = now - ms
    history = sorted(samples, key=lambda sample: sample[0])
    inside = [value for at, value in history if at > start]
    watched = now - max(start, min([since, *(at for at, _ in history)]))
    found: dict[str, float | None] = {one.value: None for one in Function}
    if 2 * watched >= ms:
        found["sum"], found["count"] = sum(inside), len(inside)
    ends = [*(at for at, _ in history[1:]), now][: len(history)]
    stretches = [
        (max(at, start), min(end, at + carry, now), value)
        for (at, value), end in zip(history, ends, strict=True)
    ]
    in_force = [one for one in stretches if one[1] > one[0]]
    newest = [one for one in stretches[-1:] if one[0] == one[1] == now]
    covered = sum(end - begin for begin, end, _ in in_force)
    if counter:
        known_to = min(now, history[-1][0] + carry) if history else start
        covered = known_to - max(history[0][0], start) if history else 0
    if 2 * covered < ms:
        return found
    seen = [*(value for _, _, value in in_force), *inside]
    found["min"], found["max"] = min(seen, default=None), max(seen, default=None)
    area = sum((end - begin) * value for begin, end, value in in_force)
    found["avg"] = area / covered
    first = [*in_force, *newest][0] if in_force or newest else (now, now, 0.0)
    change = history[-1][1] - first[2]
    reference = first[0]
    if counter:
        change = sum(
            after - before if after >= before else after
            for (_, before), (at, after) in pairwise(history)
            if at > start
        )
        reference = max(start, history[0][0])
    found["delta"] = change
    found["rate"] = change * HOUR / (now - reference) if now > reference else None
    return found


def above(function: str, metric: str, minutes: int, limit: float) -> Condition:
    """`max(soil_ph, 30m15s) > 5`: no value leaves the window just when something happens."""
    ms = minutes * MINUTE + 15_000

    def samples(history: History) -> list[Sample]:
        return [(at, values[metric]) for at, values in history.readings if metric in values]

    def holds(history: History, now: Millis) -> bool | None:
        since = min((at for at, _ in history.readings), default=now)
        found = figures_of(samples(history), now, ms=ms, carry=SILENT_AFTER, since=since)[function]
        return None if found is None else round(found, 6) > limit

    def moments(history: History) -> Iterable[Millis]:
        return [at + ms for at, _ in samples(history)]

    return Condition(f"{function}({metric}, {minutes}m15s) > {limit:g}", holds, moments)


def changed(metric: str) -> Condition:
    def holds(history: History, now: Millis) -> bool | None:
        found = [(at, values[metric]) for at, values in history.readings if metric in values]
        if len(found) < 2 or history.value(metric, now) is None:
            return None
        (before_at, before), (at, newest) = found[-2:]
        return None if at - before_at > SILENT_AFTER else newest != before

    return Condition(f"changed({metric})", holds)
