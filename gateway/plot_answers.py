"""What the gateway answers to what people do about the plots; in words for who reads little."""

from datetime import date

from devices.text import Text
from gateway.plots import Mode, Plot

END_BEFORE_BEGIN = Text(
    "Chưa lưu: ngày cuối phải sau hoặc trùng ngày đầu.",
    "Not saved: the last day must not be before the first one.",
)
DAYS_ARE_OVER = Text("Chưa lưu: những ngày này đã qua.", "Not saved: these days are over.")
TOO_FAR_AHEAD = Text(
    "Chưa lưu: chỉ đặt được trong vòng một năm tới. Muốn nghỉ lâu hơn, hãy chọn cách tưới “Tắt”.",
    "Not saved: dry days can be set for a year ahead. For a longer rest choose mode Off.",
)
NO_DRY_DAYS = Text(
    "Không có những ngày nghỉ tưới này; có thể ai đó đã xóa rồi.",
    "There are no such dry days; perhaps somebody has removed them.",
)
NOT_TO_BE_OVERRIDDEN = Text(
    "Không ai được bỏ qua điều kiện an toàn này.", "Nobody may override this safety condition."
)
NO_REASON = Text(
    "Chưa lưu: hãy ghi lý do, tối đa 200 ký tự.",
    "Not saved: say why, in at most 200 characters.",
)
OVERRIDE_TOO_LONG = Text(
    "Chưa lưu: chỉ được bỏ qua tối đa 24 giờ kể từ bây giờ.",
    "Not saved: an override lasts 24 hours from now at most.",
)
NO_OVERRIDE = Text(
    "Việc bỏ qua này đã hết hoặc đã được kết thúc.", "This override is over or was ended."
)
DONE_BEFORE = Text("Việc này đã được làm rồi.", "This has been done already.")
_MODES = {
    Mode.OFF: Text("Tắt", "Off"),
    Mode.MANUAL: Text("Tưới khi có người yêu cầu", "On request"),
    Mode.SCHEDULE: Text("Theo lịch", "By schedule"),
    Mode.SOIL: Text("Theo độ ẩm đất", "By soil moisture"),
    Mode.BALANCE: Text("Theo cân bằng nước", "By water balance"),
}


def not_watered(plot: Plot) -> Text:
    """There was nothing to stop."""
    return Text(
        f"{plot.label.vi} hiện không tưới, hoặc van đang đóng rồi.",
        f"{plot.label.en} is not being watered, or its valve is closing already.",
    )


def stopping(plot: Plot) -> Text:
    """A run is being ended."""
    return Text(
        f"Đang dừng tưới {plot.label.vi}: van đang đóng.",
        f"Watering of {plot.label.en} stops: the valve is closing.",
    )


def mode_lacks(mode: Mode) -> Text:
    """The file does not say what the mode goes by."""
    name = _MODES[mode]
    return Text(
        f"Chưa đổi: tệp plots.yaml chưa ghi đủ cho lô này để tưới “{name.vi}”. Kỹ thuật viên cần "
        "thêm vào.",
        f"Not changed: plots.yaml does not have what mode “{name.en}” goes by on this plot.",
    )


def mode_set(plot: Plot, mode: Mode) -> Text:
    """From now on."""
    name = _MODES[mode]
    return Text(
        f"Từ bây giờ cách tưới của {plot.label.vi}: {name.vi}.",
        f"From now on the mode of {plot.label.en} is: {name.en}.",
    )


def ask_first_set(plot: Plot, ask_first: bool) -> Text:
    """Whether a person is asked."""
    if ask_first:
        return Text(
            f"Từ bây giờ máy hỏi trước khi tự tưới {plot.label.vi}.",
            f"From now on you are asked before {plot.label.en} waters by itself.",
        )
    return Text(
        f"Từ bây giờ máy tự tưới {plot.label.vi}, không hỏi trước.",
        f"From now on {plot.label.en} waters by itself without asking.",
    )


def answered_before(plot: Plot) -> Text:
    """A proposal does not wait any more."""
    return Text(
        f"Đề nghị tưới {plot.label.vi} không còn chờ nữa: đã có người trả lời, đã hết hạn hoặc đã "
        "được thay. Chưa có gì thay đổi.",
        f"The proposal for {plot.label.en} does not wait any more: somebody has answered it, its "
        "time ran out or a newer one took its place. Nothing was changed.",
    )


def declined(plot: Plot) -> Text:
    """Somebody said no."""
    return Text(
        f"Đã ghi: không tưới {plot.label.vi} lần này. Nếu đổi ý, bấm “Tưới ngay” ở trang của lô.",
        f"Noted: {plot.label.en} is not watered this time. If you change your mind, use “Water "
        "now” on its page.",
    )


def dry_days_added(plot: Plot, begin: date, end: date) -> Text:
    """No water on these days."""
    vi, en = _days(begin, end)
    return Text(
        f"Đã lưu: {plot.label.vi} nghỉ tưới {vi}.", f"Saved: no water on {plot.label.en} {en}."
    )


def dry_days_removed(plot: Plot, begin: date, end: date) -> Text:
    """They may be watered again."""
    vi, en = _days(begin, end)
    return Text(
        f"Đã xóa ngày nghỉ tưới của {plot.label.vi}: {vi}.",
        f"The dry days of {plot.label.en} were removed: {en}.",
    )


def overridden(plot: Plot) -> Text:
    """One interlock passes."""
    return Text(
        f"Đã bỏ qua điều kiện này cho {plot.label.vi}. Việc này được ghi vào nhật ký của lô.",
        f"This condition is overridden for {plot.label.en}. It is noted in the diary of the plot.",
    )


def override_ended(plot: Plot) -> Text:
    """It holds again."""
    return Text(
        f"Điều kiện này lại có hiệu lực với {plot.label.vi}.",
        f"The condition counts again for {plot.label.en}.",
    )


def _days(begin: date, end: date) -> tuple[str, str]:
    if begin == end:
        return f"ngày {begin:%d/%m/%Y}", f"on {_en(begin)}"
    return f"từ {begin:%d/%m/%Y} đến {end:%d/%m/%Y}", f"from {_en(begin)} to {_en(end)}"


def _en(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
