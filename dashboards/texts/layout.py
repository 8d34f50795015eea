"""Words of every page: navigation, times, connection, errors."""

from devices.text import Text

LAYOUT: dict[str, Text] = {
    "nav.label": Text("Chính", "Main"),
    "nav.home": Text("Tổng quan", "Overview"),
    "nav.devices": Text("Thiết bị", "Devices"),
    "nav.alerts": Text("Cảnh báo", "Alerts"),
    "nav.watering": Text("Tưới chè", "Watering"),
    "nav.diary": Text("Nhật ký", "Diary"),
    "nav.technician": Text("Kỹ thuật", "Technician"),
    "nav.skip": Text("Đến nội dung chính", "Skip to content"),
    "lang.other": Text("English", "Tiếng Việt"),
    # Times. {n} is a whole number.
    "age.s": Text("{n} giây trước", "{n} s ago"),
    "age.min": Text("{n} phút trước", "{n} min ago"),
    "age.h": Text("{n} giờ trước", "{n} h ago"),
    "age.d": Text("{n} ngày trước", "{n} d ago"),
    "time.today": Text("{time}", "{time}"),
    "time.yesterday": Text("{time} hôm qua", "{time} yesterday"),
    "time.before": Text("{time} ngày {date}", "{time} on {date}"),
    "time.full": Text("{weekday} {date}, {time}", "{weekday} {date}, {time}"),
    "weekday.0": Text("Thứ Hai", "Monday"),
    "weekday.1": Text("Thứ Ba", "Tuesday"),
    "weekday.2": Text("Thứ Tư", "Wednesday"),
    "weekday.3": Text("Thứ Năm", "Thursday"),
    "weekday.4": Text("Thứ Sáu", "Friday"),
    "weekday.5": Text("Thứ Bảy", "Saturday"),
    "weekday.6": Text("Chủ Nhật", "Sunday"),
    "duration.s": Text("{n} giây", "{n} s"),
    "duration.min": Text("{n} phút", "{n} min"),
    "duration.d": Text("{n} ngày", "{n} {n:day|days}"),
    "duration.h.whole": Text("{n} giờ", "{n} h"),
    "duration.h": Text("{n} giờ {minutes} phút", "{n} h {minutes} min"),
    "value.yes": Text("Có", "Yes"),
    "value.no": Text("Không", "No"),
    "value.unknown": Text("chưa rõ", "unknown"),
    # States: always word, sign and colour.
    "state.up": Text("Hoạt động", "Working"),
    "state.down": Text("Hỏng", "Not working"),
    "state.unknown": Text("Chưa rõ", "Unknown"),
    "state.since": Text("{what} từ {when}", "{what} since {when}"),
    "state.since.first": Text("{what}, lâu nhất từ {when}", "{what}, the first since {when}"),
    # The connection of this page and of the gateway.
    "live.lost": Text(
        "Mất liên lạc với máy ở nhà văn hóa từ {when}. Số liệu trên trang là của lúc đó.",
        "No contact with the gateway since {when}. What you see is from then.",
    ),
    "live.full": Text(
        "Quá nhiều người đang xem: trang này không tự cập nhật. Hãy tải lại sau.",
        "Too many pages are open: this one does not update by itself. Reload it later.",
    ),
    "notice.broker": Text(
        "Từ {when} không nhận được tin của thiết bị. Hệ thống đang tự kết nối lại.",
        "No messages from the devices since {when}. Reconnecting by itself.",
    ),
    "notice.broker.never": Text(
        "Chưa kết nối được với máy chủ tin của thiết bị. Hệ thống đang tự thử lại.",
        "Not yet connected to the devices' broker. Trying again by itself.",
    ),
    "notice.store": Text(
        "Kho lưu trữ lâu dài ngừng từ {when}. Dữ liệu vẫn lưu ở nhà văn hóa, sẽ được gửi sau.",
        "The long-term store is down since {when}. Data are kept here and sent later.",
    ),
    "notice.store.never": Text(
        "Chưa kết nối được kho lưu trữ lâu dài. Dữ liệu vẫn lưu ở nhà văn hóa, sẽ được gửi sau.",
        "The long-term store cannot be reached yet. Data are kept here and sent later.",
    ),
    "notice.clock": Text(
        "Hệ thống chưa biết giờ đúng: giờ trên trang này có thể sai, và tạm chưa tưới.",
        "The gateway does not know the time yet: times on this page may be wrong, and nothing is "
        "watered.",
    ),
    "notice.journal": Text(
        "Không lưu được dữ liệu mới: ổ đĩa đầy hoặc hỏng. Hãy gọi kỹ thuật viên ngay.",
        "New data cannot be saved: the disk is full or broken. Call the technician now.",
    ),
    "notice.disk-full": Text(
        "Ổ đĩa đầy: số liệu mới đang chờ, lệnh và cảnh báo vẫn chạy. Hãy gọi kỹ thuật viên.",
        "The disk is full: new data wait, commands and alerts still work. Call the technician.",
    ),
    "error.400.title": Text("Không đọc được phiếu này", "This form cannot be read"),
    "error.400.text": Text(
        "Trình duyệt đã gửi một phiếu bị hỏng. Hãy quay lại và gửi lần nữa.",
        "The browser sent a form that is broken. Go back and send it again.",
    ),
    "error.404.title": Text("Không có trang này", "There is no such page"),
    "error.404.text": Text(
        "Địa chỉ có thể đã gõ sai, hoặc thiết bị đã được gỡ bỏ.",
        "The address may be mistyped, or the device was removed.",
    ),
    "error.500.title": Text("Trang này đang lỗi", "Something went wrong here"),
    "error.500.text": Text(
        "Thiết bị vẫn chạy, dữ liệu vẫn được lưu. Hãy thử lại; nếu vẫn lỗi, báo kỹ thuật viên.",
        "Devices go on working and data are kept. Try again; if it stays, tell the technician.",
    ),
    "error.home": Text("Về trang tổng quan", "Back to the overview"),
}
