"""Rules that are open only at some times, each sentence of docs/rules.md."""

import pytest

from devices.reading import Millis
from gateway.decisions import AlertAsked, AlertCleared
from tests.gateway.rules.scene import (
    ALERT,
    BELOW,
    DRY,
    FIRING,
    HOUR,
    INACTIVE,
    MINUTE,
    PENDING,
    START,
    Scene,
    device,
)
from tests.gateway.rules.test_moments import DAY, clock

BY_NIGHT = "  only: {between: [22:00, 05:00]}\n"


def scene_of(text: str) -> Scene:
    return Scene(text, device("soil", "s1"))


def tell(scene: Scene, at: Millis, moisture: float) -> None:
    """The sensor reports, after all that was due before."""
    scene.run_until(at)
    scene.send(at, "s1", soil_moisture_pct=moisture)


def test_outside_its_hours_a_rule_does_not_begin() -> None:
    scene = scene_of(BELOW + BY_NIGHT + ALERT)
    tell(scene, clock(21, 20, day=0), 20.0)
    tell(scene, clock(6), 20.0)
    assert scene.decisions == []


def test_when_it_opens_its_condition_is_asked_at_once() -> None:
    scene = scene_of(BELOW + BY_NIGHT + ALERT)
    tell(scene, clock(21, 45, day=0), 20.0)
    scene.run_until(clock(22, day=0))
    assert scene.states == [FIRING]
    assert scene.saved["dry", "s1"].since == START + clock(22, day=0)


def test_when_it_opens_and_nothing_is_known_it_waits() -> None:
    scene = scene_of(BELOW + BY_NIGHT + ALERT)
    tell(scene, clock(20, day=1), 20.0)
    scene.run_until(clock(23))
    assert scene.states == []
    tell(scene, clock(23), 20.0)
    assert scene.states == [FIRING]


def test_for_counts_from_the_opening() -> None:
    scene = scene_of(BELOW + "  for: 10m\n" + BY_NIGHT + ALERT)
    tell(scene, clock(21, 45, day=0), 20.0)
    scene.run_until(clock(22, 10, day=0) - 1)
    assert scene.states == [PENDING]
    scene.run_until(clock(22, 10, day=0))
    assert scene.states == [PENDING, FIRING]


def test_what_waits_when_it_closes_waits_no_longer() -> None:
    scene = scene_of(BELOW + "  for: 30m\n" + BY_NIGHT + ALERT)
    scene.run_until(clock(4, 45))
    tell(scene, clock(4, 45), 20.0)
    scene.run_until(clock(6))
    assert scene.changes == [("s1", PENDING), ("s1", INACTIVE)]
    assert scene.saved["dry", "s1"].since == START + clock(5)


@pytest.mark.parametrize("late", [0, MINUTE])
def test_what_falls_due_at_the_closing_does_not_begin(late: Millis) -> None:
    scene = scene_of(BELOW + "  for: 15m\n" + BY_NIGHT + ALERT)
    tell(scene, clock(4, 45), 20.0)
    scene.tick(clock(5) + late)
    assert scene.states == [PENDING, INACTIVE]


def test_what_fires_when_it_closes_ends() -> None:
    scene = scene_of(BELOW + BY_NIGHT + ALERT)
    tell(scene, clock(4, 45), 20.0)
    scene.run_until(clock(6))
    assert scene.states == [FIRING, INACTIVE]
    assert scene.asked()[1:] == [AlertCleared("rule:dry", "s1", START + clock(5))]


def test_with_until_it_fires_on_until_that_is_true() -> None:
    scene = scene_of(BELOW + "  until: soil_moisture_pct > 27\n" + BY_NIGHT + ALERT)
    tell(scene, clock(4, 45), 20.0)
    scene.run_until(clock(12))
    assert scene.states == [FIRING]
    tell(scene, clock(12), 28.0)
    assert scene.states == [FIRING, INACTIVE]
    tell(scene, clock(13), 20.0)
    assert scene.states == [FIRING, INACTIVE]


def test_silence_counts_on_but_fires_within_the_hours_only() -> None:
    quiet = DRY.replace("dry", "quiet") + "  silent: 30m\n" + BY_NIGHT + ALERT
    scene = scene_of(quiet)
    tell(scene, 0, 20.0)
    scene.run_until(clock(22, day=0) - 1)
    assert scene.states == []
    scene.run_until(clock(22, day=0))
    assert scene.states == [FIRING]
    scene.run_until(clock(5))
    assert scene.states == [FIRING, INACTIVE]
    scene.run_until(clock(21))
    assert scene.engine.next_deadline() == START + clock(22)


def test_moments_outside_the_hours_pass() -> None:
    text = DRY + "  every: 0 * * * *\n  only: {between: [05:30, 07:30]}\n  until: 1m\n" + ALERT
    scene = scene_of(text)
    scene.run_until(clock(12))
    fired = [one.at - START for one in scene.asked() if isinstance(one, AlertAsked)]
    assert fired == [clock(6), clock(7)]


@pytest.mark.parametrize(
    ("only", "opens"),
    [
        ("{between: [sunset, sunrise], months: [3, 11]}", clock(17, 53)),
        ("{weekdays: wed}", clock(0, day=2)),
        ("{weekdays: [sat, sun]}", clock(0, day=5)),
        ("{months: [11, 2]}", clock(0, day=41)),
        ("{months: [10]}", clock(0, day=10)),
        ("{months: [1, 11, 12]}", clock(0, day=41)),
        ("{between: [08:00, 09:00], weekdays: [tue]}", clock(8)),
    ],
)
def test_hours_weekdays_and_months(only: str, opens: Millis) -> None:
    text = DRY + f"  silent: 10m\n  only: {only}\n" + ALERT
    scene = scene_of(text)
    tell(scene, 0, 20.0)
    scene.run_until(opens - MINUTE)
    before = scene.states.count(FIRING)
    assert scene.states.count(INACTIVE) == before
    scene.run_until(opens + MINUTE)
    assert scene.states.count(FIRING) == before + 1


def test_a_restart_after_the_closing_ends_what_fired() -> None:
    scene = scene_of(BELOW + BY_NIGHT + ALERT)
    tell(scene, clock(4, 45), 20.0)
    scene.restart(clock(7, day=8))
    scene.tick(clock(7, day=8))
    assert scene.states == [FIRING, INACTIVE]


def test_a_restart_within_the_hours_changes_nothing() -> None:
    scene = scene_of(BELOW + BY_NIGHT + ALERT)
    tell(scene, clock(4, 45), 20.0)
    scene.restart(clock(4, 50))
    scene.tick(clock(4, 50))
    assert scene.states == [FIRING]


def test_while_the_time_is_not_known_a_rule_with_hours_neither_begins_nor_ends() -> None:
    scene = scene_of(BELOW + BY_NIGHT + ALERT)
    tell(scene, clock(23, day=0), 20.0)
    scene.restart(clock(23, 10, day=0), trusted=False)
    scene.run_until(clock(12))
    tell(scene, clock(12), 20.0)
    assert scene.states == [FIRING]
    tell(scene, clock(13), 30.0)
    assert scene.states == [FIRING, INACTIVE]
    tell(scene, clock(23), 20.0)
    assert scene.states == [FIRING, INACTIVE]
    scene.trust_clock(True)
    scene.tick(clock(23))
    assert scene.states == [FIRING, INACTIVE, FIRING]


def test_a_corrected_clock_closes_what_is_closed() -> None:
    scene = scene_of(BELOW + BY_NIGHT + ALERT)
    tell(scene, clock(23, day=0), 20.0)
    scene.correct(clock(23, 10, day=0), 10 * HOUR)
    scene.tick(clock(9, 10))
    assert scene.states[-1] is INACTIVE


def test_a_device_adopted_outside_the_hours_is_not_judged() -> None:
    late = device("soil", "s2", adopted=False)
    scene = Scene(BELOW + BY_NIGHT + ALERT, device("soil", "s1"), late)
    late.adopted = True
    scene.take(scene.engine.on_fleet_changed(START, late))
    scene.send(clock(21, 45, day=0), "s2", soil_moisture_pct=20.0)
    assert scene.states == []
    scene.run_until(clock(22, day=0))
    assert scene.changes == [("s2", FIRING)]


def test_an_edited_rule_opens_at_its_new_hours() -> None:
    scene = scene_of(BELOW + BY_NIGHT + ALERT)
    tell(scene, 0, 20.0)
    always = scene_of(BELOW + "  only: {between: [21:00, 05:00]}\n" + ALERT).rules
    scene.take(scene.engine.replace(always, START + 1))
    scene.run_until(1)
    assert scene.states == [FIRING]
    scene.run_until(DAY)
    assert scene.states == [FIRING, INACTIVE]


def test_a_start_within_its_hours_is_no_opening() -> None:
    """The condition is looked at with the next reading, as without `only`."""
    scene = scene_of(BELOW + "  unknown: fire\n" + BY_NIGHT + ALERT)
    tell(scene, clock(21, 45, day=0), 30.0)
    tell(scene, clock(22, 15, day=0), 30.0)
    scene.restart(clock(23, 20, day=0))
    scene.run_until(clock(23, 20, day=0))
    assert scene.states == []
    scene.send(clock(23, 25, day=0), "s1", soil_temperature_c=20.0)
    assert scene.states == [FIRING]


@pytest.mark.parametrize("restarted", [False, True])
def test_what_falls_due_when_it_closes_does_not_happen(restarted: bool) -> None:
    closing = clock(5)
    scene = scene_of(BELOW + "  for: 1h\n" + BY_NIGHT + ALERT)
    tell(scene, closing - HOUR, 20.0)
    if restarted:
        scene.restart(closing - 30 * MINUTE)
    scene.send(closing - MINUTE, "s1", soil_moisture_pct=20.0)
    scene.run_until(closing)
    assert scene.states == [PENDING, INACTIVE]
