"""Words of the page of one plot: how it is, and what a person may do about it."""

from devices.text import Text

PLOT: dict[str, Text] = {
    "plot.fine": Text("Lô này đủ nước.", "This plot has enough water."),
    "plot.due": Text("Đã đến lúc tưới lô này.", "This plot is due for water."),
    "plot.thirsty": Text("Đất đang thiếu nước.", "The soil is short of water."),
    "plot.unknown": Text("Chưa rõ đất khô hay ẩm.", "Nobody knows how dry the soil is."),
    "plot.running": Text("Lô này đang được tưới.", "This plot is being watered."),
    "plot.asking": Text(
        "Máy đề nghị tưới lô này và chờ bạn trả lời.",
        "The gateway would water this plot and waits for your answer.",
    ),
    "plot.held": Text("Đang giữ nước lại vì", "What keeps water back now"),
    "plot.held.none": Text("Không có gì cản trở việc tưới.", "Nothing keeps water back."),
    "plot.held.others": Text("Các điều kiện khác đều cho phép.", "All other conditions agree."),
    "plot.soil": Text("Nước trong vùng rễ", "Water in the root zone"),
    "plot.zone": Text(
        "Đất còn giữ {left} trên {whole} nước dễ hút. Hết phần này thì chè bắt đầu thiếu nước.",
        "The soil still holds {left} of {whole}. When that is used up, the tea falls short.",
    ),
    "plot.zone.short": Text(
        "Đất đã hết {whole} nước dễ hút; chè đang thiếu {missing}.",
        "The soil holds 0 of {whole}: the tea is {missing} short of water.",
    ),
    "plot.zone.unknown": Text(
        "Chưa tính được nước trong vùng rễ của lô này.",
        "How much water the root zone holds is not known yet.",
    ),
    "plot.curve": Text(
        "Nước trong vùng rễ, mưa và tưới của {n} ngày qua; bảng ở dưới có các con số.",
        "Water in the root zone, rain and watering of the last {n} {n:day|days}; the table below "
        "has the figures.",
    ),
    "plot.legend.water": Text("nước trong đất", "water in the soil"),
    "plot.legend.rain": Text("mưa", "rain"),
    "plot.legend.irrigation": Text("tưới", "watering"),
    "plot.legend.limit": Text("dưới vạch: thiếu nước", "below the line: short of water"),
    "plot.probes": Text("Cảm biến độ ẩm đất", "Soil moisture probes"),
    "plot.probe.none": Text("Lô này không có cảm biến.", "This plot has no probes."),
    "plot.probe.never": Text("chưa có tin nào", "never heard"),
    "plot.probe.stale": Text("quá cũ", "too old"),
    "plot.probe.trusted": Text("đáng tin", "trusted"),
    "plot.probe.distrusted": Text("không dùng", "left out"),
    "plot.today": Text("Nước hôm nay", "Water today"),
    "plot.today.of": Text(
        "{volume} trên mức tối đa {most} một ngày", "{volume} of at most {most} a day"
    ),
    "plot.balance": Text("Bảng cân bằng nước (mm)", "Water balance (mm)"),
    "plot.balance.none": Text("Chưa có ngày nào.", "No days yet."),
    "plot.balance.day": Text("Ngày", "Day"),
    "plot.balance.et": Text("Cây dùng", "Used"),
    "plot.balance.rain": Text("Mưa", "Rain"),
    "plot.balance.irrigation": Text("Tưới", "Watered"),
    "plot.balance.percolation": Text("Thấm mất", "Lost below"),
    "plot.balance.correction": Text("Sửa theo cảm biến", "Put right by probes"),
    "plot.balance.depletion": Text("Còn thiếu", "Missing"),
    "plot.balance.how": Text(
        "Còn thiếu = hôm trước + cây dùng − mưa ngấm − tưới + thấm mất, rồi sửa theo cảm biến. "
        "Dấu ~: ước tính vì thiếu số đo. Hôm nay chưa hết ngày.",
        "Missing = the day before + used − rain that sank in − watered + lost below, then put "
        "right by the probes. A ~ marks an estimate: readings were missing. Today is not over.",
    ),
    "plot.runs": Text("Các lượt tưới 7 ngày qua", "Waterings of the last 7 days"),
    "plot.decisions": Text("Máy đã quyết định gì, và vì sao", "What was decided, and why"),
    "plot.decisions.count": Text("{n} quyết định", "{n} {n:decision|decisions}"),
    "plot.since": Text("(vẫn vậy từ {when})", "(the same since {when})"),
    "plot.inputs": Text("Số liệu đã dùng", "The figures it used"),
    "plot.diary": Text("Nhật ký sản xuất của lô", "Diary of the plot"),
    # What a person may do.
    "act.water": Text("Tưới ngay", "Water now"),
    "act.water.how": Text(
        "Nước tự đóng khi đủ lượng hoặc khi hết giờ; bạn có thể dừng bất cứ lúc nào.",
        "The water stops by itself at that amount; you can stop it at any time.",
    ),
    "act.water.preset": Text("{depth} · {litres} · {duration}", "{depth} · {litres} · {duration}"),
    "act.water.value": Text("Lượng khác", "Another amount"),
    "act.water.unit": Text("Đơn vị", "Unit"),
    "act.water.unit.mm": Text("mm (lít trên mét vuông)", "mm (litres on a square metre)"),
    "act.water.unit.litres": Text("lít", "litres"),
    "act.water.unit.minutes": Text("phút", "minutes"),
    "act.water.look": Text("Xem trước", "Look first"),
    "act.water.foreseen": Text(
        "Sẽ tưới {litres} ({depth}), mất {duration}, xong khoảng {end} nếu máy bơm rảnh.",
        "It would be {litres} ({depth}) in {duration}, until about {end} if the pump is free.",
    ),
    "act.water.less": Text(
        "Ít hơn {asked}, vì mức tối đa của lô.",
        "Less than {asked}, because of the limits of the plot.",
    ),
    "act.water.do": Text("Tưới {litres}", "Water {litres}"),
    "act.water.wrong": Text(
        "Chưa tưới: hãy ghi lượng nước là một số lớn hơn 0.",
        "Nothing is watered: the amount must be a number above 0.",
    ),
    "act.mode": Text("Cách tưới", "How it is watered"),
    "act.mode.off.how": Text(
        "Không ai và không gì tưới lô này.", "Nobody and nothing waters this plot."
    ),
    "act.mode.manual.how": Text(
        "Chỉ tưới khi bạn bấm “Tưới ngay” hoặc khi một quy tắc yêu cầu.",
        "Watered only when you press “Water now”, or a rule asks for it.",
    ),
    "act.mode.schedule.how": Text(
        "Tưới vào giờ đã đặt, bỏ lượt khi trời đã mưa đủ.",
        "Watered at set times, left out when it has rained enough.",
    ),
    "act.mode.soil.how": Text(
        "Tưới khi cảm biến báo đất khô, dừng khi đất đủ ẩm.",
        "Watered when the probes say the soil is dry, until it is moist.",
    ),
    "act.mode.balance.how": Text(
        "Mỗi ngày tính xem cây đã dùng bao nhiêu nước, mưa bù lại bao nhiêu; tưới phần còn thiếu.",
        "The gateway works out what the tea used and the rain gave, and waters what is missing.",
    ),
    "act.mode.set": Text("Đổi cách tưới", "Change it"),
    "act.mode.by": Text("{name} đặt lúc {when}.", "Set by {name}, {when}."),
    "act.mode.undo": Text("Trở lại “{mode}”", "Back to “{mode}”"),
    "act.mode.lacking": Text(
        "Các cách khác cần kỹ thuật viên thêm vào tệp plots.yaml.",
        "For the other ways a technician has to add something to plots.yaml.",
    ),
    "act.ask": Text("Hỏi tôi trước khi tưới", "Ask me first"),
    "act.ask.is-on": Text(
        "Đang bật: máy đề nghị, bạn bấm đồng ý thì mới tưới.",
        "On: the gateway proposes, and waters only when you say yes.",
    ),
    "act.ask.is-off": Text("Đang tắt: máy tự tưới.", "Off: the plot waters by itself."),
    "act.ask.on": Text("Bật hỏi trước", "Ask me first"),
    "act.ask.off": Text("Tắt hỏi trước", "Do not ask any more"),
    "act.dry": Text("Ngày nghỉ tưới", "Dry days"),
    "act.dry.how": Text(
        "Phun thuốc: không tưới phun từ trên xuống. Hái chè: không tưới trước và trong ngày hái.",
        "Spraying: no water from above. Plucking: no water before and on these days.",
    ),
    "act.dry.none": Text("Chưa có ngày nghỉ tưới nào.", "There are no dry days."),
    "act.dry.from": Text("Từ ngày", "From"),
    "act.dry.to": Text("Đến hết ngày", "To the end of"),
    "act.dry.reason": Text("Lý do", "Reason"),
    "act.dry.add": Text("Thêm ngày nghỉ tưới", "Add dry days"),
    "act.dry.remove": Text("Xóa", "Remove"),
    "act.dry.remove.named": Text("Xóa ngày nghỉ tưới {days}", "Remove the dry days {days}"),
    "act.dry.file": Text("trong tệp plots.yaml", "in plots.yaml"),
    "act.dry.wrong": Text("Chưa lưu: hãy chọn cả hai ngày.", "Not saved: choose both days."),
    "dry.spraying": Text("Phun thuốc", "Spraying"),
    "dry.plucking": Text("Hái chè", "Plucking"),
    "dry.other": Text("Lý do khác", "Other"),
    "act.override": Text("Bỏ qua một điều kiện", "Override a condition"),
    "act.override.how": Text(
        "Chỉ khi bạn biết chắc. Máy ghi tên bạn và lý do vào nhật ký của lô.",
        "Only when you know better. Your name and reason are noted in the diary of the plot.",
    ),
    "act.override.none": Text(
        "Hiện không có điều kiện nào đang cản trở mà bỏ qua được.",
        "No condition that could be overridden keeps water back now.",
    ),
    "act.override.what": Text("Điều kiện", "Condition"),
    "act.override.reason": Text("Vì sao", "Why"),
    "act.override.hours": Text("Trong bao lâu", "For how long"),
    "act.override.hour": Text("{n} giờ", "{n} {n:hour|hours}"),
    "act.override.sure": Text(
        "Tôi chắc chắn và chịu trách nhiệm", "I am sure and take the responsibility"
    ),
    "act.override.unsure": Text(
        "Chưa bỏ qua: hãy đánh dấu vào ô “Tôi chắc chắn”.",
        "Nothing is overridden: tick “I am sure”.",
    ),
    "act.override.do": Text("Bỏ qua điều kiện này", "Override this condition"),
    "act.override.now": Text(
        "{what}: {name} bỏ qua đến {until}. Lý do: {reason}",
        "{what}: overridden by {name} until {until}. Reason: {reason}",
    ),
    "act.override.end": Text("Không bỏ qua nữa", "End the override"),
    "act.wrong": Text(
        "Chưa làm gì: biểu mẫu thiếu một mục. Hãy tải lại trang rồi thử lại.",
        "Nothing was done: something is missing in the form. Load the page again and retry.",
    ),
}
