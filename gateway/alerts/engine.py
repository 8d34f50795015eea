"""Alerts: one for each cause and subject, open until the cause is gone.

Pure. Knows nothing of who is told, nor by which channel.
"""

from collections.abc import Iterable
from dataclasses import replace

from devices.reading import Millis
from gateway.clock import Correction
from gateway.decisions import Alert, AlertAsked, AlertCleared, Severity

_RANK = {severity: rank for rank, severity in enumerate(Severity)}


class AlertEngine:
    """The open alerts, by what they are about and by id."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], Alert] = {}

    def restore(self, alerts: Iterable[Alert]) -> None:
        """Take over the alerts of the journal that are not resolved."""
        self._open = {(alert.source, alert.subject): alert for alert in alerts}

    def ask(self, asked: AlertAsked) -> list[Alert]:
        """Open an alert, or raise the severity of the open one; else nothing.

        A raised alert is no longer acknowledged: whoever did that knew of less.
        """
        key = asked.source, asked.subject
        alert = self._open.get(key)
        if alert is None:
            alert = Alert(
                id=f"{asked.source}.{asked.subject}.{asked.at}",
                source=asked.source,
                subject=asked.subject,
                severity=asked.severity,
                message=asked.message,
                opened_at=asked.at,
            )
        elif _RANK[asked.severity] > _RANK[alert.severity]:
            alert = replace(
                alert, severity=asked.severity, message=asked.message, acknowledged_at=None
            )
        else:
            return []
        self._open[key] = alert
        return [alert]

    def clear(self, cleared: AlertCleared) -> list[Alert]:
        """Resolve the alert, if it is open."""
        alert = self._open.pop((cleared.source, cleared.subject), None)
        if alert is None:
            return []
        return [replace(alert, resolved_at=max(cleared.at, alert.opened_at))]

    def acknowledge(self, id: str, now: Millis) -> list[Alert]:
        """A person has seen it. Nothing when it is not open or was acknowledged before."""
        for key, alert in self._open.items():
            if alert.id == id and alert.acknowledged_at is None:
                self._open[key] = seen = replace(alert, acknowledged_at=now)
                return [seen]
        return []

    def correct(self, correction: Correction) -> list[Alert]:
        """The clock was wrong; returns what is to be saved anew."""
        changed: list[Alert] = []
        for key, alert in self._open.items():
            corrected = replace(
                alert,
                opened_at=correction.of(alert.opened_at),
                acknowledged_at=correction.of_any(alert.acknowledged_at),
            )
            if corrected != alert:
                self._open[key] = corrected
                changed.append(corrected)
        return changed

    def open_alerts(self) -> list[Alert]:
        """The worst first, then the newest."""
        return sorted(
            self._open.values(), key=lambda alert: (-_RANK[alert.severity], -alert.opened_at)
        )
