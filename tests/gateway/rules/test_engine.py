"""What a rule does, sentence by sentence of docs/rules.md, each with explicit times."""

import pytest

from devices.text import Text
from gateway.decisions import (
    AlertAsked,
    AlertCleared,
    IrrigationAsked,
    RuleChanged,
    RuleState,
    Severity,
)
from tests.gateway.rules.scene import (
    ALERT,
    BELOW,
    DRY,
    FIRING,
    HOUR,
    INACTIVE,
    MINUTE,
    PENDING,
    SECOND,
    SILENT,
    START,
    WATER,
    Scene,
    device,
)


def test_a_condition_without_for_fires_at_once_and_ends_with_it() -> None:
    scene = Scene(BELOW + ALERT, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=25.0)
    assert scene.decisions == []
    scene.send(MINUTE, "s1", soil_moisture_pct=23.0)
    scene.send(2 * MINUTE, "s1", soil_moisture_pct=22.0)
    scene.send(3 * MINUTE, "s1", soil_moisture_pct=24.0)
    message = Text("Khô: Thiết bị s1", "Dry: Device s1")
    at, end = START + MINUTE, START + 3 * MINUTE
    values = {"soil_moisture_pct": 23.0}
    assert scene.decisions == [
        RuleChanged("dry", "s1", FIRING, at, None, None, values),
        AlertAsked("rule:dry", "s1", Severity.WARNING, message, at),
        RuleChanged("dry", "s1", INACTIVE, end, None, None, {"soil_moisture_pct": 24.0}),
        AlertCleared("rule:dry", "s1", end),
    ]


def test_nothing_that_no_rule_reads_costs_or_changes_anything() -> None:
    scene = Scene(BELOW + ALERT, device("soil", "s1"), device("wifi", "w1"))
    assert scene.send(0, "w1", clients=3) is scene.send(1, "w1", clients=4)
    assert scene.send(0, "s1", soil_ph=5.0) is scene.send(1, "s1", soil_ph=6.0)
    assert scene.engine.next_deadline() is None


def test_for_waits_and_fires_at_its_time_without_a_reading() -> None:
    scene = Scene(BELOW + "  for: 10m\n" + ALERT, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=23.0)
    assert scene.states == [PENDING]
    assert scene.engine.next_deadline() == START + 10 * MINUTE
    assert scene.tick(10 * MINUTE - 1) == []
    scene.tick(10 * MINUTE)
    assert scene.states == [PENDING, FIRING]


def test_for_starts_anew_when_the_condition_was_false_in_between() -> None:
    scene = Scene(BELOW + "  for: 10m\n" + ALERT, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=23.0)
    scene.send(5 * MINUTE, "s1", soil_moisture_pct=25.0)
    scene.send(6 * MINUTE, "s1", soil_moisture_pct=23.0)
    scene.run_until(16 * MINUTE - 1)
    assert scene.states == [PENDING, INACTIVE, PENDING]
    scene.run_until(16 * MINUTE)
    assert scene.states[-1] is FIRING


def test_until_keeps_a_rule_firing_between_two_thresholds() -> None:
    scene = Scene(BELOW + "  until: soil_moisture_pct > 27\n" + ALERT, device("soil", "s1"))
    for minute, moisture in enumerate((23.0, 26.0, 27.0, 27.5, 25.0)):
        scene.send(minute * MINUTE, "s1", soil_moisture_pct=moisture)
    assert scene.states == [FIRING, INACTIVE]
    assert scene.saved["dry", "s1"].since == START + 3 * MINUTE


def test_a_rule_whose_until_is_true_does_not_begin() -> None:
    both = DRY + "  when: soil_moisture_pct < 24\n  until: soil_ph > 7\n"
    scene = Scene(both + ALERT, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=23.0, soil_ph=8.0)
    assert scene.states == []
    scene.send(1, "s1", soil_moisture_pct=23.0, soil_ph=6.0)
    assert scene.states == [FIRING]


def test_within_the_cooldown_a_rule_waits_and_then_fires_if_still_true() -> None:
    scene = Scene(BELOW + "  cooldown: 6h\n" + ALERT, device("soil", "s1", interval_s=3600))
    scene.send(0, "s1", soil_moisture_pct=23.0)
    scene.send(HOUR, "s1", soil_moisture_pct=25.0)
    scene.send(5 * HOUR, "s1", soil_moisture_pct=23.0)
    scene.run_until(6 * HOUR - 1)
    assert scene.states == [FIRING, INACTIVE, PENDING]
    scene.run_until(6 * HOUR)
    assert scene.states[-1] is FIRING
    assert scene.saved["dry", "s1"].cool_until == START + 12 * HOUR


@pytest.mark.parametrize(
    ("policy", "inactive", "pending", "firing"),
    [
        ("hold", [], [PENDING], [FIRING]),
        ("clear", [], [PENDING, INACTIVE], [FIRING, INACTIVE]),
        ("fire", [FIRING], [PENDING, FIRING], [FIRING]),
    ],
)
def test_what_unknown_means_in_each_state(
    policy: str, inactive: list[RuleState], pending: list[RuleState], firing: list[RuleState]
) -> None:
    text = BELOW + f"  unknown: {policy}\n"
    away = 31 * MINUTE  # soil sensors report every ten minutes, so nothing is known after thirty

    calm = Scene(text + ALERT, device("soil", "s1"))
    calm.send(0, "s1", soil_moisture_pct=30.0)
    calm.stale(away, "s1")
    assert calm.states == inactive

    waiting = Scene(text + "  for: 40m\n" + ALERT, device("soil", "s1"))
    waiting.send(0, "s1", soil_moisture_pct=20.0)
    waiting.stale(away, "s1")
    waiting.run_until(HOUR)
    assert waiting.states == pending

    active = Scene(text + ALERT, device("soil", "s1"))
    active.send(0, "s1", soil_moisture_pct=20.0)
    active.stale(away, "s1")
    assert active.states == firing


def test_a_held_rule_fires_with_the_first_reading_that_says_it_still_holds() -> None:
    scene = Scene(BELOW + "  for: 40m\n" + ALERT, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    scene.stale(31 * MINUTE, "s1")
    scene.run_until(2 * HOUR)
    assert scene.engine.next_deadline() is None  # it does not keep the shell busy
    scene.send(2 * HOUR, "s1", soil_moisture_pct=20.0)
    assert scene.states == [PENDING, FIRING]


def test_a_value_that_is_no_longer_sent_becomes_unknown() -> None:
    scene = Scene(BELOW + "  unknown: clear\n" + ALERT, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0, soil_ph=5.0)
    for minute in (10, 20, 30):
        scene.send(minute * MINUTE, "s1", soil_ph=5.0)
    assert scene.states == [FIRING]
    scene.send(31 * MINUTE, "s1", soil_ph=5.0)
    assert scene.states == [FIRING, INACTIVE]


def test_age_is_noticed_when_it_is_reached_not_at_the_next_reading() -> None:
    text = DRY + "  when: age(soil_ph) > 900\n" + ALERT
    scene = Scene(text, device("soil", "s1"))
    scene.send(0, "s1", soil_ph=5.0)
    scene.send(10 * MINUTE, "s1", soil_ph=5.0)
    scene.run_until(25 * MINUTE)
    assert scene.states == []
    scene.run_until(25 * MINUTE + 1)
    assert scene.states == [FIRING]
    scene.send(26 * MINUTE, "s1", soil_moisture_pct=20.0)
    assert scene.states == [FIRING]
    scene.send(27 * MINUTE, "s1", soil_ph=5.0)
    assert scene.states == [FIRING, INACTIVE]


def test_an_age_is_noticed_in_time_although_the_rule_once_waited_for_something_later() -> None:
    text = DRY + "  when: age(soil_ph) > 60\n  for: 1h\n" + ALERT
    scene = Scene(text, device("soil", "s1"))
    scene.send(0, "s1", soil_ph=5.0)
    scene.run_until(2 * MINUTE)
    scene.send(2 * MINUTE, "s1", soil_ph=5.0)
    assert scene.states == [PENDING, INACTIVE]
    scene.run_until(3 * MINUTE + 1)
    assert scene.states == [PENDING, INACTIVE, PENDING]


def test_known_is_asked_of_readings_that_lack_the_metric() -> None:
    scene = Scene(DRY + "  when: not known(soil_ph)\n" + ALERT, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    assert scene.states == [FIRING]


def test_silence_fires_after_its_time_and_ends_with_the_next_reading() -> None:
    scene = Scene(SILENT + ALERT, device("light", "l1"))
    scene.send(0, "l1", battery_v=13.0)
    scene.send(10 * MINUTE, "l1", battery_v=13.0)
    scene.run_until(40 * MINUTE - 1)
    assert scene.states == []
    scene.run_until(40 * MINUTE)
    assert scene.states == [FIRING]
    scene.send(50 * MINUTE, "l1", battery_v=13.0)
    assert scene.states == [FIRING, INACTIVE]
    scene.run_until(80 * MINUTE)
    assert scene.states == [FIRING, INACTIVE, FIRING]


def test_a_device_never_heard_is_silent_since_the_start_or_its_adoption() -> None:
    late = device("light", "l2", adopted=False)
    scene = Scene(SILENT + ALERT, device("light", "l1"), late)
    late.adopted = True
    scene.take(scene.engine.on_fleet_changed(START + 20 * MINUTE, late))
    scene.run_until(30 * MINUTE)
    assert scene.changes == [("l1", FIRING)]
    scene.run_until(50 * MINUTE - 1)
    assert scene.changes == [("l1", FIRING)]
    scene.run_until(50 * MINUTE)
    assert scene.changes == [("l1", FIRING), ("l2", FIRING)]


def test_the_gateways_own_absence_is_nobodys_silence() -> None:
    scene = Scene(SILENT + ALERT, device("light", "l1"), device("light", "l2"))
    scene.send(0, "l1", battery_v=13.0)
    scene.send(10 * MINUTE, "l2", battery_v=13.0)
    scene.restart(10 * HOUR)  # off since minute 10: l1 was silent for ten minutes then
    scene.run_until(10 * HOUR + 20 * MINUTE)
    assert scene.changes == [("l1", FIRING)]
    scene.run_until(10 * HOUR + 30 * MINUTE)
    assert scene.changes == [("l1", FIRING), ("l2", FIRING)]


def test_silence_has_a_cooldown_too() -> None:
    scene = Scene(SILENT + "  cooldown: 6h\n" + ALERT, device("light", "l1"))
    scene.send(0, "l1", battery_v=13.0)
    scene.run_until(HOUR)
    scene.send(HOUR, "l1", battery_v=13.0)
    scene.run_until(6 * HOUR + 30 * MINUTE - 1)
    assert scene.states == [FIRING, INACTIVE]
    scene.run_until(6 * HOUR + 30 * MINUTE)
    assert scene.states == [FIRING, INACTIVE, FIRING]


def test_water_is_asked_once_per_firing() -> None:
    scene = Scene(WATER, device("soil", "s1", plot="lo-3"), plots=["lo-3"])
    scene.send(0, "s1", soil_moisture_pct=20.0)
    scene.send(MINUTE, "s1", soil_moisture_pct=19.0)
    assert scene.asked() == [IrrigationAsked("lo-3", "rule:dry", START, depth_mm=6.0)]


@pytest.mark.parametrize("minutes_late", [9, 10, 11])
def test_a_reading_that_arrives_late_moves_nothing_but_still_warns(minutes_late: int) -> None:
    both = WATER + BELOW.replace("rule: dry", "rule: warn") + ALERT
    scene = Scene(both, device("soil", "s1", plot="lo-3"), plots=["lo-3"])
    now = minutes_late * MINUTE
    scene.send(now, "s1", measured=0, soil_moisture_pct=20.0)
    kinds = [type(one) for one in scene.asked()]
    assert kinds == ([IrrigationAsked, AlertAsked] if minutes_late <= 10 else [AlertAsked])


def test_a_rule_that_fails_says_so_and_harms_no_other() -> None:
    product = " * ".join(["rx_bytes"] * 20)
    on_wifi = "- rule: {id}\n  label: x\n  on: {{kind: wifi}}\n  when: {when}\n"
    text = (
        on_wifi.format(id="broken", when=f"{product} / 3 > 1")
        + ALERT
        + on_wifi.format(id="sound", when="clients > 3")
        + ALERT
    )
    scene = Scene(text, device("wifi", "w1"))
    scene.send(0, "w1", rx_bytes=2**62, clients=9)
    assert scene.changes == [("w1", FIRING)]
    broken, sound = scene.engine.status()
    assert broken.health is not None
    assert (
        broken.health.en == "w1: the condition cannot be computed, a number grew beyond all bounds"
    )
    assert broken.errors == 1
    assert (sound.health, sound.errors, sound.firing) == (None, 0, ("w1",))
    scene.send(1, "w1", rx_bytes=2, clients=9)
    assert scene.engine.status()[0].health is None
    assert scene.engine.status()[0].firing == ("w1",)


def test_a_rule_that_fails_when_it_is_due_does_not_keep_the_shell_busy() -> None:
    product = " * ".join(["rx_bytes"] * 20)
    text = f"- rule: r\n  label: x\n  on: {{kind: wifi}}\n  when: {product} / 3 > 1\n  for: 10s\n"
    scene = Scene(text + ALERT, device("wifi", "w1"))
    scene.send(0, "w1", rx_bytes=2)
    scene.send(5 * SECOND, "w1", rx_bytes=2**62)
    scene.tick(10 * SECOND)
    assert scene.states == [PENDING]
    assert scene.engine.next_deadline() is None
    scene.send(11 * SECOND, "w1", rx_bytes=2)
    assert scene.states == [PENDING, FIRING]


def test_a_failure_is_over_when_the_condition_can_be_computed_again() -> None:
    product = " * ".join(["rx_bytes"] * 20)
    text = f"- rule: r\n  label: x\n  on: {{kind: wifi}}\n  when: {product} / 3 > 1\n"
    scene = Scene(text + ALERT, device("wifi", "w1"))
    scene.send(0, "w1", rx_bytes=2**62)
    assert scene.engine.status()[0].health is not None
    scene.send(1, "w1", rx_bytes=0)
    assert scene.engine.status()[0].health is None
    assert scene.decisions == []


def test_an_action_that_is_possible_again_ends_the_complaint() -> None:
    sensor = device("soil", "s1")
    scene = Scene(WATER, sensor, plots=["lo-3"])
    scene.send(0, "s1", soil_moisture_pct=20.0)
    sensor.plot = "lo-3"
    scene.send(1, "s1", soil_moisture_pct=30.0)
    scene.send(2, "s1", soil_moisture_pct=20.0)
    assert scene.engine.status()[0].health is None
    assert len(scene.asked()) == 1


def test_an_action_that_cannot_be_done_is_the_rules_health() -> None:
    scene = Scene(WATER, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    [status] = scene.engine.status()
    assert status.health == Text(
        "s1 không thuộc lô nào nên không tưới gì", "s1 belongs to no plot, so nothing was watered"
    )
    assert status.subjects == {INACTIVE: 0, PENDING: 0, FIRING: 1}


def test_rules_ignore_devices_until_they_are_adopted() -> None:
    new = device("soil", "s1", adopted=False)
    scene = Scene(BELOW + ALERT, new)
    scene.send(0, "s1", soil_moisture_pct=20.0)
    assert scene.changes == []
    new.adopted = True
    scene.take(scene.engine.on_fleet_changed(START + MINUTE))
    scene.send(2 * MINUTE, "s1", soil_moisture_pct=20.0)
    assert scene.changes == [("s1", FIRING)]


def test_a_device_that_does_not_match_any_more_ends_its_firing() -> None:
    moved = device("soil", "s1", plot="lo-1")
    scene = Scene(BELOW.replace("kind: soil", "kind: soil, plot: lo-1") + ALERT, moved)
    scene.send(0, "s1", soil_moisture_pct=20.0)
    moved.plot = "lo-2"
    scene.take(scene.engine.on_fleet_changed(START + MINUTE, moved))
    assert scene.states == [FIRING, INACTIVE]
    assert scene.decisions[-1] == AlertCleared("rule:dry", "s1", START + MINUTE)


def test_settings_are_those_of_the_device_and_may_change() -> None:
    light = device("light", "l1", settings={"lamp_w": 30})
    text = "- rule: dim\n  label: x\n  on: {kind: light}\n  when: load_power_w < device.lamp_w\n"
    scene = Scene(text + ALERT, light)
    scene.send(0, "l1", load_power_w=25.0)
    light.settings = {"lamp_w": 20}
    scene.take(scene.engine.on_fleet_changed(START + 1, light))
    scene.send(2, "l1", load_power_w=25.0)
    assert scene.states == [FIRING, INACTIVE]
