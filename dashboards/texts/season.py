"""Words about a simulated season of the plots."""

from devices.text import Text

SEASON: dict[str, Text] = {
    "season.head": Text(
        "{plots} lô, {days} ngày từ {first} đến {last}; {weather}",
        "{plots} {plots:plot|plots}, {days} {days:day|days} from {first} to {last}; {weather}",
    ),
    "season.simulated": Text(
        "thời tiết mô phỏng, mã ngẫu nhiên {seed}", "simulated weather, seed {seed}"
    ),
    "season.recorded": Text("thời tiết theo tệp {file}", "weather of {file}"),
    "season.sky": Text(
        "Mưa {rain} mm, chè cần {thirst} mm.", "{rain} mm of rain; the tea wants {thirst} mm."
    ),
    "season.way": Text("cách tưới", "way"),
    "season.water-m3": Text("nước m³", "water m³"),
    "season.water-mm": Text("nước mm", "water mm"),
    "season.stress-days": Text("ngày thiếu nước", "stress days"),
    "season.stressed-h": Text("giờ thiếu nước", "stress hours"),
    "season.unmet": Text("thiếu %", "unmet %"),
    "season.drained": Text("thấm mất mm", "drained mm"),
    "season.runoff": Text("chảy tràn mm", "run off mm"),
    "season.stored": Text("đất giữ thêm mm", "soil gains mm"),
    "season.runs": Text("lượt tưới", "runs"),
    "season.fixed": Text("hẹn giờ {mm} mm/ngày", "timer, {mm} mm a day"),
    "season.schedule": Text("theo lịch", "schedule"),
    "season.soil": Text("theo cảm biến đất", "soil probes"),
    "season.balance": Text("theo cân bằng nước", "balance"),
    "season.none": Text("không tưới", "no watering"),
    "season.legend": Text(
        "Mỗi lô, trung bình. Ngày thiếu nước: chè thiếu hơn {share} % lượng nước cần; giờ thiếu"
        " nước: có một tầng đất khô đến mức rễ hút khó hơn. Thiếu: phần nước cây cần mà không hút"
        " được.",
        "Of a plot, on the mean. Stress days: the tea lacks more than {share} % of what it wants;"
        " stress hours: in some layer it is harder to get (Ks < 1). Unmet: the share of its thirst"
        " that it could not quench.",
    ),
    "season.less": Text(
        "{way}: ít nước hơn {percent} so với {other}.",
        "{way}: {percent} less water than {other}.",
    ),
    "season.more": Text(
        "{way}: nhiều nước hơn {percent} so với {other}.",
        "{way}: {percent} more water than {other}.",
    ),
    "season.kept-back": Text("{way}: không tưới vì {reasons}.", "{way}: kept back by {reasons}."),
    "season.failed": Text(
        "{way}: {count} lượt tưới hỏng: {causes}.",
        "{way}: {count} {count:run|runs} failed: {causes}.",
    ),
    "season.believed": Text(
        "{way}: cuối kỳ theo tính toán còn thiếu {believed} mm, thật ra đất thiếu {ground} mm;"
        " sai lệch trung bình {error} mm.",
        "{way}: at the end the balance believed {believed} mm to be missing, the ground lacked"
        " {ground} mm; its mean error was {error} mm.",
    ),
    "season.depletion": Text("đất thiếu, mm", "missing in the soil, mm"),
    "season.full": Text("đất đủ nước, phần thừa sẽ thấm mất", "full: what is above drains away"),
    "season.came-to": Text(
        "{way}: tưới {water} mm, {stress} ngày thiếu nước, thấm mất {drained} mm",
        "{way}: {water} mm of water, {stress} stress days, {drained} mm drained",
    ),
    "season.raw": Text("bắt đầu thiếu nước", "thirst begins"),
    "season.rain": Text("mưa, mm/ngày", "rain, mm a day"),
    "season.irrigation": Text("tưới, mm/ngày", "irrigation, mm a day"),
}
