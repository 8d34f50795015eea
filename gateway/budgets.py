"""How much each device may say, so that one that babbles does not take the place of the others.

A token bucket per device, pure. Spending is an addition in `Pipeline.receive`, for every message;
what flows back does so when the device has its turn in the rounds.
"""

from collections.abc import Iterable
from math import ceil

from devices.reading import Millis
from devices.rejection import Reason, RejectedError
from devices.text import Text
from gateway.decisions import Alert, AlertAsked, AlertCleared, Severity
from gateway.fleet import Device, Fleet

BABBLE = "gateway:babble"
BABBLE_LABEL = Text("Thiết bị gửi quá nhiều tin", "Sends too much")
"""What several of its alerts are together."""
CALM_ROUNDS = 4
"""The allowance of so many rounds must have come together before a device counts as calm: one that
sends just a little too much would be calm every other round."""


class Budgets:
    """Every device may send `burst` messages at once, and `per_minute` in the long run. A round is
    `round_s` long."""

    def __init__(self, per_minute: int, burst: int, round_s: int) -> None:
        self.burst = burst
        self._per_minute = per_minute
        self._allowance = ceil(per_minute * round_s / 60)
        self._babbling: set[str] = set()

    def restore(self, alerts: Iterable[Alert], fleet: Fleet) -> None:
        """Devices that babbled before the restart have nothing left."""
        for alert in alerts:
            device = fleet.get(alert.subject)
            if alert.source == BABBLE and device is not None:
                self._babbling.add(device.id)
                device.spent = self.burst

    def overdraw(self, device: Device, now: Millis) -> tuple[RejectedError, list[AlertAsked]]:
        """The device has spent more than it has: why its message is rejected, and an alert if that
        is new."""
        often = self._per_minute
        error = RejectedError(
            Reason.BABBLING,
            Text(f"kéo dài, hơn {often} tin mỗi phút", f"for long, over {often} a minute"),
        )
        if device.id in self._babbling:
            return error, []
        self._babbling.add(device.id)
        return error, [
            AlertAsked(
                BABBLE, device.id, Severity.WARNING, _too_much(device, self._per_minute), now
            )
        ]

    def refill(self, device: Device, now: Millis) -> list[AlertCleared]:
        """The allowance of one round; the end of the alert when the device has been calm."""
        device.spent = max(min(device.spent, self.burst) - self._allowance, 0)
        calm = device.spent <= max(self.burst - CALM_ROUNDS * self._allowance, 0)
        if not calm or device.id not in self._babbling:
            return []
        self._babbling.remove(device.id)
        return [AlertCleared(BABBLE, device.id, now)]


def _too_much(device: Device, per_minute: int) -> Text:
    return Text(
        f"{device.label.vi} gửi quá nhiều tin (hơn {per_minute} tin mỗi phút, kéo dài); tin vượt "
        "mức bị bỏ. Hãy tắt rồi bật lại thiết bị; nếu vẫn vậy, báo kỹ thuật viên.",
        f"{device.label.en} sends too many messages (over {per_minute} a minute, for long); what "
        "is over is dropped. Switch it off and on; if that does not help, tell the technician.",
    )
