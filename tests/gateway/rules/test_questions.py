"""What conditions ask beyond the newest values, and when they are looked at because of it."""

import pytest

from devices.reading import Reading
from gateway.decisions import RuleState
from gateway.fleet import Device
from tests.gateway.rules.scene import (
    ALERT,
    FIRING,
    HOUR,
    INACTIVE,
    MINUTE,
    SECOND,
    START,
    Scene,
    device,
    read_rules,
)


def rule(when: str, on: str = "{kind: soil}", more: str = "") -> str:
    return f"- rule: r\n  label: x\n  on: {on}\n  when: {when}\n{more}{ALERT}"


def soil(id: str = "s1", **fields: object) -> Device:
    return device("soil", id, **fields)


def moist(scene: Scene, at: int, value: float, id: str = "s1") -> None:
    """A reading, after everything that was due before it."""
    scene.run_until(at)
    scene.send(at, id, soil_moisture_pct=value)


def state(scene: Scene) -> RuleState:
    return scene.states[-1] if scene.states else INACTIVE


def test_an_average_counts_each_value_for_as_long_as_it_was_in_force() -> None:
    scene = Scene(rule("avg(soil_moisture_pct, 1h) < 24"), soil())
    moist(scene, 0, 30.0)
    moist(scene, 10 * MINUTE, 20.0)
    moist(scene, 30 * MINUTE, 20.0)  # 23.3: for a third of the time it was 30
    assert state(scene) is FIRING
    moist(scene, 40 * MINUTE, 40.0)  # 22.5 still
    assert state(scene) is FIRING
    moist(scene, 60 * MINUTE, 40.0)  # 28.3
    assert state(scene) is INACTIVE


def test_a_window_of_which_less_than_half_is_known_is_unknown() -> None:
    scene = Scene(rule("known(avg(soil_moisture_pct, 1h))"), soil())
    for at in (0, 10, 20, 29):
        moist(scene, at * MINUTE, 20.0)
    assert scene.states == []
    moist(scene, 30 * MINUTE, 20.0)
    assert scene.states == [FIRING]


def test_a_condition_is_looked_at_when_a_value_leaves_its_window() -> None:
    scene = Scene(rule("max(soil_moisture_pct, 1h) > 50"), soil())
    moist(scene, 0, 20.0)
    moist(scene, 20 * MINUTE, 60.0)
    moist(scene, 30 * MINUTE, 20.0)
    moist(scene, 59 * MINUTE, 20.0)
    assert scene.states == [FIRING]
    scene.run_until(90 * MINUTE - 1)
    assert scene.states == [FIRING]  # until it is replaced it is in force, here till 30 minutes
    scene.run_until(91 * MINUTE)
    assert scene.states == [FIRING, INACTIVE]
    changed = scene.saved["r", "s1"]
    assert changed.since == START + 90 * MINUTE


def test_a_window_wakes_nobody_when_nothing_is_in_it() -> None:
    scene = Scene(rule("count(soil_moisture_pct, 1h) > 3"), soil())
    moist(scene, 0, 20.0)
    scene.run_until(3 * HOUR)
    assert scene.engine.next_deadline() is None


def test_count_is_known_of_a_silent_device() -> None:
    scene = Scene(rule("count(soil_moisture_pct, 1h) < 2"), soil())
    for at in (0, 10, 20):
        moist(scene, at * MINUTE, 20.0)
    assert scene.states == []
    scene.run_until(80 * MINUTE - 1)
    assert scene.saved["r", "s1"].since == START + 70 * MINUTE  # the second of three has left


def test_delta_of_a_counter_survives_its_reset() -> None:
    scene = Scene(rule("delta(rain_total_mm, 1h) >= 10", "{kind: weather}"), device("weather", "w"))
    for at, total in ((0, 100.0), (20, 104.0), (30, 2.0), (40, 6.0)):
        scene.send(at * MINUTE, "w", rain_total_mm=total)
    assert scene.states == [FIRING]


def test_rate_is_per_hour() -> None:
    scene = Scene(rule("rate(soil_moisture_pct, 30m) < -4"), soil())
    moist(scene, 0, 30.0)
    moist(scene, 15 * MINUTE, 29.0)  # exactly 4 an hour
    assert scene.states == []
    moist(scene, 20 * MINUTE, 28.0)
    assert scene.states == [FIRING]


def test_windows_are_shared_by_all_rules_and_functions() -> None:
    text = rule("min(soil_ph, 1h) < 5 and max(soil_ph, 1h) > 6")
    scene = Scene(text + text.replace("rule: r", "rule: other"), soil())
    watch = scene.engine.around.watches["s1"]
    assert list(watch.windows) == [("soil_ph", HOUR)]


def test_late_readings_count_in_windows_but_start_nothing() -> None:
    scene = Scene(rule("max(soil_moisture_pct, 1h) > 50"), soil())
    moist(scene, 0, 20.0)
    moist(scene, 30 * MINUTE, 20.0)
    subject = scene.fleet.get("s1")
    assert subject is not None
    then = START + 10 * MINUTE
    late = Reading("s1", "soil", "b", 1, then, START + 31 * MINUTE, {"soil_moisture_pct": 60.0})
    scene.engine.on_late_reading(subject, late)
    assert scene.states == []
    moist(scene, 40 * MINUTE, 20.0)
    assert scene.states == [FIRING]


def test_windows_are_filled_from_the_journal_after_a_restart() -> None:
    scene = Scene(rule("avg(soil_moisture_pct, 1h) < 24"), soil())
    for at in range(0, 60, 10):
        moist(scene, at * MINUTE, 26.0)
    scene.restart(65 * MINUTE)
    moist(scene, 66 * MINUTE, 10.0)
    assert scene.states == []
    scene.readings.clear()
    scene.restart(66 * MINUTE)
    moist(scene, 67 * MINUTE, 10.0)
    moist(scene, 97 * MINUTE, 10.0)
    assert scene.states == [FIRING]


def test_changed_is_about_the_reading_before() -> None:
    scene = Scene(rule("changed(running)", "{kind: pump}"), device("pump", "p"))
    for at, running in enumerate((False, False, True, True)):
        scene.send(at * MINUTE, "p", running=running)
    assert scene.states == [FIRING, INACTIVE]
    scene.restart(3 * MINUTE + SECOND)
    scene.send(4 * MINUTE, "p", running=False)  # known from the journal
    assert scene.states[2:] == [FIRING]


def test_changed_is_unknown_after_a_silence() -> None:
    scene = Scene(
        rule("changed(running)", "{kind: pump}", "  unknown: clear\n"), device("pump", "p")
    )
    for at, running in enumerate((False, True)):
        scene.send(at * MINUTE, "p", running=running)
    scene.stale(40 * MINUTE, "p")
    assert scene.states == [FIRING, INACTIVE]


LAST = rule('soil_moisture_pct < 24 and last(pressure_kpa, device="p") > 100')


def test_last_is_looked_at_when_the_other_device_reports() -> None:
    scene = Scene(LAST, soil(), device("pump", "p"))
    moist(scene, 0, 20.0)
    assert scene.states == []
    scene.send(MINUTE, "p", pressure_kpa=150.0)
    scene.send(2 * MINUTE, "p", pressure_kpa=50.0)
    assert scene.changes == [("s1", FIRING), ("s1", INACTIVE)]


def test_last_is_unknown_when_the_other_device_is_silent() -> None:
    text = LAST.replace("  then", "  unknown: clear\n  then")
    scene = Scene(text, soil(), device("pump", "p", interval_s=60))
    scene.send(0, "p", pressure_kpa=150.0)
    moist(scene, MINUTE, 20.0)
    assert scene.states == [FIRING]
    scene.stale(3 * MINUTE + 1, "p")
    assert scene.states == [FIRING, INACTIVE]


def test_a_device_that_nobody_follows_any_more_costs_nothing() -> None:
    scene = Scene(LAST, soil(), device("pump", "p"))
    assert "p" in scene.engine._plans
    subject = scene.fleet.get("s1")
    assert subject is not None
    subject.adopted = False
    scene.engine.on_fleet_changed(START, subject)
    assert not scene.engine._plans


def test_last_knows_a_device_that_is_adopted_later() -> None:
    pump = device("pump", "p", adopted=False)
    scene = Scene(LAST, soil(), pump)
    moist(scene, 0, 20.0)
    pump.adopted = True
    scene.take(scene.engine.on_fleet_changed(START, pump))
    scene.send(MINUTE, "p", pressure_kpa=150.0)
    assert scene.states == [FIRING]


def test_the_median_is_that_of_the_others_of_the_same_place() -> None:
    when = 'soil_moisture_pct < median(soil_moisture_pct, kind="soil", place=device.place) - 10'
    places = {"s1": "a", "s2": "a", "s3": "a", "s4": "a", "s5": "b"}
    scene = Scene(rule(when), *(soil(id, place=place) for id, place in places.items()))
    for id, value in (("s2", 30.0), ("s3", 35.0), ("s4", 90.0), ("s5", 0.0)):
        moist(scene, 0, value, id)
    moist(scene, 0, 26.0)
    assert scene.states == []
    moist(scene, 1, 24.0)
    assert scene.changes == [("s1", FIRING)]
    moist(scene, 2, 20.0, "s5")  # has no neighbour
    assert scene.changes == [("s1", FIRING)]


def test_the_median_of_nobody_is_unknown() -> None:
    scene = Scene(rule("known(median(soil_ph, place=device.place))"), soil(), soil("s2", place="a"))
    scene.send(0, "s1", soil_ph=5.0)
    assert scene.states == []


def test_the_hour_is_looked_at_when_it_changes() -> None:
    scene = Scene(rule("hour >= 22 and soil_moisture_pct < 24"), soil(interval_s=7200))
    moist(scene, 0, 20.0)  # at 21:13:20
    scene.run_until(46 * MINUTE + 39 * SECOND)
    assert scene.states == []
    scene.run_until(46 * MINUTE + 40 * SECOND)
    assert scene.states == [FIRING]
    scene.run_until(3 * HOUR)
    assert scene.states == [FIRING, INACTIVE]  # midnight


def test_night_ends_at_sunrise() -> None:
    scene = Scene(rule("is_night"), soil())
    scene.send(0, "s1", soil_ph=5.0)
    assert scene.states == [FIRING]
    scene.run_until(12 * HOUR)
    assert scene.states == [FIRING, INACTIVE]
    assert 8 * HOUR < scene.saved["r", "s1"].since - START < 9 * HOUR


def test_while_the_clock_is_not_trusted_nobody_knows_the_hour() -> None:
    scene = Scene(rule("hour == 21"), soil())
    scene.engine.trust_clock(False)
    scene.send(0, "s1", soil_ph=5.0)
    scene.run_until(5 * MINUTE)
    assert scene.states == []
    scene.engine.trust_clock(True)
    scene.run_until(5 * MINUTE)
    assert scene.states == [FIRING]


RAIN = rule("soil_moisture_pct < 24 and rain_1h_mm(device.plot) < 5")


def rain(scene: Scene, at: int, total: float, id: str = "w") -> None:
    scene.run_until(at)
    scene.send(at, id, rain_total_mm=total)


def test_rain_is_what_the_station_of_the_plot_measured() -> None:
    scene = Scene(
        RAIN, soil(plot="lo-1"), device("weather", "w", plot="lo-1"), device("weather", "far")
    )
    for at in (0, 20, 40):
        rain(scene, at * MINUTE, 100.0 + at / 5)
        rain(scene, at * MINUTE, 0.0, "far")
    moist(scene, 40 * MINUTE, 20.0)  # 8 mm
    assert scene.states == []
    rain(scene, 59 * MINUTE, 108.0)
    moist(scene, 60 * MINUTE, 20.0)
    scene.run_until(81 * MINUTE)
    assert scene.changes == [("s1", FIRING)]  # 4 mm left the window
    assert scene.saved["r", "s1"].since == START + 80 * MINUTE


def test_without_one_of_its_own_every_station_speaks_for_the_plot() -> None:
    scene = Scene(RAIN, soil(plot="lo-1"), device("weather", "w"), device("weather", "w2"))
    for at in (0, 20, 40):
        rain(scene, at * MINUTE, 100.0)
        rain(scene, at * MINUTE, at / 5, "w2")
    moist(scene, 40 * MINUTE, 20.0)
    assert scene.states == []  # the one that measured most counts


def test_rain_of_a_device_without_a_plot_is_unknown() -> None:
    scene = Scene(RAIN, soil(), device("weather", "w"))
    for at in (0, 20, 40):
        rain(scene, at * MINUTE, 100.0)
    moist(scene, 40 * MINUTE, 20.0)
    assert scene.states == []


def test_limits_of_the_device_are_numbers_like_its_settings() -> None:
    scene = Scene(
        rule("soil_moisture_pct < device.limits.dry_pct"),
        soil(limits={"dry_pct": 24.0}),
        soil("s2"),
    )
    moist(scene, 0, 20.0)
    moist(scene, 0, 20.0, "s2")
    assert scene.changes == [("s1", FIRING)]


def test_a_corrected_clock_moves_windows() -> None:
    scene = Scene(rule("max(soil_moisture_pct, 1h) > 50"), soil())
    moist(scene, 0, 60.0)
    moist(scene, 20 * MINUTE, 20.0)
    moist(scene, 45 * MINUTE, 20.0)
    assert scene.states == [FIRING]
    scene.correct(46 * MINUTE, 24 * HOUR)
    moist(scene, 24 * HOUR + 50 * MINUTE, 20.0)
    assert INACTIVE not in scene.states
    scene.run_until(24 * HOUR + 81 * MINUTE)
    assert scene.states[-1] is INACTIVE
    assert scene.saved["r", "s1"].since == START + 24 * HOUR + 80 * MINUTE


@pytest.mark.parametrize("edited", ["hour >= 0 and soil_ph < 7", "max(soil_ph, 1h) < 7"])
def test_an_edited_rule_finds_its_windows_filled(edited: str) -> None:
    scene = Scene(rule("soil_ph < 1"), soil())
    for at in (0, 20, 40):
        scene.send(at * MINUTE, "s1", soil_ph=5.0)
    scene.engine.around.recall = scene.recall
    rules = read_rules(rule(edited), scene.fleet)
    scene.take(scene.engine.replace(rules, START + 41 * MINUTE))
    assert scene.states == [FIRING]


def test_what_was_answered_is_kept_with_the_change() -> None:
    scene = Scene(rule("soil_ph < 7 and max(soil_ph, 1h) < 7 and age(soil_ph) < 60"), soil())
    for at in (0, 20, 40):
        scene.send(at * MINUTE, "s1", soil_ph=5.0)
    assert scene.saved["r", "s1"].values == {"soil_ph": 5.0, "max(soil_ph, 1h)": 5.0}


def test_a_member_of_a_group_has_windows_of_its_own() -> None:
    text = rule("avg(soil_ph, 1h) < 6", more="  group: {by: place, at_least: 2}\n")
    scene = Scene(text, soil("s1", place="a"), soil("s2", place="a"))
    for at in (0, 20, 40):
        scene.send(at * MINUTE, "s1", soil_ph=5.0)
    assert scene.states == []
    for at in (41, 60, 75):
        scene.run_until(at * MINUTE)
        scene.send(at * MINUTE, "s1", soil_ph=5.0)
        scene.send(at * MINUTE, "s2", soil_ph=5.0)
    assert scene.changes == [("group:place:a", FIRING)]


def test_a_device_that_joins_looks_at_no_other() -> None:
    scene = Scene(rule("avg(soil_ph, 1h) < 6"), *(soil(f"s{number}") for number in range(3)))
    others = dict(scene.engine._plans)
    joined = soil("new", adopted=False)
    scene.fleet.add(joined)
    joined.adopted = True
    scene.engine.on_fleet_changed(START, joined)
    assert scene.engine._planning.relate_one(joined, START) == [
        scene.engine._planning.find("r", "new")
    ]
    for at in (0, 20, 40):
        scene.send(at * MINUTE, "new", soil_ph=5.0)
    assert scene.changes == [("new", FIRING)]
    assert {id: scene.engine._plans[id] for id in others} == others


def test_a_weather_station_that_joins_is_heard_by_all() -> None:
    station = device("weather", "w", adopted=False)
    scene = Scene(RAIN, soil(plot="lo-1"), station)
    station.adopted = True
    scene.engine.on_fleet_changed(START, station)
    for at in (0, 20, 40):
        rain(scene, at * MINUTE, 100.0)
    moist(scene, 41 * MINUTE, 20.0)
    assert scene.states == [FIRING]
