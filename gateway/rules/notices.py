"""What is to be said to people about the rules themselves."""

from collections.abc import Sequence

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import AlertAsked, AlertCleared, Severity
from gateway.located_yaml import Problem

SUBJECT = "gateway"
RULES_REFUSED = "gateway:rules-refused"


def rules_refused(problems: Sequence[Problem], at: Millis) -> AlertAsked:
    """Edited files have mistakes."""
    first = problems[0]
    place = f"{first.file.name}:{first.line}:{first.column}"
    text = Text(
        f"Quy tắc vừa sửa có {len(problems)} lỗi nên chưa dùng được; quy tắc cũ vẫn chạy. "
        f"Kỹ thuật viên: sửa lỗi đầu tiên ở {place} ({first.message}), rồi tải lại ở trang Quy "
        "tắc.",
        f"The edited rules have mistakes ({len(problems)}) and were not taken over; the old ones "
        f"go on. Technician: mend the first at {place} ({first.message}), then reload on the page "
        "of the rules.",
    )
    return AlertAsked(RULES_REFUSED, SUBJECT, Severity.WARNING, text, at)


def rules_accepted(at: Millis) -> AlertCleared:
    """The files are what runs."""
    return AlertCleared(RULES_REFUSED, SUBJECT, at)
