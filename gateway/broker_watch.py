"""What the broker lost of what it was to keep for the gateway, as far as it can be told. Pure."""

from collections.abc import Iterable

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import Alert, AlertAsked, AlertCleared, Severity

DROPPED_TOPIC = "$SYS/broker/publish/messages/dropped"
"""Where Mosquitto says how many messages it has thrown away since it started: most of all those
that came for a gateway that was away too long."""
SESSION_LOST = "gateway:session-lost"
DROPS = "gateway:broker-drops"
SUBJECT = "gateway"
CALM_MS: Millis = 3_600_000
"""Without drops for so long, the alert ends."""
DIGITS_MAX = 18

Said = list[AlertAsked | AlertCleared]


class BrokerWatch:
    """One broker over all connections to it.

    `sessions_lost` is None while there has been no session to lose. `total` is the broker's own
    count of what it dropped, None while it has not said. Both go into the gateway's readings of
    itself and come back from there after a restart. `dropped` counts since this start.
    """

    def __init__(
        self, *, keeps_sessions: bool, sessions_lost: int | None, total: int | None
    ) -> None:
        self.sessions_lost = sessions_lost
        self.total = total
        self.dropped = 0
        self._keeps_sessions = keeps_sessions
        self._calm_at: Millis | None = None  # when the alert about drops ends

    def restore(self, alerts: Iterable[Alert], now: Millis) -> None:
        """An alert that was open before the restart ends as late as a new one."""
        if any(alert.source == DROPS for alert in alerts):
            self._calm_at = now + CALM_MS

    def on_session(self, kept: bool, now: Millis) -> Said:
        """There is a connection. Unless the broker has kept our session, what came for us while we
        were away is gone."""
        if kept or self.sessions_lost is None or not self._keeps_sessions:
            self.sessions_lost = self.sessions_lost or 0
            return [AlertCleared(SESSION_LOST, SUBJECT, now)]
        self.sessions_lost += 1
        return [AlertAsked(SESSION_LOST, SUBJECT, Severity.WARNING, _SESSION_LOST, now)]

    def on_dropped(self, payload: bytes, now: Millis) -> Said:
        """The broker says how many it has dropped. A count that falls is one that began anew."""
        if not payload.isdigit() or len(payload) > DIGITS_MAX:
            return []
        total, before = int(payload), self.total
        self.total = total
        if before is None:
            return []  # nobody knows when that was, nor of what
        rise = total - before if total >= before else total
        if not rise:
            return []
        self.dropped += rise
        self._calm_at = now + CALM_MS
        return [AlertAsked(DROPS, SUBJECT, Severity.WARNING, _DROPS, now)]

    def on_visit(self, now: Millis) -> Said:
        """Now and then."""
        if self._calm_at is None:
            return []
        self._calm_at = min(self._calm_at, now + CALM_MS)  # the clock may have been set back
        if now < self._calm_at:
            return []
        self._calm_at = None
        return [AlertCleared(DROPS, SUBJECT, now)]


_SESSION_LOST = Text(
    "Có thể đã mất một số tin của thiết bị: máy chủ tin (broker) không giữ lại tin đang chờ. "
    "Thiết bị có bộ nhớ sẽ tự gửi lại. Kỹ thuật viên: bật persistence trong mosquitto.conf.",
    "Messages of devices may be lost: the broker has forgotten the gateway's session. Devices that "
    "keep theirs send them again. Technician: turn on persistence in mosquitto.conf.",
)
_DROPS = Text(
    "Một số tin của thiết bị đã bị bỏ: hàng đợi của máy chủ tin (broker) quá nhỏ. Thiết bị có bộ "
    "nhớ sẽ tự gửi lại. Kỹ thuật viên: tăng max_queued_messages trong mosquitto.conf.",
    "Messages of devices were dropped: the broker's queue is too small. Devices that keep theirs "
    "send them again. Technician: raise max_queued_messages in mosquitto.conf.",
)
