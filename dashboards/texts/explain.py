"""Words about why a rule fires or not."""

from devices.text import Text

EXPLAIN: dict[str, Text] = {
    "explain.disarmed": Text(
        "Quy tắc này đang tắt; dưới đây là những gì nó sẽ thấy.",
        "This rule is disarmed; below is what it would see.",
    ),
    "explain.since": Text("từ {time}", "since {time}"),
    "explain.never-changed": Text("chưa thay đổi lần nào", "has never changed"),
    "explain.due": Text(
        "sẽ báo lúc {time}, nếu điều kiện vẫn đúng",
        "fires at {time} if its condition still holds",
    ),
    "explain.waits": Text(
        "đã đến giờ, còn chờ biết điều kiện có đúng không",
        "its time has come; it waits until it is known whether the condition holds",
    ),
    "explain.cool": Text("không báo lại trước {time}", "does not fire again before {time}"),
    "explain.open": Text("đang mở, đến {time}", "open until {time}"),
    "explain.closed": Text("đang đóng, đến {time}", "closed until {time}"),
    "explain.hours-unknown": Text(
        "chưa biết giờ đúng, nên chưa rõ đang mở hay đóng",
        "the time is not known, so nobody knows whether it is open",
    ),
    "explain.moment": Text("sẽ xét lúc {time}", "acts next at {time}"),
    "explain.event": Text("xét khi thiết bị báo {event}", "acts when the device tells of {event}"),
    "explain.group": Text(
        "{subject}: đúng ở {count} trên {size} thiết bị, cần {needed}",
        "{subject}: holds for {count} of {size} {size:device|devices}, {needed} needed",
    ),
    "explain.group.unknown": Text("{count} thiết bị chưa rõ", "unknown for {count}"),
    "explain.when": Text("điều kiện bắt đầu (when)", "when"),
    "explain.until": Text("điều kiện kết thúc (until)", "until"),
    "explain.silent": Text(
        "báo khi không có tin trong {time}", "fires when nothing was heard for {time}"
    ),
    "explain.heard": Text("tin mới nhất lúc {time}", "last heard at {time}"),
    "explain.never-heard": Text("chưa có tin nào", "was never heard"),
    "explain.unknown": Text("chưa rõ", "unknown"),
    "explain.measured": Text("đo lúc {time}", "measured at {time}"),
    "explain.too-old": Text("quá cũ, đo lúc {time}", "too old, measured at {time}"),
    "explain.never-came": Text("chưa bao giờ có", "never came"),
    "explain.fault": Text("lỗi: {fault}", "fault: {fault}"),
    "explain.not-concerned": Text(
        "{rule} không áp dụng cho {device}: thiết bị không khớp mục `on`, chưa được nhận, hoặc "
        "không đo những gì quy tắc cần.",
        "{rule} does not concern {device}: it does not match `on`, is not adopted, or does not "
        "measure what the rule reads.",
    ),
    "explain.no-device": Text(
        "{rule} không áp dụng cho thiết bị nào.", "{rule} concerns no device."
    ),
}
