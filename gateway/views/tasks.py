"""What needs a person today: the open alerts, those of one cause as one task."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from devices.metric import Value
from devices.text import Text
from gateway.clock import Millis
from gateway.decisions import Alert, Severity
from gateway.fleet import Device, Fleet

RULE_SOURCE = "rule:"
"""What stands before the id of a rule where it is the source of an alert."""
URGENCY = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.INFO: 2}
"""What needs a person sooner comes first."""


@dataclass(frozen=True, slots=True)
class Task:
    """Alerts of one source about devices of one kind. `label` is the name of the source, None when
    it has none; `cause` the health cause that the devices share, also of a fault that is out of
    sight now, and `settings` the constants of the first of them, which say what to bring."""

    source: str
    label: Text | None
    severity: Severity
    kind: str | None
    alerts: tuple[Alert, ...]
    devices: tuple[tuple[str, Text], ...]
    near: Text | None
    cause: str | None
    settings: Mapping[str, Value]
    since: Millis
    acknowledged: bool


def tasks(
    alerts: Iterable[Alert],
    fleet: Fleet,
    labels: Mapping[str, Text],
    shared_place: Callable[[list[Device]], Text | None],
) -> tuple[Task, ...]:
    """The open alerts as tasks, the most urgent and oldest first."""
    groups: dict[tuple[str, str | None], list[Alert]] = {}
    for alert in alerts:
        device = fleet.get(alert.subject)
        kind = device.kind.name if device is not None else None
        groups.setdefault((alert.source, kind), []).append(alert)
    found = [_task(group, fleet, labels, shared_place) for group in groups.values()]
    return tuple(sorted(found, key=lambda task: (URGENCY[task.severity], task.since)))


def _task(
    alerts: list[Alert],
    fleet: Fleet,
    labels: Mapping[str, Text],
    shared_place: Callable[[list[Device]], Text | None],
) -> Task:
    alerts = sorted(alerts, key=lambda alert: (alert.opened_at, alert.subject))
    devices = [d for alert in alerts if (d := fleet.get(alert.subject)) is not None]
    devices.sort(key=lambda device: device.id)
    causes = {device.down_cause or device.state_cause for device in devices}
    return Task(
        source=alerts[0].source,
        label=labels.get(alerts[0].source.removeprefix(RULE_SOURCE)),
        severity=min((alert.severity for alert in alerts), key=URGENCY.__getitem__),
        kind=devices[0].kind.name if devices else None,
        alerts=tuple(alerts),
        devices=tuple((device.id, device.label) for device in devices),
        near=shared_place(devices),
        cause=causes.pop() if len(causes) == 1 else None,
        settings=dict(devices[0].settings) if devices else {},
        since=alerts[0].opened_at,
        acknowledged=all(alert.acknowledged_at is not None for alert in alerts),
    )
