"""An explained rule as text for a person, and as JSON for a program."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from dashboards.words import Words
from devices.metric import Value
from devices.text import Text
from gateway.decisions import RuleState
from gateway.fleet import Device, Fleet
from gateway.rules.explained import GroupExplained, RuleExplained
from gateway.rules.rule import Rule
from gateway.rules.trace import Traced

DETAILED_MAX = 3
"""Devices that are told in full; of more, each gets one line."""
NAMED_MAX = 20
"""Devices of a group that are named."""
_MARKS = {True: "✓", False: "✗", None: "?"}
_HOURS = {True: "explain.open", False: "explain.closed", None: "explain.hours-unknown"}
_LOUDEST_FIRST = (RuleState.FIRING, RuleState.PENDING, RuleState.INACTIVE)
_INDENT = "  "


def describe(
    found: Sequence[RuleExplained], rule: Rule, device: str | None, fleet: Fleet, words: Words
) -> Iterator[str]:
    """Line by line. `device` is the one that was asked for, if one was."""
    if not found:
        key = "explain.no-device" if device is None else "explain.not-concerned"
        yield words.t(key, rule=rule.id, device=device)
        return
    yield f"{rule.id}: {words.text(rule.label)}"
    if not rule.armed:
        yield words.t("explain.disarmed")
    several = len(found) > DETAILED_MAX
    for one in sorted(found, key=_loudness) if several else found:
        about = fleet.get(one.subject)
        name = f"{one.subject} ({words.text(about.label)})" if about else one.subject
        head = f"{name}: {_state(one, words)}"
        if several:
            yield f"{_mark(one)} {head}"
        else:
            yield head
            yield from (_INDENT + line for line in _details(one, about, words))


def _loudness(one: RuleExplained) -> int:
    """A long list begins with those of which there is something to tell."""
    return _LOUDEST_FIRST.index(one.state)


def _mark(one: RuleExplained) -> str:
    """What came of its condition; a rule about silence has none."""
    return " " if one.when is None else _MARKS[_truth(one.when.outcome)]


def _state(one: RuleExplained, words: Words) -> str:
    state = words.t(f"rule.{one.state.value}")
    if one.since is None:
        return f"{state}, {words.t('explain.never-changed')}"
    return f"{state} {words.t('explain.since', time=words.exact(one.since))}"


def _details(one: RuleExplained, device: Device | None, words: Words) -> Iterator[str]:
    if one.state is RuleState.PENDING and one.due is not None:
        key = "explain.due" if one.due > one.at else "explain.waits"
        yield words.t(key, time=words.exact(one.due))
    if one.cool_until is not None and one.cool_until > one.at:
        yield words.t("explain.cool", time=words.exact(one.cool_until))
    if one.group is not None:
        yield from _group(one.group, words)
    if one.turns_at is not None:
        yield words.t(_HOURS[one.open], time=words.when(one.turns_at))
    if one.next_moment is not None:
        yield words.t("explain.moment", time=words.when(one.next_moment))
    if one.event is not None:
        yield words.t("explain.event", event=one.event)
    if one.silent_ms is not None:
        yield words.t("explain.silent", time=words.duration(one.silent_ms))
        if one.heard_at is None:
            yield words.t("explain.never-heard")
        else:
            yield words.t("explain.heard", time=words.exact(one.heard_at))
        if one.silent_at is not None and one.silent_at > one.at:
            yield words.t("explain.due", time=words.exact(one.silent_at))
    for key, part in (("explain.when", one.when), ("explain.until", one.until)):
        if part is not None:
            yield f"{words.t(key)}:"
            yield from (_INDENT + line for line in _part(part, one, device, words))
    if one.lost is not None:
        yield words.text(one.lost)
    if one.health is not None:
        yield words.t("explain.fault", fault=words.text(one.health))


def _group(group: GroupExplained, words: Words) -> Iterator[str]:
    said = words.t(
        "explain.group",
        subject=group.subject,
        count=len(group.holding),
        size=group.size,
        needed=group.needed,
    )
    if group.unknown:
        said += f", {words.t('explain.group.unknown', count=group.unknown)}"
    yield said
    if group.holding:
        more = len(group.holding) - NAMED_MAX
        named = ", ".join(group.holding[:NAMED_MAX])
        yield _INDENT + (f"{named}, … (+{more})" if more > 0 else named)


def _part(part: Traced, one: RuleExplained, device: Device | None, words: Words) -> Iterator[str]:
    said = f"{_MARKS[_truth(part.outcome)]} {part.text}"
    if part.metric is not None:
        said += f" ({_age(part.metric, one, words, known=part.outcome is not None)})"
    if part.error is not None:
        said += f" ({words.t('explain.fault', fault=part.error)})"
    yield said
    for input in part.inputs:
        yield f"{_INDENT * 2}{_input(input, one, device, words)}"
    for inner in part.parts:
        yield from (_INDENT + line for line in _part(inner, one, device, words))


def _input(input: Traced, one: RuleExplained, device: Device | None, words: Words) -> str:
    known = input.outcome is not None
    value = words.t("explain.unknown")
    metric = device.kind.metric(input.metric) if device and input.metric else None
    if input.outcome is not None:
        value = words.value(metric, input.outcome) if metric else _plain(input.outcome, words)
    age = f" ({_age(input.metric, one, words, known=known)})" if input.metric else ""
    return f"{input.text} = {value}{age}"


def _plain(value: Value, words: Words) -> str:
    if isinstance(value, bool):
        return words.t("value.yes" if value else "value.no")
    return words.number(value, None if isinstance(value, int) else 2)


def _age(metric: str, one: RuleExplained, words: Words, *, known: bool) -> str:
    at = one.measured.get(metric)
    if at is None:
        return words.t("explain.never-came")
    return words.t("explain.measured" if known else "explain.too-old", time=words.exact(at))


def _truth(outcome: Value | None) -> bool | None:
    return None if outcome is None else bool(outcome)


def as_json(one: RuleExplained) -> dict[str, object]:
    """Times in ms UTC; null is unknown, or that there is none."""
    return {
        "rule": one.rule,
        "subject": one.subject,
        "at": one.at,
        "state": one.state.value,
        "since": one.since,
        "due": one.due,
        "cool_until": one.cool_until,
        "when": _traced(one.when),
        "until": _traced(one.until),
        "silent_ms": one.silent_ms,
        "silent_at": one.silent_at,
        "heard_at": one.heard_at,
        "measured": dict(one.measured),
        "open": one.open,
        "turns_at": one.turns_at,
        "next_moment": one.next_moment,
        "event": one.event,
        "group": None if one.group is None else asdict(one.group),
        "lost": _both(one.lost),
        "health": _both(one.health),
    }


def _both(text: Text | None) -> dict[str, str] | None:
    return None if text is None else text._asdict()


def _traced(part: Traced | None) -> dict[str, object] | None:
    if part is None:
        return None
    return {
        "text": part.text,
        "outcome": part.outcome,
        "inputs": {input.text: input.outcome for input in part.inputs},
        "parts": [_traced(inner) for inner in part.parts],
        "error": part.error,
    }
