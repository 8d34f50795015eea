"""What begins a rule in YAML (`when`, `silent`, `every`, `at`, `event`), and what goes with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from devices.reading import Millis
from gateway.duration import parse_duration
from gateway.hamlet_time import HamletTime
from gateway.rules.document import Node
from gateway.rules.only import Only
from gateway.rules.rule import EventTrigger
from gateway.rules.times_yaml import read_at, read_every, read_only
from gateway.schedule import Schedule

NAMES = ("silent", "every", "at", "event", "missed", "only")
EVENT_NAME_MAX = 63
"""Characters; the messages of devices have no longer ones."""

_BASES = ("silent", "every", "at", "event")
"""One of them at most; without any, `when` is asked all the time."""
_MISSED = ("run", "skip")
_ANYWHERE = HamletTime(ZoneInfo("UTC"), 0, 0)


@dataclass(frozen=True, slots=True)
class Trigger:
    """The fields of Rule of the same names; `runs_late` is None where the author leaves it open."""

    silent_ms: Millis | None = None
    schedule: Schedule | None = None
    event: EventTrigger | None = None
    runs_late: bool | None = None
    only: Only | None = None
    lasts_ms: Millis | None = None


def read_trigger(node: Node, parts: Mapping[str, Node]) -> Trigger:
    """`parts` are all of the rule `node`; what does not go together is noted."""
    bases = [name for name in _BASES if name in parts]
    _check_together(node, parts, bases)
    late = parts["missed"].choice(_MISSED, "missed") if "missed" in parts else None
    schedule = read_every(parts["every"], _ANYWHERE) if "every" in parts else None
    if "at" in parts:
        schedule = read_at(parts["at"])
    return Trigger(
        silent_ms=parts["silent"].duration() if "silent" in parts else None,
        schedule=schedule,
        event=_read_event(parts["event"]) if "event" in parts else None,
        runs_late=None if late is None else late == "run",
        only=read_only(parts["only"]) if "only" in parts else None,
        lasts_ms=_duration_of(parts["until"]) if "until" in parts else None,
    )


def _check_together(node: Node, parts: Mapping[str, Node], bases: list[str]) -> None:
    if not bases and "when" not in parts:
        node.complain(f"say what begins it: when, {', '.join(_BASES[:-1])} or {_BASES[-1]}")
    for second in bases[1:]:
        parts[second].complain(f"{second} does not go with {bases[0]}: make two rules of it")
    base = bases[0] if bases else "when"
    for name in _without(base, parts):
        if name in parts:
            parts[name].complain(f"{name} does not go with {base}")


def _without(base: str, parts: Mapping[str, Node]) -> list[str]:
    """The names that have no meaning beside that beginning."""
    if base == "silent":
        return ["when", "for", "until", "unknown", "missed"]
    if base == "when":
        timed = "until" in parts and _duration_of(parts["until"]) is not None
        return ["missed", "until"] if timed else ["missed"]
    names = ["for"] if base != "event" else ["for", "missed"]
    until = parts.get("until")
    asks = "when" in parts or (until is not None and _duration_of(until) is None)
    return names if asks else [*names, "unknown"]


def _duration_of(node: Node) -> Millis | None:
    """How long the rule fires, if `until` is no condition."""
    try:
        return parse_duration(node.value) if isinstance(node.value, str) else None
    except ValueError:
        return None


def _read_event(node: Node) -> EventTrigger | None:
    """`playback-finished`, or `{name: door, code: 3}`."""
    if isinstance(node.value, str):
        name: str | None = _read_event_name(node)
        return EventTrigger(name) if name else None
    parts = node.mapping(("name", "code"), "event")
    if parts is None:
        return None
    if "name" not in parts:
        node.complain("name is missing: the event as the device sends it")
        return None
    name = _read_event_name(parts["name"])
    if "code" not in parts:
        return EventTrigger(name) if name else None
    code = parts["code"].value
    if isinstance(code, bool) or not isinstance(code, str | int):
        parts["code"].complain("code is a text or a whole number")
        return None
    return EventTrigger(name, code) if name else None


def _read_event_name(node: Node) -> str | None:
    name = node.text("event")
    if name is not None and not 0 < len(name) <= EVENT_NAME_MAX:
        node.complain(f"event is a name of 1 to {EVENT_NAME_MAX} characters")
        return None
    return name
