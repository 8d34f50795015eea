"""Words about watering: the overview, the waterings, the plan."""

from devices.text import Text

WATERING: dict[str, Text] = {
    "watering.title": Text("Tưới chè", "Watering"),
    "watering.none": Text("Chưa có lô chè nào.", "No tea plots yet."),
    "watering.none.running": Text("Không lô nào đang tưới.", "No plot is being watered."),
    "watering.progress": Text("{litres} trên {target}", "{litres} of {target}"),
    "watering.left": Text("còn {duration}", "{duration} left"),
    "watering.estimated": Text("ước tính", "estimated"),
    "watering.undecided": Text("Chưa có quyết định nào.", "Nothing has been decided yet."),
    "watering.moisture": Text("Độ ẩm đất {value}", "Soil moisture {value}"),
    "watering.moisture.unknown": Text(
        "Độ ẩm đất chưa rõ: không cảm biến nào gửi tin", "Soil moisture unknown: no sensor reports"
    ),
    "watering.probes": Text("{n} trên {total} cảm biến", "{n} of {total} {total:sensor|sensors}"),
    "watering.today": Text("Hôm nay {volume}", "Today {volume}"),
    "watering.total": Text("Hôm nay đã tưới {volume}.", "Watered today: {volume}."),
    "watering.history.none": Text("7 ngày qua không tưới.", "Not watered in the last 7 days."),
    "watering.idle": Text("không tưới", "not watered"),
    "run.planned": Text("chờ đến lượt", "waiting for its turn"),
    "run.pump": Text("đang chạy bơm", "starting the pump"),
    "run.valve": Text("đang mở van", "opening the valve"),
    "run.flowing": Text("đang tưới", "watering"),
    "run.closing": Text("đang đóng van", "closing the valve"),
    "run.resting": Text("đang nghỉ cho nước ngấm", "resting while the water sinks in"),
    "run.done": Text("xong", "done"),
    "run.failed": Text("không thành", "failed"),
    "watering.why": Text("Vì sao", "Why"),
    "watering.latest": Text("Mới nhất", "Latest"),
    "watering.next": Text("Xem lại lúc {when}.", "Next look at {when}."),
    "watering.next.now": Text("Bây giờ: xem lại lúc {when}.", "As of now: next look at {when}."),
    "watering.plots": Text("Các lô chè", "The plots"),
    "watering.stop": Text("Dừng tưới", "Stop"),
    "watering.thirsty": Text("thiếu nước", "short of water"),
    "watering.due": Text("đến lúc tưới", "due for water"),
    "watering.fine": Text("đủ nước", "enough water"),
    # What waits for a person.
    "ask.title": Text("Chờ bạn trả lời ({n})", "Waits for your answer ({n})"),
    "ask.amount": Text("{litres}, khoảng {duration}", "{litres}, about {duration}"),
    "ask.until": Text("Trả lời trước {when}.", "Answer before {when}."),
    "ask.yes": Text("Đồng ý tưới", "Yes, water"),
    "ask.no": Text("Không tưới", "No"),
    "ask.enter": Text(
        "Nhập tên và mã kỹ thuật ở dưới để trả lời.",
        "Give your name and the code below to answer.",
    ),
    # Who may change something.
    "enter.title": Text(
        "Đăng nhập để tưới hoặc thay đổi", "Log in to water or to change something"
    ),
    "enter.do": Text("Đăng nhập", "Log in"),
    "enter.you": Text("Bạn đang dùng tên {name}.", "You are logged in as {name}."),
    # The plan.
    "plan.title": Text("24 giờ tới", "The next 24 hours"),
    "plan.say": Text(
        "{n} lượt tưới trong 24 giờ tới, tổng {volume}.",
        "{n} {n:watering|waterings} in the next 24 hours, {volume} together.",
    ),
    "plan.say.none": Text(
        "24 giờ tới chưa có lượt tưới nào.", "Nothing will be watered in the next 24 hours."
    ),
    "plan.as-of": Text(
        "Tính lúc {when} theo số đo mới nhất; có thể đổi theo mưa, gió và độ ẩm đất.",
        "Worked out at {when} from the newest readings; rain, wind and soil may change it.",
    ),
    "plan.list": Text("Theo giờ", "By time"),
    "plan.timeline": Text("Theo máy bơm", "By pump"),
    "plan.bar": Text("{plot}: tưới {span}", "{plot}: water {span}"),
    "plan.source": Text("Nguồn nước khác", "Other water"),
    "plan.amount": Text("{litres} ({depth}), {duration}", "{litres} ({depth}), {duration}"),
    "plan.without": Text("Không tưới, và vì sao", "Not watered, and why"),
    "plan.whole": Text("Xem cả kế hoạch", "See the whole plan"),
    "plan.certain": Text("chắc chắn", "certain"),
    "plan.expected": Text("dự kiến", "expected"),
    "plan.asks": Text("chờ đồng ý", "waits for a yes"),
    # How a plot is watered.
    "mode.off": Text("Tắt", "Off"),
    "mode.manual": Text("Khi có yêu cầu", "On request"),
    "mode.schedule": Text("Theo lịch", "By schedule"),
    "mode.soil": Text("Theo độ ẩm đất", "By soil moisture"),
    "mode.balance": Text("Theo cân bằng nước", "By water balance"),
    "mode.asks": Text("hỏi trước", "asks first"),
}
