"""What a rule does, told to people who read no YAML: each feature in both languages."""

import pytest

from devices.kinds import KINDS
from devices.text import Text
from gateway.rules.sentence import Names, say
from gateway.rules.sentence.phrases import NBSP
from tests.gateway.rules.scene import ALERT, device, fleet_of, read_rules

NAMES = Names(
    KINDS,
    {"pump-1": Text("Máy bơm suối", "Stream pump"), "gateway": KINDS["gateway"].label},
    {"lo-3": Text("Lô chè 3", "Tea plot 3")},
    {"cho": Text("Chợ", "the market")},
)
DEVICES = [
    device("soil", "s1", tags=frozenset({"tea"}), plot="lo-3"),
    device("pump", "pump-1"),
    device("gateway", "gateway"),
]


def told(text: str) -> Text:
    """The sentence of a rule; what is missing in the YAML is filled in, spaces are plain."""
    head = "- rule: r\n  label: x\n"
    kind = "" if "\n  on:" in f"\n{text}" else "  on: {kind: soil}\n"
    then = "" if "then:" in text else ALERT
    [rule] = read_rules(head + kind + text + then, fleet_of(DEVICES), ["lo-3"])
    sentence = say(rule, NAMES)
    return Text(*(one.replace(NBSP, " ") for one in sentence))


def test_the_whole_of_a_rule() -> None:
    sentence = told(
        "  on: {kind: soil, tag: tea}\n"
        "  when: soil_moisture_pct < 24 and rain_24h_mm(device.plot) < 5\n"
        "  for: 10m\n"
        "  until: soil_moisture_pct > 27.5\n"
        "  cooldown: 6h\n"
        "  unknown: clear\n"
        '  then: [{irrigate: {plot: "{device.plot}", depth_mm: 6}}, {alert: {severity: warning}}]\n'
    )
    assert sentence.en == (
        "When at a soil sensor tagged “tea” the soil moisture has been below 24 % for 10 minutes"
        " and the rainfall of the last 1 day on its plot is below 5 mm, water 6 mm on its plot;"
        " warn. It ends when the soil moisture is above 27.5 %. Not again within 6 hours."
        " While it is unknown, it counts as no."
    )
    assert sentence.vi == (
        "Khi ở một cảm biến đất có nhãn “tea”, độ ẩm đất dưới 24 % liên tục 10 phút"
        " và lượng mưa 1 ngày qua ở lô đó dưới 5 mm thì tưới 6 mm cho lô đó; cảnh báo."
        " Kết thúc khi độ ẩm đất trên 27,5 %. Trong 6 giờ không lặp lại."
        " Khi chưa rõ thì coi như không phải."
    )


@pytest.mark.parametrize(
    ("condition", "vi", "en"),
    [
        ("soil_moisture_pct <= 24", "độ ẩm đất không quá 24 %",
         "the soil moisture is at most 24 %"),
        ("24 > soil_moisture_pct", "độ ẩm đất dưới 24 %", "the soil moisture is below 24 %"),
        ("not soil_moisture_pct < 24", "độ ẩm đất từ 24 % trở lên",
         "the soil moisture is at least 24 %"),
        ("4.5 <= soil_ph <= 6", "độ pH đất từ 4,5 đến 6", "the soil pH is between 4.5 and 6"),
        ("not (4.5 <= soil_ph <= 6)", "độ pH đất dưới 4,5 hoặc trên 6",
         "the soil pH is below 4.5 or above 6"),
        ("soil_ph in (4, 5)", "độ pH đất là 4 hoặc 5", "the soil pH is 4 or 5"),
        ("soil_ph < 4 or soil_ph > 6 and battery_v > 3",
         "độ pH đất dưới 4 hoặc (độ pH đất trên 6 và điện áp pin trên 3 V)",
         "the soil pH is below 4 or (the soil pH is above 6 and the battery voltage is above 3 V)"),
        ("soil_moisture_pct < device.dry * (1 + 2)",
         "độ ẩm đất dưới thông số “dry” của thiết bị × (1 + 2)",
         "the soil moisture is below the device's “dry” × (1 + 2)"),
        ("known(soil_ph)", "đã biết độ pH đất", "the soil pH is known"),
        ("not known(soil_ph)", "chưa rõ độ pH đất", "the soil pH is unknown"),
        ("age(soil_ph) > 600", "đã 10 phút chưa có số đo độ pH đất",
         "the soil pH has not been measured for 10 minutes"),
        ("age(soil_ph) < 600", "có số đo độ pH đất trong 10 phút qua",
         "the soil pH was measured within the last 10 minutes"),
        ("avg(soil_moisture_pct, 6h) < 24", "độ ẩm đất trung bình trong 6 giờ dưới 24 %",
         "the average soil moisture over 6 hours is below 24 %"),
        ("max(soil_moisture_pct, 1h) - min(soil_moisture_pct, 1h) > 9",
         "độ ẩm đất cao nhất trong 1 giờ − độ ẩm đất thấp nhất trong 1 giờ trên 9",
         "the highest soil moisture in 1 hour − the lowest soil moisture in 1 hour is above 9"),
        ("delta(soil_moisture_pct, 1h) < -5", "mức thay đổi độ ẩm đất trong 1 giờ dưới −5 %",
         "the change of soil moisture in 1 hour is below −5 %"),
        ("count(soil_ph, 1h) < 3", "số lần đo độ pH đất trong 1 giờ dưới 3",
         "the number of soil pH readings in 1 hour is below 3"),
        ("changed(soil_ph)", "độ pH đất vừa thay đổi", "the soil pH has changed"),
        ('last(pressure_kpa, device="pump-1") < 9 and soil_ph < 5',
         "áp suất của Máy bơm suối dưới 9 kPa và độ pH đất dưới 5",
         "the pressure of Stream pump is below 9 kPa and the soil pH is below 5"),
        ("soil_ph < 5 and is_night and hour >= 22",
         "độ pH đất dưới 5 và trời tối và giờ trong ngày từ 22 trở lên",
         "the soil pH is below 5 and it is night and the hour of the day is at least 22"),
        ("soil_ph < 5 and not is_night", "độ pH đất dưới 5 và trời sáng",
         "the soil pH is below 5 and it is day"),
    ],
)  # fmt: skip
def test_conditions(condition: str, vi: str, en: str) -> None:
    sentence = told(f"  when: {condition}\n")
    assert sentence.vi == f"Khi ở một cảm biến đất, {vi} thì cảnh báo."
    assert sentence.en == f"When at a soil sensor {en}, warn."


def test_the_middle_of_the_neighbours() -> None:
    sentence = told('  when: soil_ph < median(soil_ph, kind="soil", plot=device.plot)\n')
    assert sentence.vi == (
        "Khi ở một cảm biến đất, độ pH đất dưới mức giữa của độ pH đất ở các cảm biến đất khác"
        " ở cùng lô thì cảnh báo."
    )
    assert sentence.en == (
        "When at a soil sensor the soil pH is below the median soil pH of the other soil sensors"
        " at the same plot, warn."
    )


@pytest.mark.parametrize(
    ("on", "vi", "en"),
    [
        (
            "{kind: [soil, wifi]}",
            "một cảm biến đất hoặc điểm wifi",
            "a soil sensor or wifi hotspot",
        ),
        ("{kind: soil, place: cho}", "một cảm biến đất ở Chợ", "a soil sensor at the market"),
        ("{kind: soil, plot: lo-3}", "một cảm biến đất ở Lô chè 3", "a soil sensor at Tea plot 3"),
        ("{device: pump-1}", "Máy bơm suối", "Stream pump"),
        ("{device: [pump-1, pump-2]}", "Máy bơm suối hoặc pump-2", "Stream pump or pump-2"),
        ("{device: [a, b, c, d]}", "một trong 4 thiết bị", "one of 4 devices"),
        ("{device: gateway}", "máy ở nhà văn hóa", "the gateway"),
        ("{tag: x}", "một thiết bị có nhãn “x”", "a device tagged “x”"),
    ],
)
def test_whom_it_is_about(on: str, vi: str, en: str) -> None:
    sentence = told(f"  on: {on}\n  silent: 1h 30m\n")
    assert sentence.vi == f"Khi {vi} không gửi gì suốt 1 giờ 30 phút thì cảnh báo."
    assert sentence.en == f"When {en} has sent nothing for 1 hour 30 minutes, warn."


@pytest.mark.parametrize(
    ("action", "vi", "en"),
    [
        ("alert: {severity: info}", "báo tin", "tell people"),
        ("alert: {severity: critical}", "báo động khẩn cấp", "raise the alarm"),
        ("irrigate: {plot: lo-3, litres: 1200}", "tưới 1 200 lít cho Lô chè 3",
         "water 1,200 litres on Tea plot 3"),
        ("irrigate: {plot: lo-3, minutes: 20}", "tưới 20 phút cho Lô chè 3",
         "water for 20 minutes on Tea plot 3"),
        ("command: {device: pump-1, command: start, lease_s: 600}",
         "ra lệnh cho Máy bơm suối: chạy bơm, trong 10 phút",
         "tell Stream pump: start pump, for 10 minutes"),
        ("command: {on: {kind: light, place: cho}, command: set-brightness, brightness_pct: 50}",
         "ra lệnh cho mọi đèn đường ở Chợ: chỉnh độ sáng, độ sáng 50 %",
         "tell every streetlight at the market: set brightness, brightness 50 %"),
    ],
)  # fmt: skip
def test_what_it_does(action: str, vi: str, en: str) -> None:
    sentence = told(f"  when: soil_ph < 4\n  then: [{{{action}}}]\n")
    assert sentence.vi == f"Khi ở một cảm biến đất, độ pH đất dưới 4 thì {vi}."
    assert sentence.en == f"When at a soil sensor the soil pH is below 4, {en}."


@pytest.mark.parametrize(
    ("trigger", "vi", "en"),
    [
        ("  at: ['06:30', sunset-30m]\n",
         "Mỗi ngày lúc 06:30 và 30 phút trước khi mặt trời lặn, với một cảm biến đất",
         "Every day at 06:30 and 30 minutes before sunset, for a soil sensor"),
        ("  at: sunrise+1h\n  when: soil_ph < 4\n",
         "Mỗi ngày lúc 1 giờ sau khi mặt trời mọc, nếu ở một cảm biến đất, độ pH đất dưới 4",
         "Every day at 1 hour after sunrise, if at a soil sensor the soil pH is below 4"),
        ("  every: '0 6 * * *'\n", "Mỗi ngày lúc 06:00, với một cảm biến đất",
         "Every day at 06:00, for a soil sensor"),
        ("  every: '*/15 * * * *'\n", "Cứ 15 phút một lần, với một cảm biến đất",
         "Every 15 minutes, for a soil sensor"),
        ("  every: '0 * * * *'\n", "Mỗi giờ một lần, với một cảm biến đất",
         "Every hour, for a soil sensor"),
        ("  every: '0 6 1 * *'\n", "Theo lịch “0 6 1 * *”, với một cảm biến đất",
         "By the plan “0 6 1 * *”, for a soil sensor"),
    ],
)  # fmt: skip
def test_moments(trigger: str, vi: str, en: str) -> None:
    sentence = told(trigger + "  missed: skip\n  until: 12h\n")
    assert sentence.vi == f"{vi} thì cảnh báo. Kéo dài 12 giờ."
    assert sentence.en == f"{en}, warn. It lasts 12 hours."


def test_events() -> None:
    sentence = told("  event: {name: opened, code: 7}\n  until: 12h\n")
    assert sentence.vi.startswith("Khi một cảm biến đất báo sự kiện “opened (7)” thì cảnh báo.")
    assert sentence.en.startswith("When a soil sensor reports the event “opened (7)”, warn.")


def test_what_was_missed() -> None:
    sentence = told("  at: '06:30'\n  missed: run\n  until: 12h\n")
    assert sentence.vi.endswith(" Nếu bị lỡ thì làm bù một lần.")
    assert sentence.en.endswith(" What was missed is made up for once.")


@pytest.mark.parametrize(
    ("only", "vi", "en"),
    [
        ("between: ['22:00', sunrise]", "từ 22:00 đến mặt trời mọc", "from 22:00 to sunrise"),
        ("weekdays: [mon, fri, sun]", "vào thứ hai, thứ sáu và chủ nhật",
         "on Monday, Friday and Sunday"),
        ("months: [3, 11]", "từ tháng 3 đến tháng 11", "from March to November"),
        ("months: [11, 2]", "từ tháng 11 đến tháng 2", "from November to February"),
    ],
)  # fmt: skip
def test_hours(only: str, vi: str, en: str) -> None:
    sentence = told(f"  when: soil_ph < 4\n  only: {{{only}}}\n")
    assert sentence.vi.endswith(f" thì cảnh báo. Chỉ {vi}.")
    assert sentence.en.endswith(f", warn. Only {en}.")


@pytest.mark.parametrize(
    ("text", "vi", "en"),
    [
        ("  on: {kind: light}\n  silent: 30m\n  group: {by: road, at_least: 3}\n",
         "Khi trên cùng một tuyến đường có ít nhất 3 đèn đường không gửi gì suốt 30 phút",
         "When on one road at least 3 streetlights have sent nothing for 30 minutes"),
        ("  when: soil_ph < 4\n  for: 1h\n  group: {by: plot, share: 50%}\n",
         "Khi trên cùng một lô có ít nhất 50 % số cảm biến đất mà độ pH đất dưới 4, liên tục 1 giờ",
         "When on one plot, for at least 50 % of the soil sensors, the soil pH is below 4,"
         " for 1 hour"),
    ],
)  # fmt: skip
def test_groups(text: str, vi: str, en: str) -> None:
    sentence = told(text)
    assert sentence.vi == f"{vi} thì cảnh báo."
    assert sentence.en == f"{en}, warn."


@pytest.mark.parametrize(
    ("kind", "condition", "en"),
    [
        ("wifi", "clients > 40", "the connections are above 40"),
        ("wifi", "loss_pct > 10", "the packet loss is above 10 %"),
        ("light", "brightness_pct > 0", "the brightness is above 0 %"),
    ],
)
def test_one_and_many(kind: str, condition: str, en: str) -> None:
    assert f" {en}, warn." in told(f"  on: {{kind: {kind}}}\n  when: {condition}\n").en
