"""What happened to a device, for the marks on its chart.

Knows no words: an event names the cause of a fault or the rule that fired.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devices.text import Text
from gateway.clock import Millis
from gateway.decisions import RuleChanged, RuleState, State, StateChanged

EVENTS_MAX = 12
"""More marks would hide the curve; the newest matter."""
SAME_FAULT_MS = 30 * 60_000
"""A rule that fires so soon after a fault began reports that fault; its `for` made it later."""


@dataclass(frozen=True, slots=True)
class Event:
    """A fault began, of that `cause`, or the rule of that `label` fired. One of them is None."""

    at: Millis
    cause: str | None
    label: Text | None


def events(
    states: Sequence[StateChanged],
    transitions: Sequence[RuleChanged],
    labels: Mapping[str, Text],
    start: Millis,
) -> tuple[Event, ...]:
    """The newest events from `start` on, oldest first. `states` are oldest first and begin with the
    one that held at `start`."""
    faults = [Event(at, cause, None) for at, cause in _faults(states) if at >= start]
    fired = [
        Event(change.since, None, labels[change.rule])
        for change in transitions
        if change.state is RuleState.FIRING and change.since >= start and change.rule in labels
        if not any(0 <= change.since - fault.at <= SAME_FAULT_MS for fault in faults)
    ]
    return tuple(sorted([*faults, *fired], key=lambda event: event.at)[-EVENTS_MAX:])


def _faults(states: Sequence[StateChanged]) -> list[tuple[Millis, str]]:
    """When each fault began; what was unknown in between neither ends nor repeats it."""
    found = []
    cause = None
    for change in states:
        if change.state is State.UP:
            cause = None
        elif change.state is State.DOWN and change.cause != cause:
            cause = change.cause
            found.append((change.since, cause))
    return found
