"""Rules about groups of devices, each sentence of docs/rules.md."""

import pytest

from devices.text import Text
from gateway.decisions import AlertAsked, AlertCleared, RuleState
from gateway.fleet import Device
from tests.gateway.rules.scene import (
    ALERT,
    FIRING,
    HOUR,
    INACTIVE,
    MINUTE,
    PENDING,
    START,
    Scene,
    device,
)
from tests.gateway.rules.test_moments import clock

DARK = "- rule: dark\n  label: {vi: Tối, en: Dark}\n  on: {kind: light}\n"
NO_POWER = "  when: load_power_w < 2\n"
OF_ROAD = "  group: {by: road, at_least: 3}\n"
THREE_DARK = DARK + NO_POWER + OF_ROAD
ROAD = "group:road:main"


def lights(count: int, **fields: object) -> list[Device]:
    where = {"road": "main", **fields}
    return [device("light", f"l{number}", **where) for number in range(1, count + 1)]


def scene_of(text: str, count: int = 5) -> Scene:
    return Scene(text, *lights(count), device("light", "elsewhere", road="other"))


def test_so_many_devices_of_a_group_make_a_rule_fire_once() -> None:
    scene = scene_of(THREE_DARK + ALERT)
    for number in range(1, 6):
        scene.send(number, f"l{number}", load_power_w=0.0)
    assert scene.changes == [(ROAD, FIRING)]
    message = Text("Tối: main", "Dark: main")
    [asked] = scene.asked()
    assert isinstance(asked, AlertAsked)
    assert (asked.subject, asked.message, asked.at) == (ROAD, message, START + 3)
    assert scene.saved["dark", ROAD].values == {
        "group.count": 3,
        "group.size": 5,
        "group.unknown": 2,
    }


def test_it_ends_when_fewer_are_left() -> None:
    scene = scene_of(THREE_DARK + ALERT)
    for number in range(1, 6):
        scene.send(number, f"l{number}", load_power_w=0.0)
    for number in (1, 2):
        scene.send(10 + number, f"l{number}", load_power_w=30.0)
    assert scene.changes == [(ROAD, FIRING)]
    scene.send(20, "l3", load_power_w=30.0)
    assert scene.changes == [(ROAD, FIRING), (ROAD, INACTIVE)]
    assert scene.asked()[1:] == [AlertCleared("rule:dark", ROAD, START + 20)]


def test_each_group_is_judged_by_itself_and_devices_without_one_by_none() -> None:
    fleet = [*lights(3), *(device("light", f"o{n}", road="other") for n in range(2))]
    scene = Scene(THREE_DARK + ALERT, *fleet, *(device("light", f"n{n}") for n in range(3)))
    for one in fleet[3:]:
        scene.send(1, one.id, load_power_w=0.0)
    for number in range(3):
        scene.send(2, f"n{number}", load_power_w=0.0)
    assert scene.changes == []
    for one in fleet[:3]:
        scene.send(3, one.id, load_power_w=0.0)
    assert scene.changes == [(ROAD, FIRING)]


@pytest.mark.parametrize(
    ("by", "subject"),
    [
        ("road", "group:road:main"),
        ("place", "group:place:cho"),
        ("plot", "group:plot:lo-1"),
        ("kind", "group:kind:light"),
    ],
)
def test_by_what_devices_can_be_grouped(by: str, subject: str) -> None:
    text = DARK + NO_POWER + f"  group: {{by: {by}, at_least: 2}}\n"
    scene = Scene(text + ALERT, *lights(2, place="cho", plot="lo-1"))
    scene.send(1, "l1", load_power_w=0.0)
    scene.send(2, "l2", load_power_w=0.0)
    assert scene.changes == [(subject, FIRING)]


@pytest.mark.parametrize(("share", "needed"), [("30%", 2), ("40%", 2), ("41%", 3), ("1%", 1)])
def test_a_share_is_rounded_up(share: str, needed: int) -> None:
    scene = scene_of(DARK + NO_POWER + f"  group: {{by: road, share: {share}}}\n" + ALERT)
    for number in range(1, 6):
        scene.send(number, f"l{number}", load_power_w=30.0)
    for number in range(1, needed):
        scene.send(10 + number, f"l{number}", load_power_w=0.0)
    assert scene.changes == []
    scene.send(20, f"l{needed}", load_power_w=0.0)
    assert scene.changes == [(ROAD, FIRING)]


def test_unknown_devices_do_not_count_but_leave_open_what_they_could_decide() -> None:
    scene = scene_of(THREE_DARK + "  unknown: clear\n" + ALERT)
    for number in (1, 2, 3):
        scene.send(number, f"l{number}", load_power_w=0.0)
    assert scene.changes == [(ROAD, FIRING)]
    scene.stale(4, "l3")
    assert scene.changes == [(ROAD, FIRING), (ROAD, INACTIVE)]
    held = scene_of(THREE_DARK + ALERT)
    for number in (1, 2, 3):
        held.send(number, f"l{number}", load_power_w=0.0)
    held.stale(4, "l3")
    assert held.changes == [(ROAD, FIRING)]
    held.send(5, "l4", load_power_w=30.0)
    assert held.changes == [(ROAD, FIRING)]
    held.send(6, "l5", load_power_w=30.0)
    assert held.changes == [(ROAD, FIRING)]
    held.send(7, "l3", load_power_w=30.0)
    assert held.changes == [(ROAD, FIRING), (ROAD, INACTIVE)]


def test_until_says_when_a_device_counts_no_more() -> None:
    scene = scene_of(THREE_DARK + "  until: load_power_w > 10\n" + ALERT)
    for number in range(1, 6):
        scene.send(number, f"l{number}", load_power_w=0.0 if number < 4 else 30.0)
    scene.send(10, "l1", load_power_w=5.0)
    assert scene.changes == [(ROAD, FIRING)]
    scene.send(11, "l1", load_power_w=11.0)
    assert scene.changes == [(ROAD, FIRING), (ROAD, INACTIVE)]
    scene.send(12, "l1", load_power_w=5.0)
    assert len(scene.changes) == 2


def test_for_counts_while_enough_devices_hold_whichever_they_are() -> None:
    scene = scene_of(THREE_DARK + "  for: 10m\n" + ALERT)
    for number in range(1, 5):
        scene.send(0, f"l{number}", load_power_w=0.0)
    scene.send(MINUTE, "l1", load_power_w=30.0)
    scene.run_until(10 * MINUTE - 1)
    assert scene.states == [PENDING]
    scene.run_until(10 * MINUTE)
    assert scene.states == [PENDING, FIRING]


def test_a_group_may_be_about_silence() -> None:
    scene = scene_of(DARK + "  silent: 30m\n" + OF_ROAD + ALERT)
    for number in range(1, 6):
        scene.send(number * MINUTE, f"l{number}", load_power_w=0.0)
    scene.run_until(33 * MINUTE - 1)
    assert scene.changes == []
    scene.run_until(40 * MINUTE)
    assert scene.changes == [(ROAD, FIRING)]
    assert scene.saved["dark", ROAD].since == START + 33 * MINUTE
    for number in (1, 2):
        scene.send(41 * MINUTE, f"l{number}", load_power_w=0.0)
    assert len(scene.changes) == 1
    scene.send(42 * MINUTE, "l3", load_power_w=0.0)
    assert scene.states == [FIRING, INACTIVE]


def test_a_group_that_is_silent_stays_so_over_a_kill_until_its_devices_are_heard() -> None:
    scene = scene_of(DARK + "  silent: 30m\n" + OF_ROAD + ALERT)
    scene.run_until(40 * MINUTE)
    assert scene.changes == [(ROAD, FIRING)]
    scene.restart(41 * MINUTE)
    scene.run_until(42 * MINUTE)
    for number in (1, 2):
        scene.send(43 * MINUTE, f"l{number}", load_power_w=0.0)
    assert scene.changes == [(ROAD, FIRING)]
    scene.send(44 * MINUTE, "l3", load_power_w=0.0)
    assert scene.changes == [(ROAD, FIRING), (ROAD, INACTIVE)]


def test_at_its_moments_the_group_is_asked() -> None:
    scene = scene_of(THREE_DARK + "  at: 22:00\n" + ALERT)
    for number in range(1, 4):
        scene.send(clock(21, 59, day=0), f"l{number}", load_power_w=0.0)
    assert scene.changes == []
    scene.run_until(clock(22, day=0))
    assert scene.changes == [(ROAD, FIRING)]


def test_hours_open_and_close_for_groups_as_for_devices() -> None:
    scene = scene_of(THREE_DARK + "  only: {between: [22:00, 22:02]}\n" + ALERT)
    for number in range(1, 4):
        scene.send(clock(21, 59, day=0), f"l{number}", load_power_w=0.0)
    scene.run_until(clock(23, day=0))
    assert scene.changes == [(ROAD, FIRING), (ROAD, INACTIVE)]


def test_a_message_names_the_group_and_its_devices() -> None:
    message = "{group.name}: {group.count}/{group.size} ({group.unknown}): {group.devices}"
    text = DARK + NO_POWER + "  group: {by: road, at_least: 6}\n"
    then = f'  then: [{{alert: {{severity: warning, message: "{message}"}}}}]\n'
    scene = scene_of(text + then, count=8)
    for number in range(1, 7):
        scene.send(number, f"l{number}", load_power_w=0.0)
    [asked] = scene.asked()
    assert isinstance(asked, AlertAsked)
    names = {light.id: light for light in scene.fleet}
    first = sorted((names[f"l{n}"] for n in range(1, 7)), key=lambda light: light.number)[:5]
    listed = ", ".join(light.label.en for light in first)
    assert asked.message.en == f"main: 6/8 (2): {listed} and 1 more"
    assert asked.message.vi.endswith(" và 1 thiết bị khác")


def test_water_goes_to_the_plot_that_is_the_group() -> None:
    text = (
        "- rule: dry\n  label: x\n  on: {kind: soil}\n  when: soil_moisture_pct < 24\n"
        "  group: {by: plot, at_least: 2}\n"
        '  then: [{irrigate: {plot: "{device.plot}", depth_mm: 6}}]\n'
    )
    sensors = [device("soil", f"s{n}", plot="lo-3") for n in (1, 2)]
    scene = Scene(text, *sensors, plots=["lo-3"])
    scene.send(1, "s1", soil_moisture_pct=20.0)
    scene.send(2, "s2", soil_moisture_pct=20.0)
    [asked] = scene.asked()
    assert getattr(asked, "plot", None) == "lo-3"


def test_the_state_of_a_group_survives_a_kill() -> None:
    scene = scene_of(THREE_DARK + "  for: 10m\n" + ALERT)
    for number in range(1, 4):
        scene.send(0, f"l{number}", load_power_w=0.0)
    scene.restart(5 * MINUTE)
    scene.run_until(10 * MINUTE)
    assert scene.states == [PENDING, FIRING]
    scene.restart(11 * MINUTE)
    assert scene.states == [PENDING, FIRING]


def test_after_a_week_of_downtime_a_group_is_unknown_until_its_devices_report() -> None:
    scene = scene_of(THREE_DARK + ALERT)
    for number in range(1, 4):
        scene.send(0, f"l{number}", load_power_w=0.0)
    week = 7 * 24 * HOUR
    scene.restart(week)
    scene.run_until(week)
    assert scene.states == [FIRING]
    for number in range(1, 4):
        scene.send(week + number, f"l{number}", load_power_w=30.0)
    assert scene.states == [FIRING, INACTIVE]


def test_a_group_that_is_no_more_ends() -> None:
    scene = scene_of(THREE_DARK + ALERT, count=3)
    for number in range(1, 4):
        scene.send(0, f"l{number}", load_power_w=0.0)
    for number in range(1, 4):
        light = scene.fleet.get(f"l{number}")
        assert light is not None
        light.road = "new"
        scene.take(scene.engine.on_fleet_changed(START + number, light))
    assert scene.changes == [(ROAD, FIRING), (ROAD, INACTIVE)]
    assert scene.engine.rules_of("l1")[0].state is INACTIVE


def test_a_device_that_is_adopted_joins_its_group() -> None:
    late = device("light", "late", road="main", adopted=False)
    scene = Scene(THREE_DARK + ALERT, *lights(2), late)
    for number in (1, 2):
        scene.send(number, f"l{number}", load_power_w=0.0)
    late.adopted = True
    scene.take(scene.engine.on_fleet_changed(START + 3, late))
    assert scene.changes == []
    scene.send(4, "late", load_power_w=0.0)
    assert scene.changes == [(ROAD, FIRING)]


def test_a_device_that_joins_unheard_is_silent_from_then_on() -> None:
    late = device("light", "late", road="main", adopted=False)
    text = DARK + "  silent: 30m\n  group: {by: road, at_least: 1}\n"
    scene = Scene(text + ALERT, late)
    late.adopted = True
    scene.take(scene.engine.on_fleet_changed(START + HOUR, late))
    scene.run_until(HOUR + 30 * MINUTE - 1)
    assert scene.changes == []
    scene.run_until(HOUR + 30 * MINUTE)
    assert scene.changes == [(ROAD, FIRING)]


def test_an_edited_rule_about_groups_keeps_its_state() -> None:
    scene = scene_of(THREE_DARK + ALERT)
    for number in range(1, 4):
        scene.send(0, f"l{number}", load_power_w=0.0)
    fewer = THREE_DARK.replace("at_least: 3", "at_least: 2")
    scene.take(scene.engine.replace(scene_of(fewer + ALERT).rules, START + 1))
    assert scene.changes == [(ROAD, FIRING)]
    more = THREE_DARK.replace("at_least: 3", "at_least: 5")
    scene.take(scene.engine.replace(scene_of(more + ALERT).rules, START + 2))
    assert scene.states == [FIRING]
    for number in (4, 5):
        scene.send(3, f"l{number}", load_power_w=30.0)
    assert scene.states == [FIRING, INACTIVE]
    scene.take(scene.engine.replace(scene_of(fewer + ALERT).rules, START + 4))
    assert scene.states == [FIRING, INACTIVE, FIRING]


def test_a_rule_that_becomes_one_about_groups_ends_for_its_devices() -> None:
    scene = scene_of(DARK + NO_POWER + ALERT, count=3)
    for number in range(1, 4):
        scene.send(0, f"l{number}", load_power_w=0.0)
    scene.take(scene.engine.replace(scene_of(THREE_DARK + ALERT, count=3).rules, START + 1))
    ended = {subject for subject, state in scene.changes if state is INACTIVE}
    assert ended == {"l1", "l2", "l3"}
    assert scene.changes[-1] == (ROAD, FIRING)
    scene.take(scene.engine.replace((), START + 2))
    assert scene.changes[-1] == (ROAD, INACTIVE)


def test_the_status_counts_groups_and_a_device_shows_those_it_belongs_to() -> None:
    scene = scene_of(THREE_DARK + ALERT)
    for number in range(1, 4):
        scene.send(0, f"l{number}", load_power_w=0.0)
    [row] = scene.engine.status()
    assert row.subjects == {INACTIVE: 1, PENDING: 0, FIRING: 1}
    assert row.firing == (ROAD,)
    [mine] = scene.engine.rules_of("l5")
    assert (mine.rule, mine.state) == ("dark", FIRING)


def test_a_clock_that_is_corrected_moves_groups_and_no_members() -> None:
    scene = scene_of(THREE_DARK + "  for: 10m\n" + ALERT)
    for number in range(1, 4):
        scene.send(0, f"l{number}", load_power_w=0.0)
    changed = scene.correct(MINUTE, 5 * HOUR)
    assert [getattr(one, "subject", None) for one in changed] == [ROAD]
    scene.run_until(5 * HOUR + 10 * MINUTE)
    assert scene.states[-1] is FIRING


def test_no_state_is_kept_of_a_member() -> None:
    scene = scene_of(THREE_DARK + ALERT)
    for number in range(1, 6):
        scene.send(number, f"l{number}", load_power_w=0.0)
    assert {subject for _, subject in scene.saved} == {ROAD}
    assert all(isinstance(state, RuleState) for state in scene.states)
