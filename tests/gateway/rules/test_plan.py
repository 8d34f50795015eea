"""After many calm readings the engine asks all conditions at once: nobody may notice."""

import pytest

from gateway.decisions import RuleState
from gateway.rules.plan import READINGS_AT_REST, Shape
from tests.gateway.rules.scene import ALERT, BELOW, HOUR, MINUTE, SILENT, Scene, device

LIMIT = (
    "- rule: limit\n  label: x\n  on: {kind: soil}\n"
    "  when: soil_temperature_c > device.limit\n" + ALERT
)
ONE = "- rule: one\n  label: x\n  on: {device: s1}\n  when: soil_ph < 5\n" + ALERT


def rest(scene: Scene, id: str = "s1") -> Shape:
    """So many calm readings that the conditions are compiled together; the last at an hour."""
    for number in range(READINGS_AT_REST + 1):
        at = HOUR + (number - READINGS_AT_REST) * MINUTE
        scene.send(at, id, soil_moisture_pct=30.0, soil_temperature_c=20.0, soil_ph=6.0)
    (shape,) = scene.engine._plans[id].shapes.values()
    return shape


def is_compiled(shape: Shape) -> bool:
    return shape.calm.__code__.co_filename == "<rules>"


def test_what_is_asked_at_once_is_what_each_rule_asks() -> None:
    scene = Scene(BELOW + ALERT + LIMIT + ONE, device("soil", "s1", settings={"limit": 40}))
    shape = rest(scene)
    assert is_compiled(shape)
    assert [one.rule.id for one in shape.singular] == ["one"]
    scene.send(HOUR + MINUTE, "s1", soil_moisture_pct=23.0, soil_temperature_c=41.0, soil_ph=4.0)
    assert scene.states == [RuleState.FIRING] * 3
    assert not is_compiled(shape)


@pytest.mark.parametrize(
    "values",
    [
        {"soil_moisture_pct": 23.0, "soil_temperature_c": 20.0, "soil_ph": 6.0},
        {"soil_moisture_pct": 30.0, "soil_temperature_c": 41.0, "soil_ph": 6.0},
        {"soil_moisture_pct": 30.0, "soil_temperature_c": 20.0, "soil_ph": 4.0},
        {"soil_moisture_pct": 23.0},
    ],
)
def test_each_change_alone_is_seen(values: dict[str, float]) -> None:
    scene = Scene(BELOW + ALERT + LIMIT + ONE, device("soil", "s1", settings={"limit": 40}))
    assert is_compiled(rest(scene))
    scene.receive(HOUR + MINUTE, "s1", values, HOUR + MINUTE)
    assert scene.states == [RuleState.FIRING]


def test_a_rule_that_fires_for_long_is_at_rest_too() -> None:
    scene = Scene(BELOW + "  until: soil_moisture_pct > 35\n" + ALERT, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=23.0, soil_temperature_c=20.0, soil_ph=6.0)
    shape = rest(scene)
    assert is_compiled(shape)
    assert scene.states == [RuleState.FIRING]
    scene.send(HOUR + MINUTE, "s1", soil_moisture_pct=36.0, soil_temperature_c=20.0, soil_ph=6.0)
    assert scene.states == [RuleState.FIRING, RuleState.INACTIVE]


def test_a_pending_rule_is_asked_by_itself() -> None:
    text = BELOW.replace("< 24", "> 24") + "  for: 10h\n" + ALERT
    scene = Scene(text, device("soil", "s1"))
    assert not is_compiled(rest(scene))
    scene.send(HOUR + MINUTE, "s1", soil_moisture_pct=23.0, soil_temperature_c=20.0, soil_ph=6.0)
    assert scene.states == [RuleState.PENDING, RuleState.INACTIVE]


def test_a_rule_about_silence_asks_nothing_until_it_fires() -> None:
    text = SILENT.replace("light", "soil") + ALERT
    scene = Scene(text, device("soil", "s1"))
    shape = rest(scene)
    assert is_compiled(shape)
    scene.run_until(2 * HOUR)
    assert scene.states == [RuleState.FIRING]
    scene.send(2 * HOUR, "s1", soil_moisture_pct=30.0, soil_temperature_c=20.0, soil_ph=6.0)
    assert scene.states == [RuleState.FIRING, RuleState.INACTIVE]


def test_a_new_setting_counts_at_once() -> None:
    sensor = device("soil", "s1", settings={"limit": 40})
    scene = Scene(LIMIT, sensor)
    rest(scene)
    sensor.settings = {"limit": 10}
    scene.take(scene.engine.on_fleet_changed(0))
    scene.send(HOUR + MINUTE, "s1", soil_moisture_pct=30.0, soil_temperature_c=20.0, soil_ph=6.0)
    assert scene.states == [RuleState.FIRING]


def test_devices_with_the_same_rules_share_the_compiled_question() -> None:
    scene = Scene(BELOW + ALERT, device("soil", "s1"), device("soil", "s2"))
    assert rest(scene, "s1").calm is rest(scene, "s2").calm


def test_questions_beyond_the_reading_are_asked_at_once_too() -> None:
    text = BELOW.replace("soil_moisture_pct < 24", "avg(soil_moisture_pct, 30m) < 24") + ALERT
    scene = Scene(text, device("soil", "s1"))
    for number in range(40):
        scene.run_until(number * MINUTE)
        scene.send(number * MINUTE, "s1", soil_moisture_pct=30.0)
    (shape,) = scene.engine._plans["s1"].shapes.values()
    assert is_compiled(shape)
    for number in range(40, 70):
        scene.run_until(number * MINUTE)
        scene.send(number * MINUTE, "s1", soil_moisture_pct=20.0)
    assert scene.states == [RuleState.FIRING]
