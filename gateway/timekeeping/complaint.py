"""What people are told when the gateway does not know the time, or the machine says another.

Pure. Says nothing while it may pass by itself: an NTP client needs a minute after every boot.
"""

from enum import Enum

from devices.reading import Millis
from devices.text import Text
from gateway.clock import ClockState
from gateway.decisions import AlertAsked, AlertCleared, Severity

SOURCE = "gateway:clock"
SUBJECT = "gateway"


class _Trouble(Enum):
    """How long it may last unsaid, in ms, and the words."""

    UNKNOWN = (
        600_000,
        Text(
            "Máy ở nhà văn hóa chưa biết giờ đúng nên chưa tưới. Kiểm tra mạng Internet. Kỹ thuật "
            "viên: nếu không có mạng, đặt lại giờ của máy rồi chạy: hamlet clock trust",
            "The gateway does not know the time and waters nothing. See that it reaches the "
            "Internet. Technician: without, set the machine's date and run: hamlet clock trust",
        ),
    )
    DISAGREES = (
        10_000,
        Text(
            "Giờ của máy ở nhà văn hóa bị đổi, hệ thống vẫn giữ giờ cũ. Kỹ thuật viên: nếu giờ mới "
            "đúng, chạy: hamlet clock trust; nếu sai, đặt lại giờ của máy",
            "The machine's date was changed, and the gateway keeps its own. Technician: if the new "
            "one is right, run: hamlet clock trust; if not, set the machine's date again",
        ),
    )

    def __init__(self, unsaid_ms: Millis, message: Text) -> None:
        self.unsaid_ms = unsaid_ms
        self.message = message


class ClockComplaint:
    """Opens and clears the one alert about the clock."""

    def __init__(self) -> None:
        self._trouble: _Trouble | None = None
        self._since: Millis = 0
        self._said = True  # perhaps: an alert of before the start may be open

    def judge(self, state: ClockState, uptime: Millis) -> list[AlertAsked | AlertCleared]:
        """What is to be said now; call it after every look at the clocks."""
        trouble = _trouble_of(state)
        decisions: list[AlertAsked | AlertCleared] = []
        if trouble is not self._trouble or (trouble is None and self._said):
            if self._said:
                decisions.append(AlertCleared(SOURCE, SUBJECT, state.own))
            self._trouble, self._since, self._said = trouble, uptime, False
        if trouble and not self._said and uptime - self._since >= trouble.unsaid_ms:
            self._said = True
            message = trouble.message
            decisions.append(AlertAsked(SOURCE, SUBJECT, Severity.WARNING, message, state.own))
        return decisions


def _trouble_of(state: ClockState) -> _Trouble | None:
    if not state.trusted:
        return _Trouble.UNKNOWN
    return None if state.agrees else _Trouble.DISAGREES
