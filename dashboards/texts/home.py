"""Words of the first page and of the public status page."""

from devices.text import Text

HOME: dict[str, Text] = {
    # The sentence: what a person would say if asked how the hamlet is.
    "say.time.unknown": Text("Chưa biết giờ", "Time not known yet"),
    "say.lights.good.lit": Text("Đèn đường đang sáng tốt.", "The streetlights are on and fine."),
    "say.lights.good.dark": Text(
        "Đêm qua đèn đường sáng tốt.", "The streetlights were fine last night."
    ),
    "say.lights.except.lit": Text(
        "Đèn đường đang sáng tốt, trừ {n} đèn{near}.",
        "The streetlights are fine, except {n}{near}.",
    ),
    "say.lights.except.dark": Text(
        "Đêm qua đèn đường sáng tốt, trừ {n} đèn{near}.",
        "The streetlights were fine last night, except {n}{near}.",
    ),
    "say.lights.bad": Text(
        "{n} trên {total} đèn đường bị hỏng{near}.",
        "{n} of {total} {total:streetlight|streetlights} {n:does|do} not work{near}.",
    ),
    "say.lights.unknown": Text(
        "Chưa rõ tình trạng của {n} trên {total} đèn đường.",
        "Nothing is known of {n} of {total} {total:streetlight|streetlights}.",
    ),
    "say.lights.some-unknown": Text("Chưa rõ {n} đèn.", "Nothing is known of {n}."),
    "say.near": Text(" gần {place}", " near {place}"),
    "say.wifi": Text(
        "Wifi xóm hoạt động {n} trên {total} điểm.",
        "Public wifi works at {n} of {total} {total:hotspot|hotspots}.",
    ),
    "say.wifi.some-unknown": Text(
        "Wifi xóm hoạt động {n} trên {total} điểm, chưa rõ {unknown} điểm.",
        "Public wifi works at {n} of {total} {total:hotspot|hotspots}; "
        "nothing is known of {unknown}.",
    ),
    "say.watering": Text("Đang tưới {n} lô chè.", "{n} tea {n:plot is|plots are} being watered."),
    "say.nothing": Text(
        "Chưa có thiết bị nào. Khi thiết bị đầu tiên gửi tin, nó sẽ hiện ở trang Kỹ thuật.",
        "No devices yet. The first one that sends a message appears on the Technician page.",
    ),
    "say.new": Text(
        "Có {n} thiết bị mới chờ được nhận ở trang Kỹ thuật.",
        "{n} new {n:device waits|devices wait} on the Technician page to be adopted.",
    ),
    "say.waiting": Text(
        "Chưa nhận được tin nào từ thiết bị. Đang chờ tin đầu tiên.",
        "No device has been heard yet. Waiting for the first message.",
    ),
    "say.aloud": Text("Đọc to", "Read aloud"),
    "say.updated": Text("Tin mới nhất {age}", "Last heard {age}"),
    # Tiles.
    "tile.of.light": Text("/ {total} đèn tốt", "/ {total} fine"),
    "tile.of.light.lit": Text("/ {total} đang sáng", "/ {total} shining"),
    "tile.of.wifi": Text("/ {total} điểm có mạng", "/ {total} online"),
    "tile.of.speaker": Text("/ {total} cụm tốt", "/ {total} fine"),
    "tile.of": Text("/ {total} hoạt động", "/ {total} working"),
    "tile.down.light": Text("{n} hỏng", "{n} not working"),
    "tile.down.wifi": Text("{n} mất mạng", "{n} offline"),
    "tile.down": Text("{n} hỏng", "{n} not working"),
    "tile.unknown": Text("{n} chưa rõ", "{n} unknown"),
    "tile.all": Text("Tất cả hoạt động", "All working"),
    "tile.none": Text("Chưa có thiết bị", "No devices yet"),
    "tile.watering": Text("{n:lô} đang tưới", "{n:plot|plots} being watered"),
    "tile.watering.left": Text("còn {duration}", "{duration} left"),
    "tile.watering.idle": Text("Không tưới", "Not watering"),
    "tile.watering.today": Text("Hôm nay {volume}.", "Today {volume}."),
    "week.nights": Text("7 đêm", "7 nights"),
    "week.days": Text("7 ngày", "7 days"),
    "week.summary": Text(
        "{period}: {uptime} · biết {coverage} thời gian", "{period}: {uptime} · {coverage} known"
    ),
    "week.insufficient": Text(
        "{period}: không đủ dữ liệu · biết {coverage} thời gian",
        "{period}: insufficient data · {coverage} known",
    ),
    "week.day": Text("{date}: {uptime}, biết {coverage}", "{date}: {uptime}, {coverage} known"),
    "week.day.unknown": Text(
        "{date}: không đủ dữ liệu, biết {coverage}",
        "{date}: insufficient data, {coverage} known",
    ),
    "others.title": Text("Thiết bị khác", "Other devices"),
    # What needs me today.
    "todo.title": Text("Cần làm hôm nay", "What needs you today"),
    "todo.none": Text(
        "Không có việc gì. Hệ thống vẫn theo dõi liên tục.",
        "Nothing. The system keeps watching.",
    ),
    "todo.several": Text("{n} {what}", "{what} ({n})"),
    "todo.named": Text("{what}: {names}", "{what}: {names}"),
    "todo.and": Text("{names} và {n} thiết bị nữa", "{names} and {n} more"),
    "todo.near": Text("Gần {place}.", "Near: {place}."),
    "todo.since": Text("Báo từ {when}.", "Reported since {when}."),
    "todo.why.lamp-failure": Text(
        "Được lệnh sáng nhưng không ăn điện.", "Told to shine, they draw no power."
    ),
    "todo.why.battery-empty": Text(
        "Pin cạn: tấm pin bẩn, bị che, hoặc pin đã chai.",
        "The battery is empty: panel dirty or shaded, or battery worn out.",
    ),
    "todo.why.no-internet": Text(
        "Thiết bị còn điện, đường truyền mất.", "They have power, but no line."
    ),
    "todo.why.silent": Text(
        "Hiện không có tin: có thể mất sóng hoặc mất điện.",
        "No messages now: radio or power may be gone.",
    ),
    "todo.why.offline": Text(
        "Hiện không có tin: có thể mất sóng hoặc mất điện.",
        "No messages now: radio or power may be gone.",
    ),
    "todo.bring": Text("Mang theo: {what}.", "Bring: {what}."),
    "todo.look": Text("Xem", "Look"),
    "todo.look.named": Text("Xem {name}", "Look at {name}"),
    "todo.acknowledged": Text("đã xác nhận", "acknowledged"),
    "severity.critical": Text("Khẩn cấp", "Urgent"),
    "severity.warning": Text("Cần xử lý", "To do"),
    "severity.info": Text("Để biết", "Note"),
    "bring.lamp-failure": Text("bóng LED {lamp_w} W, thang", "an LED lamp of {lamp_w} W, a ladder"),
    "bring.battery-empty": Text(
        "đồng hồ đo điện, khăn lau tấm pin, thang",
        "a multimeter, a cloth for the solar panel, a ladder",
    ),
    "bring.no-internet": Text("điện thoại để gọi nhà mạng", "a telephone to call the provider"),
    "bring.no-power": Text("bút thử điện, cầu chì", "a voltage tester, fuses"),
    # The drawing.
    "map.title": Text("Sơ đồ xóm", "Map of the hamlet"),
    "map.summary": Text(
        "Sơ đồ xóm: {up} thiết bị hoạt động, {down} hỏng, {unknown} chưa rõ",
        "Map of the hamlet: {up} {up:device|devices} working, {down} not working, "
        "{unknown} unknown",
    ),
    "map.light": Text("đèn tốt", "light, working"),
    "map.other": Text("thiết bị khác, tốt", "other device, working"),
    "map.down": Text("hỏng", "not working"),
    "map.unknown": Text("chưa rõ", "unknown"),
    "map.none": Text(
        "Chưa có vị trí nào. Ghi vị trí thiết bị trong devices.yaml để vẽ sơ đồ.",
        "No positions yet. Give devices a position in devices.yaml to draw them.",
    ),
    "map.hint": Text("Bấm vào một dấu để xem thiết bị.", "Click a mark to see the device."),
    "status.title": Text("Tình hình xóm", "How the hamlet is"),
}
