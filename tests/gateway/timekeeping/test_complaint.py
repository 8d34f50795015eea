"""One alert about the clock: only when it lasts, and gone when it is over."""

from gateway.clock import ClockState
from gateway.decisions import AlertAsked, AlertCleared
from gateway.timekeeping.complaint import ClockComplaint

FINE = ClockState(trusted=True, agrees=True, own=0, wall=0)
DIFFERS = ClockState(trusted=True, agrees=False, own=0, wall=9)
UNKNOWN = ClockState(trusted=False, agrees=True, own=0, wall=0)
MINUTE = 60_000


def kinds(complaint: ClockComplaint, state: ClockState, uptime: int) -> list[type]:
    return [type(decision) for decision in complaint.judge(state, uptime)]


def test_what_passes_by_itself_is_not_said() -> None:
    complaint = ClockComplaint()
    complaint.judge(UNKNOWN, 0)
    assert kinds(complaint, UNKNOWN, 9 * MINUTE) == []
    assert kinds(complaint, FINE, 9 * MINUTE) == []
    assert kinds(complaint, DIFFERS, 10 * MINUTE) == []
    assert kinds(complaint, FINE, 10 * MINUTE + 9_999) == []


def test_what_lasts_is_said_once_and_cleared_once() -> None:
    complaint = ClockComplaint()
    complaint.judge(UNKNOWN, 0)
    assert kinds(complaint, UNKNOWN, 10 * MINUTE) == [AlertAsked]
    assert kinds(complaint, UNKNOWN, 20 * MINUTE) == []
    assert kinds(complaint, FINE, 21 * MINUTE) == [AlertCleared]
    assert kinds(complaint, FINE, 22 * MINUTE) == []


def test_another_trouble_takes_the_place_of_the_first() -> None:
    complaint = ClockComplaint()
    complaint.judge(UNKNOWN, 0)
    complaint.judge(UNKNOWN, 10 * MINUTE)
    assert kinds(complaint, DIFFERS, 11 * MINUTE) == [AlertCleared]
    (asked,) = complaint.judge(DIFFERS, 11 * MINUTE + 10_000)
    assert isinstance(asked, AlertAsked)
    assert "date was changed" in asked.message.en


def test_an_alert_of_before_the_start_is_cleared() -> None:
    assert kinds(ClockComplaint(), FINE, 0) == [AlertCleared]
