"""Why a watering was cut short, in the words of the page and the alert."""

from devices.text import Text

PUMP_NOT_STARTED = Text("máy bơm không chạy", "the pump did not start")
PUMP_STOPPED = Text("máy bơm đã dừng giữa chừng", "the pump stopped on the way")
VALVE_NOT_OPENED = Text("van không mở", "the valve did not open")
VALVE_CLOSED = Text("van tự đóng giữa chừng", "the valve closed by itself")
NO_FLOW = Text("van mở mà không có nước chảy", "the valve is open but no water flows")
TOO_MUCH_FLOW = Text(
    "nước chảy quá mạnh, có thể vỡ ống", "far too much water flows: perhaps a burst pipe"
)
LIMIT = Text(
    "đã hết thời gian cho phép của một lượt tưới", "the time limit of one watering was reached"
)
SILENT = Text("mất kết nối với van hoặc máy bơm", "the valve or the pump fell silent")
NOT_CLOSING = Text("van không đóng được", "the valve does not close")
NOT_SHOWN_CLOSED = Text(
    "van không trả lời; van tự đóng khi hết hạn mở",
    "the valve does not answer; it closes by itself when its lease ends",
)
RESTARTED = Text(
    "máy ở nhà văn hóa khởi động lại giữa lượt tưới", "the gateway restarted on the way"
)
STRAY = Text(
    "van mở ngoài lượt tưới, đã ra lệnh đóng", "the valve was open without a watering; closing it"
)
WAITED = Text("đã chờ máy bơm quá một giờ", "it waited an hour for the pump")
NO_AMOUNT = Text("lượng nước yêu cầu không hợp lệ", "the amount asked for is none")
PLOT_GONE = Text("lô không còn trong cấu hình", "the plot is no longer configured")
PUMP_STRAY = Text(
    "Máy bơm chạy ngoài lượt tưới, đã ra lệnh dừng",
    "The pump ran without a watering; stopping it",
)

CRITICAL = frozenset({TOO_MUCH_FLOW, NOT_CLOSING, NOT_SHOWN_CLOSED, STRAY})
"""Water may be flowing where it should not."""


def refused_by_device(error: str) -> Text:
    """A pump or valve answered a START with no."""
    return Text(f"thiết bị từ chối lệnh: {error}", f"the device refused: {error}")
