"""Words of the production diary: its pages, its forms, its exports, and the lots."""

from devices.text import Text

DIARY: dict[str, Text] = {
    "diary.title": Text("Nhật ký canh tác", "Production diary"),
    "diary.of": Text("Nhật ký: {plot}", "Diary: {plot}"),
    "diary.intro": Text(
        "Máy tự ghi mỗi lần tưới. Việc khác do bà con ghi. Đã ghi thì không xóa được, chỉ sửa bằng "
        "một dòng mới.",
        "Every watering is written down by itself; the rest is written by people. Nothing is ever "
        "erased: a correction is a new line.",
    ),
    "diary.all": Text("Tất cả các lô", "All plots"),
    "diary.plot": Text("Lô chè", "Plot"),
    "diary.show": Text("Xem", "Show"),
    "diary.new": Text("Ghi việc mới", "Write down work"),
    "diary.exports": Text("In sổ, tải Excel", "Print, Excel"),
    "diary.lots": Text("Lô hàng, mã QR", "Lots, QR codes"),
    "diary.none": Text("Chưa ghi gì.", "Nothing is written down yet."),
    "diary.all-kinds": Text("Mọi việc", "All work"),
    "diary.today": Text("Hôm nay, {day}", "Today, {day}"),
    "diary.day-water": Text("nước tưới {water}", "{water} of water"),
    "diary.times": Text("{n} lần", "{n} {n:time|times}"),
    "diary.flowed-on": Text(
        "Nước chảy tiếp từ lượt tưới hôm trước.", "Water flowed on that began the day before."
    ),
    "diary.older": Text("Những ngày trước", "Earlier days"),
    "diary.newest": Text("Về những ngày mới nhất", "Back to the newest days"),
    "diary.correct": Text("Xem và sửa", "View or correct"),
    "diary.saved": Text("Đã ghi vào nhật ký.", "It is in the diary."),
    "diary.struck": Text("Đã gạch bỏ.", "It is struck out."),
    "diary.undo": Text("Ghi nhầm? Sửa hoặc gạch bỏ", "A mistake? Correct it or strike it out"),
    "diary.kind.irrigation": Text("Tưới nước", "Watering"),
    "diary.kind.spray": Text("Phun thuốc", "Spraying"),
    "diary.kind.fertiliser": Text("Bón phân", "Fertilising"),
    "diary.kind.pluck": Text("Hái chè", "Plucking"),
    "diary.kind.inspection": Text("Kiểm tra", "Inspection"),
    "diary.kind.override": Text("Bỏ qua điều kiện an toàn", "Safety condition overridden"),
    "diary.kind.other": Text("Việc khác", "Other work"),
    "diary.planned": Text("Dự kiến", "Planned"),
    "diary.withdrawn": Text("Đã gạch bỏ", "Struck out"),
    "diary.corrected": Text("Đã được sửa", "Corrected since"),
    "diary.is-correction": Text("Bản đã sửa", "A correction"),
    "diary.by.person": Text("Người ghi: {name}", "Written by {name}"),
    "diary.by.someone": Text("Có người ghi", "Written by a person"),
    "diary.by.auto": Text("Máy tự ghi", "Written by itself"),
    # What a line says.
    "diary.measured": Text("đo bằng đồng hồ nước", "by the flow meter"),
    "diary.estimated": Text("ước tính", "estimated"),
    "diary.unseen": Text(
        "; nếu đồng hồ hỏng, có thể đã chảy thêm đến {water}",
        "; if the meter is dead, up to {water} more may have flowed",
    ),
    "diary.less": Text("{given} trong số {planned} dự định", "{given} of {planned} planned"),
    "diary.midnight": Text("; {water} trước nửa đêm", "; {water} before midnight"),
    "diary.depths": Text(
        "{pipe} ra khỏi ống, {roots} tới rễ", "{pipe} from the pipe, {roots} reach the roots"
    ),
    "diary.method.drip": Text("nhỏ giọt", "drip"),
    "diary.method.sprinkler": Text("phun mưa", "sprinkler"),
    "diary.method.hand": Text("tưới tay", "by hand"),
    "diary.fact.water": Text("Lượng nước", "Water"),
    "diary.fact.depth": Text("Lớp nước", "Depth"),
    "diary.fact.span": Text("Từ–đến", "From–to"),
    "diary.fact.time": Text("Nước chảy", "Water ran"),
    "diary.fact.method": Text("Cách tưới", "Method"),
    "diary.fact.source": Text("Nguồn nước", "Source of water"),
    "diary.fact.reason": Text("Lý do", "Reason"),
    "diary.fact.cause": Text("Dừng sớm", "Ended early"),
    "diary.fact.weather": Text("Thời tiết lúc đó", "Weather then"),
    "diary.fact.code": Text("Mã vùng trồng", "Growing-area code"),
    "diary.fact.test": Text("Phiếu xét nghiệm nước", "Water test"),
    "diary.fact.lot": Text("Mã lô hàng", "Lot"),
    "diary.fact.warning": Text("Cảnh báo lúc ghi", "Warned when written"),
    "diary.fact.why": Text("Lý do sửa", "Why it was corrected"),
    "diary.fact.interlock": Text("Điều kiện an toàn", "Safety condition"),
    "diary.fact.until": Text("Đến", "Until"),
    "diary.fact.ended": Text("Có hiệu lực lại từ", "Holds again since"),
    "diary.weather.wind": Text("gió {value}", "wind {value}"),
    "diary.weather.rain": Text("mưa 24 giờ {value}", "rain in 24 h {value}"),
    # The forms.
    "diary.what": Text("Bà con vừa làm việc gì?", "What was done?"),
    "diary.day": Text("Ngày làm", "Day"),
    "diary.day.plan": Text(
        "Chọn ngày sắp tới nếu mới là dự kiến hái: trước ngày hái máy sẽ không tưới.",
        "Choose a day to come for a plan: the plot is not watered just before it.",
    ),
    "diary.clock": Text("Giờ", "Time of day"),
    "diary.optional": Text("không bắt buộc", "may stay empty"),
    "diary.save": Text("Ghi vào nhật ký", "Write it down"),
    "diary.wrong": Text(
        "Chưa ghi được: hãy xem những chỗ có dấu !", "Not written yet: look for the ! below."
    ),
    "diary.taken": Text(
        "Phiếu này đã ghi rồi, nhưng với nội dung khác. Nếu đây là một việc khác, hãy bấm ghi lần "
        "nữa; nếu lần trước ghi nhầm, hãy sửa dòng đó trong nhật ký.",
        "This form was written down before, with other content. If this is further work, send it "
        "once more; if that was a mistake, correct its line in the diary.",
    ),
    "diary.anyway": Text("Tôi hiểu, vẫn ghi", "I understand, write it down"),
    "diary.journal": Text(
        "Bây giờ không lưu được: hãy ghi lại sau, và gọi kỹ thuật viên.",
        "It cannot be saved now: write it later, and call the technician.",
    ),
    "diary.warned": Text("Chưa đủ ngày cách ly!", "Too early after spraying!"),
    "diary.other-work": Text("Chọn việc khác", "Other work"),
    "diary.cancel": Text("Quay lại nhật ký", "Back to the diary"),
    "diary.entry": Text("{kind}, {plot}", "{kind}, {plot}"),
    "diary.mend": Text("Sửa dòng này", "Correct this line"),
    "diary.mend.how": Text(
        "Dòng cũ vẫn còn trong sổ; dòng mới có giá trị.",
        "The old line stays in the book; the new one counts.",
    ),
    "diary.mend.why": Text("Vì sao sửa", "Why"),
    "diary.mend.save": Text("Ghi bản sửa", "Write the correction"),
    "diary.strike": Text("Việc này không có: gạch bỏ", "It never happened: strike it out"),
    "diary.earlier": Text("Các bản trước", "How it read before"),
    "diary.newer": Text("Dòng này đã được sửa. Xem bản mới", "It was corrected. See the new line"),
    # Exports.
    "diary.export": Text("In sổ nhật ký, tải Excel", "Print the diary, Excel"),
    "diary.export.how": Text(
        "Chọn thời gian và lô. Bản PDF để in và ký; Excel, CSV để nộp hoặc tính toán.",
        "Choose days and plot. PDF is to be printed and signed; Excel and CSV are for figures.",
    ),
    "diary.export.pdf": Text("PDF để in", "PDF to print"),
    "diary.export.xlsx": Text("Excel", "Excel"),
    "diary.export.csv": Text("CSV", "CSV"),
    "diary.export.enter": Text(
        "Sổ có tên người ghi, nên chỉ dành cho người có mã.",
        "The book has names in it, so it is for those who have the code.",
    ),
    "diary.export.open": Text("Mở", "Open"),
    "diary.export.from": Text("Từ ngày", "From"),
    "diary.export.to": Text("Đến hết ngày", "To the end of"),
    "diary.export.wrong": Text(
        "Ngày không đúng, hoặc ngày đầu sau ngày cuối.",
        "A day is wrong, or the first one is after the last.",
    ),
    "diary.export.long": Text(
        "Bản PDF dài quá {n} dòng: hãy chọn ít ngày hơn hoặc một lô. Excel và CSV không giới hạn.",
        "The PDF would have more than {n} {n:line|lines}: choose fewer days or one plot. "
        "Excel and CSV have no limit.",
    ),
    "diary.column.at": Text("Ngày, giờ", "Date, time"),
    "diary.column.end": Text("Xong lúc", "Ended"),
    "diary.column.kg": Text("kg", "kg"),
    "diary.column.planned": Text("m³ dự định", "m³ planned"),
    "diary.column.midnight": Text("m³ trước nửa đêm", "m³ before midnight"),
    "diary.column.roots": Text("mm tới rễ", "mm at the roots"),
    "diary.column.kind": Text("Việc đã làm", "Activity"),
    "diary.column.details": Text("Nội dung", "Details"),
    "diary.column.minutes": Text("Phút nước chảy", "Minutes of water"),
    "diary.column.volume": Text("m³", "m³"),
    "diary.column.depth": Text("mm ra khỏi ống", "mm from the pipe"),
    "diary.column.how": Text("Tự động / người làm", "Automatic / by hand"),
    "diary.column.auto": Text("tự động", "automatic"),
    "diary.column.hand": Text("người làm", "by hand"),
    "diary.column.operator": Text("Người thực hiện", "Operator"),
    "diary.column.id": Text("Mã dòng", "Line"),
    "diary.column.corrects": Text("Sửa cho dòng", "Corrects line"),
    "diary.column.state": Text("Hiệu lực", "State"),
    "diary.column.counts": Text("có giá trị", "counts"),
    "diary.paper.title": Text("Nhật ký sản xuất chè theo VietGAP", "VietGAP production diary: tea"),
    "diary.paper.period": Text("Từ {start} đến {end}", "From {start} to {end}"),
    "diary.paper.page": Text("Trang {n}/{total}", "Page {n}/{total}"),
    "diary.paper.made": Text("In lúc {when}", "Printed {when}"),
    "diary.paper.sign": Text("Người lập sổ (ký, ghi rõ họ tên)", "Kept by (signature, name)"),
    "diary.paper.check": Text("Người kiểm tra (ký, ghi rõ họ tên)", "Checked by (signature, name)"),
    "diary.paper.total": Text("Cộng", "Together"),
    "diary.paper.waterings": Text("tưới {n} lần, {m3} m³", "{n} {n:watering|waterings}, {m3} m³"),
    "diary.paper.plucked": Text("chè búp tươi {kg} kg", "{kg} kg of fresh leaf"),
    "diary.paper.fertilised": Text("phân bón {kg} kg", "{kg} kg of fertiliser"),
    "diary.paper.sprayed": Text("phun thuốc {n} lần", "{n} {n:spraying|sprayings}"),
    "diary.paper.none": Text("Không có dòng nào.", "There are no lines."),
    # Lots.
    "lots.title": Text("Lô hàng và mã QR", "Lots and QR codes"),
    "lots.intro": Text(
        "Mỗi lần hái có một mã. In nhãn dán lên bao: người mua quét mã sẽ thấy chè được chăm sóc "
        "thế nào, không có tên người.",
        "Every plucking has a code. Stick its label on the bag: a buyer who scans it reads how the "
        "tea was grown, and nobody's name.",
    ),
    "lots.none": Text("Chưa ghi lần hái nào.", "No plucking is written down yet."),
    "lots.label": Text("Nhãn để in", "Label to print"),
    "lots.page": Text("Trang người mua thấy", "What the buyer sees"),
    "lots.no-address": Text(
        "Chưa có mã QR: kỹ thuật viên cần ghi web.base_url trong site.yaml, là địa chỉ mà người "
        "mua mở được.",
        "There is no QR code yet: web.base_url in site.yaml must say under which address buyers "
        "reach this page.",
    ),
    "lots.reach.here": Text(
        "Mã để thử: chỉ mở được trên chính máy này, đừng dán lên bao. Kỹ thuật viên cần ghi "
        "web.base_url trong site.yaml, là địa chỉ mà người mua mở được.",
        "A code to try: only this machine opens it, do not stick it on a bag. web.base_url in "
        "site.yaml must say under which address buyers reach this page.",
    ),
    "lots.reach.hamlet": Text(
        "Mã này chỉ mở được trong mạng của xóm: người mua ở nơi khác không xem được. Kỹ thuật viên "
        "cần ghi web.base_url trong site.yaml, là địa chỉ mà mọi người mở được.",
        "This code opens only in the hamlet's own network, not for buyers elsewhere. web.base_url "
        "in site.yaml must say an address that everybody reaches.",
    ),
    "lot.title": Text("Chè {site}, lô {code}", "Tea of {site}, lot {code}"),
    "lot.code": Text("Mã lô hàng", "Lot"),
    "lot.day": Text("Ngày hái", "Plucked on"),
    "lot.qr": Text("Mã QR của lô {code}", "QR code of lot {code}"),
    "lot.before": Text("{n} ngày trước khi hái", "In the {n} {n:day|days} before plucking"),
    "lot.watered": Text(
        "Tưới {n} lần, tất cả {volume} ({how}).",
        "Watered {n} {n:time|times}, {volume} together ({how}).",
    ),
    "lot.not-watered": Text("Không tưới.", "Not watered."),
    "lot.sprayed": Text(
        "{date}: phun {product}, cách ly {days} ngày",
        "{date}: {product}, to wait {days} {days:day|days}",
    ),
    "lot.kept": Text("Đủ ngày cách ly", "Waited long enough"),
    "lot.not-kept": Text("Chưa đủ ngày cách ly", "Plucked too early"),
    "lot.not-sprayed": Text("Không phun thuốc.", "No pesticide was sprayed."),
    "lot.fertilised": Text("{date}: bón {product}", "{date}: {product}"),
    "lot.not-fertilised": Text("Không bón phân.", "No fertiliser was spread."),
    "lot.water": Text("Nước tưới", "Water"),
    "lot.sprays": Text("Thuốc bảo vệ thực vật", "Pesticides"),
    "lot.fertilisers": Text("Phân bón", "Fertilisers"),
    "lot.source": Text("Theo nhật ký canh tác của {site}.", "From the production diary of {site}."),
}
