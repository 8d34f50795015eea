"""Rules that are edited, removed, renamed and added while the gateway runs."""

from gateway.decisions import AlertAsked, AlertCleared, IrrigationAsked, RuleChanged
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

WET = DRY.replace("rule: dry", "rule: wet") + "  when: soil_moisture_pct > 60\n" + ALERT


def test_what_nobody_edited_goes_on_undisturbed() -> None:
    text = BELOW + "  for: 20m\n  cooldown: 6h\n" + ALERT
    scene = Scene(text, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    comments = text.replace("  for:", "  # thirsty\n  for:")
    assert scene.reload(MINUTE, comments + WET) == []
    scene.run_until(20 * MINUTE)
    assert scene.states == [PENDING, FIRING]


def test_a_new_rule_is_looked_at_at_once() -> None:
    scene = Scene(WET, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    scene.reload(MINUTE, WET + BELOW + ALERT)
    assert scene.states == [FIRING]
    assert isinstance(scene.decisions[-1], AlertAsked)


def test_a_new_rule_does_not_fire_on_what_has_grown_too_old() -> None:
    scene = Scene(WET, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    assert scene.reload(HOUR, WET + BELOW + ALERT) == []


def test_a_new_rule_about_silence_counts_what_was_silent_before() -> None:
    scene = Scene(BELOW + ALERT, device("light", "l1"), device("soil", "s1"))
    scene.send(0, "l1", battery_v=13.0)
    scene.reload(20 * MINUTE, SILENT + ALERT)
    assert scene.engine.next_deadline() == START + 30 * MINUTE


def test_the_alert_of_a_removed_rule_is_cleared() -> None:
    scene = Scene(BELOW + ALERT + WET, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    changed, cleared = scene.reload(MINUTE, WET)
    at = START + MINUTE
    assert isinstance(changed, RuleChanged)
    assert (changed.rule, changed.state, changed.since) == ("dry", INACTIVE, at)
    assert cleared == AlertCleared("rule:dry", "s1", at)
    assert [status.rule for status in scene.engine.status()] == ["wet"]


def test_what_was_pending_for_a_removed_rule_never_fires() -> None:
    scene = Scene(BELOW + "  for: 20m\n" + ALERT, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    scene.reload(MINUTE, WET)
    scene.run_until(HOUR)
    assert scene.states == [PENDING, INACTIVE]


def test_a_renamed_rule_is_another_one() -> None:
    scene = Scene(WATER, device("soil", "s1", plot="lo-3"), plots=["lo-3"])
    scene.send(0, "s1", soil_moisture_pct=20.0)
    scene.reload(MINUTE, WATER.replace("rule: dry", "rule: parched"))
    changed = [one for one in scene.decisions if isinstance(one, RuleChanged)]
    assert [(one.rule, one.state) for one in changed[1:]] == [
        ("parched", FIRING),
        ("dry", INACTIVE),
    ]
    assert sum(isinstance(one, IrrigationAsked) for one in scene.decisions) == 2


def test_an_edited_rule_that_fires_goes_on_without_acting_again() -> None:
    scene = Scene(WATER, device("soil", "s1", plot="lo-3"), plots=["lo-3"])
    scene.send(0, "s1", soil_moisture_pct=20.0)
    assert scene.reload(MINUTE, WATER.replace("< 24", "< 22")) == []
    scene.send(2 * MINUTE, "s1", soil_moisture_pct=23.0)
    assert scene.states == [FIRING, INACTIVE]
    assert len(scene.asked()) == 1


def test_an_edited_rule_whose_condition_does_not_hold_any_more_ends_at_once() -> None:
    scene = Scene(BELOW + ALERT, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    scene.reload(MINUTE, BELOW.replace("< 24", "< 10") + ALERT)
    assert scene.states == [FIRING, INACTIVE]
    assert scene.decisions[-1] == AlertCleared("rule:dry", "s1", START + MINUTE)


def test_a_new_for_counts_from_the_old_beginning() -> None:
    scene = Scene(BELOW + "  for: 20m\n" + ALERT, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    scene.reload(MINUTE, BELOW + "  for: 2m\n" + ALERT)
    assert scene.engine.next_deadline() == START + 2 * MINUTE
    scene.run_until(2 * MINUTE)
    assert scene.states[-1] is FIRING


def test_a_cooldown_under_way_lasts_no_longer_than_the_new_one() -> None:
    scene = Scene(BELOW + "  cooldown: 6h\n" + ALERT, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    scene.send(MINUTE, "s1", soil_moisture_pct=30.0)
    scene.reload(2 * MINUTE, BELOW + "  cooldown: 1h\n" + ALERT)
    assert scene.saved["dry", "s1"].cool_until == START + 2 * MINUTE + HOUR
    scene.reload(3 * MINUTE, BELOW + "  cooldown: 2h\n" + ALERT)
    scene.send(4 * MINUTE, "s1", soil_moisture_pct=20.0)
    assert scene.states[-1] is PENDING
    assert scene.saved["dry", "s1"].due == START + 2 * MINUTE + HOUR


def test_an_edited_rule_forgets_what_went_wrong() -> None:
    text = "- rule: r\n  label: x\n  on: {kind: wifi}\n  when: {when}\n" + ALERT
    product = " * ".join(["rx_bytes"] * 20)
    scene = Scene(text.replace("{when}", f"{product} / 3 > 1"), device("wifi", "w1"))
    scene.send(0, "w1", rx_bytes=2**62)
    [before] = scene.engine.status()
    assert before.health
    scene.reload(SECOND, text.replace("{when}", "rx_bytes < 1"))
    [after] = scene.engine.status()
    assert (after.health, after.errors) == (None, before.errors)


def test_only_a_rule_that_fires_and_alerts_holds_an_alert() -> None:
    scene = Scene(BELOW + ALERT, device("soil", "s1", plot="lo-3"))
    assert scene.engine.alerting() == set()
    scene.send(0, "s1", soil_moisture_pct=20.0)
    assert scene.engine.alerting() == {("rule:dry", "s1")}
    scene.reload(MINUTE, WATER)
    assert scene.engine.alerting() == set()


GROUPED = (
    "- rule: dark-road\n  label: x\n  on: {kind: light}\n  when: load_power_w < 1\n"
    "  group: {by: road, at_least: 2}\n" + ALERT
)


def _dark_road() -> Scene:
    """Two lights of a road are out."""
    scene = Scene(GROUPED, *(device("light", id, road="main") for id in ("l1", "l2", "l3")))
    for id, power in (("l1", 0.0), ("l2", 0.0), ("l3", 9.0)):
        scene.send(0, id, load_power_w=power)
    scene.run_until(0)
    return scene


def test_the_alert_of_a_group_is_held_and_goes_with_its_rule() -> None:
    scene = _dark_road()
    assert scene.engine.alerting() == {("rule:dark-road", "group:road:main")}
    assert scene.reload(SECOND, GROUPED + WET) == []
    scene.reload(2 * SECOND, WET)
    assert scene.decisions[-1] == AlertCleared(
        "rule:dark-road", "group:road:main", START + 2 * SECOND
    )
    assert scene.engine.alerting() == set()


def test_an_edited_rule_about_groups_counts_again_at_once() -> None:
    scene = _dark_road()
    scene.reload(SECOND, GROUPED.replace("at_least: 2", "at_least: 3"))
    scene.run_until(SECOND)
    assert scene.states[-1] is INACTIVE
    scene.reload(2 * SECOND, GROUPED.replace("< 1", "< 10").replace("at_least: 2", "at_least: 3"))
    scene.run_until(2 * SECOND)
    assert scene.states[-1] is FIRING


def test_a_new_window_asks_at_once_what_it_can_know() -> None:
    scene = Scene(WET, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    text = DRY + "  when: min(soil_moisture_pct, 10m) < 24\n" + ALERT
    scene.reload(SECOND, WET + text)
    for minute in range(1, 12):
        scene.send(minute * MINUTE, "s1", soil_moisture_pct=20.0)
    assert scene.states[-1] is FIRING
