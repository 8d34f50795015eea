"""What the journal has to say to people: alerts about the gateway's own disk."""

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import AlertAsked, AlertCleared, Severity

SUBJECT = "gateway"
DISK_FULL = "gateway:disk-full"


def disk_full(at: Millis) -> AlertAsked:
    """Readings are no longer saved."""
    text = Text(
        "Ổ đĩa của trung tâm đã đầy: số liệu mới chưa được lưu, nhưng lệnh và cảnh báo vẫn chạy. "
        "Hãy xóa bớt tệp thừa hoặc thay thẻ nhớ lớn hơn; khi có chỗ, máy tự lưu tiếp.",
        "The gateway's disk is full: new readings wait unsaved; commands and alerts still work. "
        "Delete files that nobody needs or fit a larger card; saving then goes on by itself.",
    )
    return AlertAsked(DISK_FULL, SUBJECT, Severity.CRITICAL, text, at)


def disk_has_room(at: Millis) -> AlertCleared:
    """Readings are saved again."""
    return AlertCleared(DISK_FULL, SUBJECT, at)
