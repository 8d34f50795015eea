"""Rules against each other and against themselves: priority decides, storms are stopped."""

from collections.abc import Sequence

import pytest

from devices.reading import Millis
from gateway.decisions import (
    AlertAsked,
    AlertCleared,
    Command,
    CommandAsked,
    CommandState,
    Decision,
    Explanation,
    IrrigationAsked,
)
from gateway.rules.status import RuleStatus
from gateway.rules.storms import (
    ACTUATOR_MAX,
    REST_MS,
    RULE_MAX,
    WINDOW_MS,
)
from gateway.storm_alert import COMMAND_STORM
from tests.gateway.rules.scene import HOUR, MINUTE, SECOND, START, Scene, device


def rule(id: str, kind: str, when: str, command: str, priority: int = 0) -> str:
    return (
        f"- rule: {id}\n  label: {{vi: Quy tắc {id}, en: Rule {id}}}\n  on: {{kind: {kind}}}\n"
        f"  when: {when}\n  priority: {priority}\n  then: [{{command: {{{command}}}}}]\n"
    )


CLOSE = "device: v1, command: close"
OPEN = "device: v1, command: open, lease_s: 600"


def wet_and_dry(close: int = 0, open: int = 0) -> Scene:
    """Rain closes a valve that dry soil opens; which is read first is not what decides."""
    text = rule("dry", "soil", "soil_moisture_pct < 24", OPEN, open) + rule(
        "frost", "weather", "air_temperature_c < 2", CLOSE, close
    )
    return Scene(text, device("soil", "s1"), device("weather", "w1"), device("valve", "v1"))


def freeze(scene: Scene, at: Millis) -> Sequence[Decision]:
    return scene.send(at, "w1", air_temperature_c=0.0)


def thaw(scene: Scene, at: Millis) -> Sequence[Decision]:
    return scene.send(at, "w1", air_temperature_c=9.0)


def dry(scene: Scene, at: Millis) -> Sequence[Decision]:
    return scene.send(at, "s1", soil_moisture_pct=20.0)


def wet(scene: Scene, at: Millis) -> Sequence[Decision]:
    return scene.send(at, "s1", soil_moisture_pct=40.0)


def sent(scene: Scene) -> list[str]:
    """The commands that may be sent, in order."""
    return [one.command for one in scene.decisions if isinstance(one, CommandAsked)]


def refused(scene: Scene) -> list[tuple[str, str | None]]:
    """Those that were held back, and why."""
    commands = [one for one in scene.decisions if isinstance(one, Command)]
    assert all(one.state is CommandState.REFUSED for one in commands)
    return [(one.command, one.error) for one in commands]


def status(scene: Scene, id: str) -> RuleStatus:
    return next(row for row in scene.engine.status() if row.rule == id)


@pytest.mark.parametrize(
    ("close", "open", "commands"),
    [
        (0, 0, ["close"]),  # between equals, stopping is the safe side
        (1, 0, ["close"]),
        (0, 1, ["close", "open"]),
    ],
)
def test_who_wants_to_open_what_another_rule_keeps_closed(
    close: int, open: int, commands: list[str]
) -> None:
    scene = wet_and_dry(close, open)
    freeze(scene, 0)
    dry(scene, MINUTE)
    assert sent(scene) == commands


@pytest.mark.parametrize(
    ("close", "open", "commands"),
    [(0, 0, ["open", "close"]), (1, 0, ["open", "close"]), (0, 1, ["open"])],
)
def test_who_wants_to_close_what_another_rule_has_opened(
    close: int, open: int, commands: list[str]
) -> None:
    scene = wet_and_dry(close, open)
    dry(scene, 0)
    freeze(scene, MINUTE)
    assert sent(scene) == commands


def test_what_lost_is_recorded_with_the_winner_and_counted() -> None:
    scene = wet_and_dry(close=5)
    freeze(scene, 0)
    dry(scene, MINUTE)
    assert refused(scene) == [("open", "rule:frost is against it")]
    loser = status(scene, "dry")
    assert loser.lost is not None
    assert loser.lost.en == "Device v1: the rule “Rule frost” (priority 5) has its way"
    assert loser.lost.vi == "Thiết bị v1: theo quy tắc “Quy tắc frost” (ưu tiên 5)"
    assert (loser.overruled, loser.health) == (1, None)
    assert status(scene, "frost").overruled == 0


def test_who_is_overruled_later_has_lost_too() -> None:
    scene = wet_and_dry()
    dry(scene, 0)
    freeze(scene, MINUTE)
    assert (status(scene, "dry").overruled, status(scene, "frost").overruled) == (1, 0)
    wet(scene, 2 * MINUTE)
    thaw(scene, 3 * MINUTE)
    dry(scene, 4 * MINUTE)
    assert status(scene, "dry").lost is None
    assert sent(scene) == ["open", "close", "open"]


def test_what_was_wanted_in_vain_is_not_made_up_for() -> None:
    scene = wet_and_dry()
    freeze(scene, 0)
    dry(scene, MINUTE)
    thaw(scene, 2 * MINUTE)
    dry(scene, 3 * MINUTE)
    assert sent(scene) == ["close"]


@pytest.mark.parametrize("seconds", [599, 600])
def test_who_opened_wants_it_no_longer_than_the_lease(seconds: int) -> None:
    scene = wet_and_dry(open=1)
    dry(scene, 0)
    freeze(scene, seconds * SECOND)
    assert sent(scene) == (["open"] if seconds < 600 else ["open", "close"])


def test_a_restart_does_not_forget_who_wants_what() -> None:
    scene = wet_and_dry(close=1)
    freeze(scene, 0)
    scene.restart(MINUTE)
    dry(scene, 2 * MINUTE)
    assert sent(scene) == ["close"]


def test_an_edited_rule_wants_what_it_says_now() -> None:
    scene = wet_and_dry(close=1)
    freeze(scene, 0)
    edited = wet_and_dry(close=-1)
    scene.engine.replace(edited.rules, START + MINUTE)
    dry(scene, 2 * MINUTE)
    assert sent(scene) == ["close", "open"]


def test_a_rule_that_is_gone_wants_nothing() -> None:
    scene = wet_and_dry(close=1)
    freeze(scene, 0)
    kept = [one for one in scene.rules if one.id == "dry"]
    scene.engine.replace(kept, START + MINUTE)
    dry(scene, 2 * MINUTE)
    assert sent(scene) == ["close", "open"]


def dimmed(low: int, high: int) -> Scene:
    text = rule(
        "save", "light", "battery_soc_pct < 30",
        'device: "{device.id}", command: set-brightness, brightness_pct: 30', low,
    ) + rule(
        "lean", "light", "tilt_deg > 10",
        'device: "{device.id}", command: set-brightness, brightness_pct: 100', high,
    )  # fmt: skip
    return Scene(text, device("light", "l1"))


@pytest.mark.parametrize(("low", "high", "number"), [(0, 0, 2), (0, 1, 1), (1, 0, 2)])
def test_two_values_for_one_setting_are_opposites_too(low: int, high: int, number: int) -> None:
    scene = dimmed(low, high)
    scene.send(0, "l1", tilt_deg=20.0, battery_soc_pct=80.0)
    scene.send(MINUTE, "l1", tilt_deg=20.0, battery_soc_pct=20.0)
    assert len(sent(scene)) == number
    assert len(refused(scene)) == 2 - number


def test_what_the_device_does_not_know_or_may_not_is_refused_and_the_rule_says_so() -> None:
    scene = dimmed(0, 0)
    light = scene.fleet.get("l1")
    assert light is not None
    light.limits = {"brightness_pct": 60}
    scene.send(0, "l1", tilt_deg=20.0, battery_soc_pct=80.0)
    assert refused(scene) == [
        ("set-brightness", "brightness_pct is 100, l1 is limited to 60 in devices.yaml")
    ]
    health = status(scene, "lean").health
    assert health is not None
    assert "limited to 60" in health.en
    scene.send(1, "l1", tilt_deg=20.0, battery_soc_pct=20.0)
    assert sent(scene) == ["set-brightness"]


BRIGHT = 'device: "{device.id}", command: set-brightness, brightness_pct: 100'
DARK = 'device: "{device.id}", command: set-brightness, brightness_pct: 0'
LOOP = rule("bright", "light", "brightness_pct < 50", BRIGHT) + rule(
    "dark", "light", "brightness_pct >= 50", DARK
)


def loop(scene: Scene, times: int, at: Millis = 0) -> None:
    """The lamp does each time what it was told."""
    for time in range(times):
        scene.send(at + time * SECOND, "l1", brightness_pct=100.0 * (time % 2))


def alerts(scene: Scene) -> list[AlertAsked | AlertCleared]:
    return [one for one in scene.decisions if isinstance(one, AlertAsked | AlertCleared)]


def test_two_rules_that_undo_each_other_are_stopped_counted_and_alerted() -> None:
    scene = Scene(LOOP, device("light", "l1"))
    loop(scene, 100)
    assert len(sent(scene)) == ACTUATOR_MAX
    assert len(refused(scene)) == 1
    assert status(scene, "bright").stopped + status(scene, "dark").stopped == 100 - ACTUATOR_MAX
    [alert] = alerts(scene)
    assert isinstance(alert, AlertAsked)
    assert (alert.source, alert.subject) == (COMMAND_STORM, "l1")
    assert "“Rule bright” commands Device l1 too often" in alert.message.en
    assert "Quy tắc bright" in alert.message.vi
    assert status(scene, "bright").health == alert.message


def test_a_rule_that_answers_to_its_own_effect_is_stopped() -> None:
    scene = Scene(rule("bright", "light", "brightness_pct < 50", BRIGHT), device("light", "l1"))
    loop(scene, 100)
    assert len(sent(scene)) == RULE_MAX


def test_a_rule_that_acts_now_and_then_is_left_alone() -> None:
    scene = Scene(rule("bright", "light", "brightness_pct < 50", BRIGHT), device("light", "l1"))
    pause = WINDOW_MS // RULE_MAX
    for time in range(100):
        scene.send(time * pause, "l1", brightness_pct=0.0)
        scene.send(time * pause + 1, "l1", brightness_pct=100.0)
    assert len(sent(scene)) == 100


def test_a_storm_is_over_after_an_hour_in_which_nothing_was_asked() -> None:
    scene = Scene(LOOP, device("light", "l1"))
    loop(scene, 20)
    loop(scene, 1, 30 * MINUTE)
    over = 30 * MINUTE + REST_MS
    scene.run_until(over - 1)
    assert len(alerts(scene)) == 1
    scene.run_until(over)
    assert alerts(scene)[1:] == [AlertCleared(COMMAND_STORM, "l1", START + over)]
    assert scene.engine.next_deadline() is None
    assert [row.health for row in scene.engine.status()] == [None, None]
    loop(scene, 20, over + MINUTE)
    assert len(sent(scene)) == 2 * ACTUATOR_MAX
    assert len(alerts(scene)) == 3


def test_a_storm_is_not_over_because_the_gateway_was_restarted() -> None:
    scene = Scene(LOOP, device("light", "l1"))
    loop(scene, 20)
    scene.restart(MINUTE, storms=["l1"])
    loop(scene, 20, 2 * MINUTE)
    assert len(sent(scene)) == ACTUATOR_MAX
    assert len(alerts(scene)) == 1
    scene.run_until(2 * HOUR)
    assert len(alerts(scene)) == 2


def test_other_actuators_are_not_concerned() -> None:
    scene = Scene(LOOP, device("light", "l1"), device("light", "l2"))
    loop(scene, 20)
    scene.send(MINUTE, "l2", brightness_pct=0.0)
    assert len(sent(scene)) == ACTUATOR_MAX + 1


def test_when_the_rule_is_edited_the_storm_is_over() -> None:
    scene = Scene(LOOP, device("light", "l1"))
    loop(scene, 20)
    edited = Scene(LOOP.replace("< 50", "< 40").replace(">= 50", "> 60"), device("light", "l1"))
    scene.take(scene.engine.replace(edited.rules, START + MINUTE))
    scene.run_until(2 * MINUTE)
    assert [type(one) for one in alerts(scene)] == [AlertAsked, AlertCleared]
    before = len(sent(scene))
    scene.send(3 * MINUTE, "l1", brightness_pct=100.0)
    scene.send(4 * MINUTE, "l1", brightness_pct=0.0)
    assert len(sent(scene)) > before


def test_a_storm_leaves_nothing_open() -> None:
    text = rule("open", "valve", "not open", 'device: "{device.id}", command: open, lease_s: 60')
    text += rule("close", "valve", "open", 'device: "{device.id}", command: close')
    scene = Scene(text, device("valve", "v1"))
    for time in range(101):
        scene.send(time * SECOND, "v1", open=bool(time % 2))
    commands = sent(scene)
    assert commands[-1] == "close"
    assert commands.count("open") <= RULE_MAX
    assert commands.count("close") <= 2 * RULE_MAX


def test_watering_is_not_asked_for_again_and_again() -> None:
    text = (
        "- rule: r\n  label: x\n  on: {kind: soil}\n  when: soil_moisture_pct < 24\n"
        '  then: [{irrigate: {plot: "{device.plot}", depth_mm: 6}}]\n'
    )
    scene = Scene(text, device("soil", "s1", plot="lo-3"), plots=["lo-3"])
    for time in range(20):
        dry(scene, time * 2 * SECOND)
        wet(scene, time * 2 * SECOND + SECOND)
    asked = [one for one in scene.decisions if isinstance(one, IrrigationAsked)]
    told = [one for one in scene.decisions if isinstance(one, Explanation)]
    assert (len(asked), len(told), len(alerts(scene))) == (RULE_MAX, 1, 1)
    assert "lô lo-3" in told[0].sentence.vi


def test_a_corrected_clock_neither_ends_nor_lengthens_a_storm() -> None:
    scene = Scene(LOOP, device("light", "l1"))
    loop(scene, 20)
    scene.correct(MINUTE, 500 * HOUR)
    deadline = scene.engine.next_deadline()
    assert deadline == START + 19 * SECOND + REST_MS + 500 * HOUR


def test_many_devices_for_which_a_rule_wants_the_same_are_no_storm() -> None:
    text = rule("bell", "light", "load_power_w < 1", "device: p1, command: play, clip: bell")
    lights = [device("light", f"l{index}") for index in range(20)]
    scene = Scene(text, *lights, device("speaker", "p1"))
    for light in lights:
        scene.send(0, light.id, load_power_w=0.0)
    assert len(sent(scene)) == 20
    assert alerts(scene) == []
