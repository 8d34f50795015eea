"""Words of the pages on alerts and for the technician."""

from devices.text import Text

PEOPLE: dict[str, Text] = {
    "alerts.title": Text("Cảnh báo", "Alerts"),
    "alerts.open": Text("Đang mở", "Open"),
    "alerts.past": Text("Đã xử lý", "Resolved"),
    "alerts.more": Text("Xem thêm {n} cảnh báo", "Show {n} more {n:alert|alerts}"),
    "alerts.none": Text("Không có cảnh báo nào đang mở.", "No open alerts."),
    "alerts.past.none": Text("Chưa có cảnh báo nào.", "No alerts yet."),
    "technician.title": Text("Kỹ thuật", "Technician"),
    "technician.new": Text("Thiết bị mới", "New devices"),
    "technician.new.none": Text("Không có thiết bị mới.", "No new devices."),
    "technician.new.how": Text(
        "Để nhận một thiết bị, ghi nó vào devices.yaml và khởi động lại, hoặc gửi POST tới "
        "/api/v1/devices/<mã>/adopt với mã bí mật trong data/web-token.",
        "To adopt a device, write it into devices.yaml and start again, or send a POST to "
        "/api/v1/devices/<id>/adopt with the token of data/web-token.",
    ),
    "technician.new.more": Text("và {n} thiết bị nữa", "and {n} more"),
    "technician.rejected": Text("Tin bị từ chối", "Rejected messages"),
    "technician.rejected.none": Text("Không có tin nào bị từ chối.", "No message was rejected."),
    "technician.rejected.times": Text("giữ lại {n} tin như vậy", "{n} like this kept"),
    "technician.rules": Text("Quy tắc", "Rules"),
    "technician.rules.none": Text("Chưa có quy tắc nào.", "No rules yet."),
    "technician.rules.calm": Text("{n} quy tắc bình thường", "{n} quiet {n:rule|rules}"),
    "technician.rule.error": Text("Lỗi", "Error"),
    "technician.rule.lost": Text("Nhường quy tắc khác", "Overruled"),
    "technician.gateway": Text("Máy ở nhà văn hóa", "The gateway"),
    "technician.broker": Text("Máy chủ tin (MQTT)", "Broker (MQTT)"),
    "technician.store": Text("Kho lâu dài (InfluxDB)", "Long-term store (InfluxDB)"),
    "technician.store.absent": Text("không dùng", "not used"),
    "technician.backlog": Text("{n} tin chờ gửi", "{n} {n:reading waits|readings wait}"),
    "technician.figures": Text(
        "Số liệu của máy: ổ đĩa, nhiệt độ, bộ nhớ", "Its disk, temperature and memory"
    ),
    "technician.clock": Text("Giờ của hệ thống", "The gateway's time"),
    "technician.clock.machine": Text("giờ của máy: {when}", "the machine says {when}"),
    "technician.clock.agrees": Text("khớp với giờ của máy", "agrees with the machine's"),
    "technician.clock.differs": Text("khác giờ của máy", "differs from the machine's"),
    "technician.clock.unknown": Text("chưa biết giờ", "not known yet"),
    "technician.clock.uncertain": Text(
        "{n} tin không bao giờ biết được giờ: mất điện trước khi hệ thống biết giờ",
        "{n} {n:message|messages} whose time nobody will ever know: "
        "the power went before the time was known",
    ),
    "technician.forecast": Text("Dự báo mưa ({source})", "Forecast of rain ({source})"),
    "technician.forecast.rain": Text("{depth} trong 24 giờ tới", "{depth} in the next 24 hours"),
    "technician.forecast.issued": Text("phát hành {when}", "issued {when}"),
    "technician.written": Text(
        "Ghi xuống đĩa khoảng {volume} mỗi ngày", "Writes about {volume} to the disk each day"
    ),
    "link.up": Text("kết nối", "connected"),
    "link.down": Text("mất kết nối", "not connected"),
    "reason.bad-topic": Text("chủ đề sai", "bad topic"),
    "reason.unknown-kind": Text("loại thiết bị lạ", "unknown kind of device"),
    "reason.other-kind": Text("mã này thuộc loại khác", "the id belongs to another kind"),
    "reason.too-many-devices": Text("quá nhiều thiết bị mới", "too many new devices"),
    "reason.too-large": Text("tin quá lớn", "too large"),
    "reason.babbling": Text("gửi quá nhiều", "sends too much"),
    "reason.not-json": Text("không phải JSON", "not JSON"),
    "reason.too-deep": Text("lồng quá sâu", "nested too deeply"),
    "reason.wrong-type": Text("sai kiểu dữ liệu", "wrong type"),
    "reason.not-finite": Text("số không hữu hạn", "number not finite"),
    "reason.out-of-range": Text("ngoài khoảng vật lý", "outside the physical range"),
    "reason.no-sequence": Text("thiếu số thứ tự", "sequence number missing"),
    "reason.no-metric": Text("không có số đo nào", "no metric in it"),
    "reason.bad-time": Text("thời gian sai", "bad time"),
    "reason.future-time": Text("thời gian ở tương lai", "time in the future"),
    "reason.bad-status": Text("trạng thái sai", "bad status"),
}
