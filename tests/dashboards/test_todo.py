from dashboards.todo import task_line
from devices.text import Text
from gateway.budgets import BABBLE
from gateway.decisions import State
from tests.dashboards.test_words import EN, VI
from tests.hamlet import HOUR_MS, NOW, Hamlet, Rule

DARK = Text("tối", "dark")


def test_several_devices_of_one_rule_are_one_line(hamlet: Hamlet) -> None:
    hamlet.rules = [Rule("dark", Text("Đèn không sáng", "Lamp failure"), {})]
    for number in (118, 116, 117):
        hamlet.turn(f"light-{number}", State.DOWN, NOW - HOUR_MS, "lamp-failure")
        hamlet.alert("rule:dark", f"light-{number}", DARK)
    [task] = hamlet.views.tasks()
    line = task_line(task, VI)
    assert line.title == "3 đèn không sáng: cột 116, 117, 118"
    assert line.note == (
        "Gần Nhà văn hóa xóm. Được lệnh sáng nhưng không ăn điện. "
        "Mang theo: bóng LED 30 W, thang. Báo từ 07:00."
    )
    assert task_line(task, EN).title == "Lamp failure (3): Light 116, 117, 118"


def test_one_device_speaks_for_itself(hamlet: Hamlet) -> None:
    hamlet.alert("rule:dark", "light-116", Text("Đèn cột 116 tối", "Light 116 is dark"))
    line = task_line(hamlet.views.tasks()[0], VI)
    assert (line.title, line.url) == ("Đèn cột 116 tối", "/devices/light-116")


def test_abbreviations_stay_and_what_is_too_long_is_counted(hamlet: Hamlet) -> None:
    hamlet.rules = [Rule("leds", Text("LED hỏng", "LED failed"), {})]
    for number in range(1, 20, 2):
        hamlet.alert("rule:leds", f"light-{number:03}", DARK)
    line = task_line(hamlet.views.tasks()[0], VI)
    assert line.title == "10 LED hỏng: Đèn cột 1, 3, 5, 7, 9 và 5 thiết bị nữa"


def test_several_that_babble_are_one_line(hamlet: Hamlet) -> None:
    for id in ("light-116", "light-117"):
        hamlet.alert(BABBLE, id, Text("Đèn gửi quá nhiều tin. Hãy tắt", "sends too much"))
    title = task_line(hamlet.views.tasks()[0], VI).title
    assert title == "2 thiết bị gửi quá nhiều tin: Đèn cột 116, 117"


def test_what_is_no_device_has_no_name(hamlet: Hamlet) -> None:
    for plot in ("lo-1", "lo-2"):
        hamlet.alert("irrigation", plot, Text("Van không mở", "The valve stays shut"))
    assert task_line(hamlet.views.tasks()[0], VI).title == "2 van không mở"


def test_a_fault_that_was_lost_from_sight_keeps_its_reason(hamlet: Hamlet) -> None:
    hamlet.rules = [Rule("dark", Text("Đèn không sáng", "Lamp failure"), {})]
    for number in (116, 118):
        hamlet.turn(f"light-{number}", State.DOWN, NOW - HOUR_MS, "lamp-failure")
        hamlet.turn(f"light-{number}", State.UNKNOWN, NOW - 60_000, "silent")
        hamlet.alert("rule:dark", f"light-{number}", DARK)
    note = task_line(hamlet.views.tasks()[0], VI).note
    assert "không ăn điện" in note
    assert "Mang theo" in note
