"""What goes wrong with a watering, in the words of the page and of the alert: what it is, and what
a person has to do."""

from typing import NamedTuple

from devices.text import Text
from gateway.decisions import Severity

PUMP_NOT_STARTED = Text("máy bơm không chạy", "the pump did not start")
PUMP_STOPPED = Text("máy bơm đã dừng giữa chừng", "the pump stopped on the way")
PUMP_DRY = Text("máy bơm chạy mà không có nước", "the pump runs without water")
VALVE_NOT_OPENED = Text("van không mở", "the valve did not open")
VALVE_CLOSED = Text("van tự đóng giữa chừng", "the valve closed by itself")
NO_FLOW = Text("van mở mà không có nước chảy", "the valve is open but no water flows")
TOO_MUCH_FLOW = Text(
    "nước chảy quá mạnh, có thể vỡ ống", "far too much water flows: perhaps a burst pipe"
)
LIMIT = Text(
    "đã hết thời gian cho phép của một lượt tưới", "the time limit of one watering was reached"
)
UNREAD = Text(
    "không có số đo nước mới: tin bị thất lạc, hoặc máy chạy sai giờ",
    "there is no recent word of the water meter: reports are lost, or a clock is wrong",
)
SILENT = Text("mất kết nối với van hoặc máy bơm", "the valve or the pump fell silent")
NOT_CLOSING = Text("van không đóng được", "the valve does not close")
LEAK = Text("van đã đóng mà nước vẫn chảy", "water flows though the valve is shut")
NOT_SHOWN_CLOSED = Text(
    "van không trả lời; van tự đóng khi hết hạn mở",
    "the valve does not answer; it closes by itself when its lease ends",
)
FULL_BY_TIME = Text(
    "đồng hồ nước đếm ít hơn bình thường, tính theo thời gian thì đã đủ mức tối đa của hôm nay",
    "its meter counts less than usual, and by the time the limit of the day is reached",
)
RESTARTED = Text(
    "máy ở nhà văn hóa khởi động lại giữa lượt tưới", "the gateway restarted on the way"
)
STRAY = Text(
    "van mở ngoài lượt tưới, đã ra lệnh đóng", "the valve was open without a watering; closing it"
)
LITTLE_LEFT = Text(
    "phần nước hoặc thời gian còn lại chưa đến một phút, không đáng mở máy bơm lại",
    "less than a minute of water or time is left, which is not worth another start",
)
WAITED = Text("đã chờ mười giờ mà chưa đến lượt", "it waited ten hours for its turn")
NO_AMOUNT = Text("lượng nước yêu cầu không hợp lệ", "the amount asked for is none")
PLOT_GONE = Text("lô không còn trong tệp plots.yaml", "the plot is no longer in plots.yaml")

ASTRAY = frozenset({LEAK, NOT_CLOSING})
"""Water flows where it should not, and the valve does not stop it: nothing else on that line is
watered meanwhile. Behind a pump it ends with the pressure, which proves nothing."""
OUTSIDE = frozenset({*ASTRAY, STRAY, NOT_SHOWN_CLOSED})
"""Water flows, or may, outside any watering."""

PUMP_STRAY = Text(
    "Máy bơm chạy ngoài lượt tưới, đã ra lệnh dừng. Nếu máy vẫn chạy, hãy ngắt điện máy bơm.",
    "The pump ran without a watering; stopping it. If it runs on, switch its power off.",
)
BLOCKED = Text(
    "nước chảy yếu, chưa đến một nửa bình thường. Hãy rửa lọc và xem đầu tưới có tắc không.",
    "the water flows weakly, at less than half its rate. Clean the filter, look at the sprinklers.",
)
METER_STILL = Text(
    "đồng hồ nước báo có nước chảy nhưng không đếm, hoặc số đếm nhảy vọt; lượng nước được ước "
    "tính theo thời gian. Hãy kiểm tra đồng hồ.",
    "its meter shows a flow and does not count it, or leaps; the litres are estimated from the "
    "time. Check the meter.",
)

METER_LOW = Text(
    "đồng hồ nước đếm ít hơn nhiều so với bình thường; mức tối đa một ngày được tính theo "
    "thời gian. Hãy kiểm tra đồng hồ, lọc, và số lít mỗi phút của lô trong plots.yaml.",
    "its meters count far less than usual; for the daily limit the time counts. Check the meters, "
    "the filter, and the plot's litres a minute in plots.yaml.",
)


class Advice(NamedTuple):
    """How loudly the alert asks, and for what."""

    severity: Severity
    to_do: Text


_LOOK = Text("Hãy đến xem van và máy bơm.", "Look at the valve and the pump.")
_SHUT_BY_HAND = Text(
    "Hãy đến ngay khóa van tay của lô và ngắt máy bơm.",
    "Go there now: shut the hand valve and switch the pump off.",
)
_SHUT_BY_HAND_ON_GRAVITY = Text(
    "Hãy đến ngay khóa van tay ở đầu đường ống.", "Go there now and shut the hand valve."
)
_FILTER = Text(
    "Hãy xem nguồn nước, lọc và máy bơm.", "Look at the source, the filter and the pump."
)
_PUMP_POWER = Text(
    "Hãy xem điện và cầu dao của máy bơm.", "Look at the pump's power supply and its breaker."
)
_PIPE = Text(
    "Đã đóng van. Hãy đi xem đường ống của lô.", "The valve is closed. Look along the plot's pipes."
)
_NEXT_TIME = Text(
    "Phần nước còn thiếu có thể tưới lại.", "What is missing can be watered another time."
)
_ADVICE = {
    PUMP_NOT_STARTED: Advice(Severity.WARNING, _PUMP_POWER),
    PUMP_STOPPED: Advice(Severity.WARNING, _PUMP_POWER),
    PUMP_DRY: Advice(Severity.WARNING, _FILTER),
    NO_FLOW: Advice(Severity.WARNING, _FILTER),
    TOO_MUCH_FLOW: Advice(Severity.CRITICAL, _PIPE),
    LIMIT: Advice(Severity.WARNING, _NEXT_TIME),
    RESTARTED: Advice(Severity.WARNING, _NEXT_TIME),
    NOT_CLOSING: Advice(Severity.CRITICAL, _SHUT_BY_HAND),
    LEAK: Advice(Severity.CRITICAL, _SHUT_BY_HAND),
    NOT_SHOWN_CLOSED: Advice(Severity.CRITICAL, _LOOK),
    STRAY: Advice(Severity.CRITICAL, _LOOK),
}


def advice(cause: Text, *, pumped: bool) -> Advice:
    """What is to be done; `pumped`: the plot hangs on a pump."""
    found = _ADVICE.get(cause, Advice(Severity.WARNING, _LOOK))
    if found.to_do is _SHUT_BY_HAND and not pumped:
        return found._replace(to_do=_SHUT_BY_HAND_ON_GRAVITY)
    return found


def refused_by_device(error: str) -> Text:
    """A pump or valve answered a START with no."""
    return Text(f"thiết bị từ chối lệnh: {error}", f"the device refused: {error}")


def not_resumed(why: Text) -> Text:
    """The gateway restarted, and the watering does not go on."""
    return Text(f"{RESTARTED.vi}; {why.vi}", f"{RESTARTED.en}; {why.en}")
