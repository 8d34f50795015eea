"""Words about a season of watering that is foreseen."""

from devices.text import Text

AHEAD: dict[str, Text] = {
    "ahead.plot": Text("lô", "plot"),
    "ahead.all": Text("cả làng", "all plots"),
    "ahead.whole": Text("cả kỳ", "in all"),
    "ahead.waterings": Text("ngày tưới", "days watered"),
    "ahead.stress-days": Text("ngày thiếu nước", "stress days"),
    "ahead.legend": Text(
        "Nước tính bằng m³. Chỉ tính mức tối đa một ngày của lô và của nguồn nước; giờ tưới, máy"
        " bơm, gió và ngày nghỉ tưới thì chưa. Ngày thiếu nước: đất khô đến mức chè khó hút nước.",
        "Water in m³. Of what limits it only the ceilings of a day count, of plot and source: not"
        " hours, pumps, wind or dry days. Stress days: the soil is so dry that the tea finds less"
        " than it wants (Ks < 1).",
    ),
    "ahead.enough": Text(
        "Nguồn nước nào cũng đủ cho cả kỳ.", "Every source has enough for the whole season."
    ),
    "ahead.short": Text(
        "{source} không đủ nước trong tháng {month}: {days} ngày, những ngày đó cần đến {wanted}"
        " một ngày và chỉ lấy được {given}.",
        "{source} cannot keep up in {month}: on {days} {days:day|days}, which want up to {wanted}"
        " a day and get {given}.",
    ),
}
