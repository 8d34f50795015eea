"""What the journal has to say to people: alerts about the gateway's own disk."""

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import Alert, AlertAsked, AlertCleared, Severity

SUBJECT = "gateway"
DISK_FULL = "gateway:disk-full"
HISTORY_DROPPED = "gateway:history-dropped"
JOURNAL_DAMAGED = "gateway:journal-damaged"


def disk_full(at: Millis) -> AlertAsked:
    """Readings are no longer saved."""
    text = Text(
        "Ổ đĩa của máy ở nhà văn hóa đã đầy: số liệu mới chưa được lưu, lệnh và cảnh báo vẫn chạy. "
        "Kỹ thuật viên: xóa bớt tệp thừa hoặc thay thẻ nhớ lớn hơn; khi có chỗ, máy tự lưu tiếp.",
        "The gateway's disk is full: new readings wait unsaved; commands and alerts still work. "
        "Technician: delete files that nobody needs or fit a larger card; saving then goes on by "
        "itself.",
    )
    return AlertAsked(DISK_FULL, SUBJECT, Severity.CRITICAL, text, at)


def disk_has_room(at: Millis) -> AlertCleared:
    """Readings are saved again."""
    return AlertCleared(DISK_FULL, SUBJECT, at)


def history_dropped(at: Millis) -> AlertAsked:
    """Readings were deleted for want of room before the long-term store had them."""
    text = Text(
        "Máy ở nhà văn hóa đã hết chỗ: số liệu cũ nhất bị xóa khi chưa gửi được tới kho lâu dài. "
        "Kỹ thuật viên: kiểm tra kết nối tới InfluxDB; xóa bớt tệp thừa, hoặc tăng journal.max_gb "
        "trong site.yaml nếu ổ đĩa còn chỗ.",
        "The journal has used up its room: the oldest readings were deleted before the long-term "
        "store had them. Technician: check the connection to InfluxDB; delete files that nobody "
        "needs, or raise journal.max_gb in site.yaml if the disk has room.",
    )
    return AlertAsked(HISTORY_DROPPED, SUBJECT, Severity.WARNING, text, at)


def history_safe(at: Millis) -> AlertCleared:
    """The store has the oldest reading that is left."""
    return AlertCleared(HISTORY_DROPPED, SUBJECT, at)


def journal_damaged(moved_to: str, at: Millis) -> Alert:
    """A new journal was begun. A record, because it is the first thing that stands in it."""
    text = Text(
        "Tệp dữ liệu bị hỏng; máy ở nhà văn hóa đang ghi tệp mới, thiết bị vẫn chạy. Thẻ nhớ có "
        "thể sắp hỏng. Kỹ thuật viên: thay thẻ nhớ; để lấy lại số liệu cũ, dừng chương trình "
        f"hamlet rồi chạy: hamlet journal salvage {moved_to}",
        "The journal was damaged; a new one was begun and devices go on working. The card may be "
        "failing. Technician: replace it; to fetch what can still be read of the old journal, "
        f"stop the gateway and run: hamlet journal salvage {moved_to}",
    )
    id = f"{JOURNAL_DAMAGED}.{SUBJECT}.{at}"
    return Alert(id, JOURNAL_DAMAGED, SUBJECT, Severity.CRITICAL, text, at)
