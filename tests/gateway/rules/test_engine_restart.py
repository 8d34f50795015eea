"""Rules over restarts, edits and clocks that jump."""

import pytest

from gateway.decisions import (
    AlertAsked,
    AlertCleared,
    CommandAsked,
    RuleChanged,
)
from gateway.rules.engine import RuleEngine
from tests.gateway.rules.scene import (
    ALERT,
    BELOW,
    DRY,
    FIRING,
    HERE,
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


def test_pending_survives_a_kill_and_fires_at_its_time() -> None:
    scene = Scene(BELOW + "  for: 20s\n" + ALERT, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    scene.restart(5 * SECOND)
    assert scene.engine.next_deadline() == START + 20 * SECOND
    scene.run_until(20 * SECOND)
    assert scene.states == [PENDING, FIRING]


def test_what_fell_due_while_the_gateway_was_off_fires_at_once_if_it_still_holds() -> None:
    scene = Scene(BELOW + "  for: 20s\n" + ALERT, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    scene.restart(5 * MINUTE)
    scene.tick(5 * MINUTE)
    assert scene.states == [PENDING, FIRING]
    assert scene.saved["dry", "s1"].since == START + 5 * MINUTE


def test_a_firing_rule_goes_on_after_a_restart_without_acting_again() -> None:
    scene = Scene(WATER, device("soil", "s1", plot="lo-3"), plots=["lo-3"])
    scene.send(0, "s1", soil_moisture_pct=20.0)
    assert scene.restart(MINUTE) == []
    scene.send(2 * MINUTE, "s1", soil_moisture_pct=20.0)
    scene.send(3 * MINUTE, "s1", soil_moisture_pct=30.0)
    assert scene.states == [FIRING, INACTIVE]
    assert len(scene.asked()) == 1


def test_the_alert_of_a_removed_rule_is_cleared() -> None:
    scene = Scene(BELOW + ALERT, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    decided = scene.restart(MINUTE, BELOW.replace("rule: dry", "rule: other") + ALERT)
    at = START + MINUTE
    assert decided == [
        RuleChanged("dry", "s1", INACTIVE, at, None, None, {}),
        AlertCleared("rule:dry", "s1", at),
    ]
    assert scene.restart(2 * MINUTE) == []


def test_a_shorter_for_takes_effect_on_what_is_pending() -> None:
    scene = Scene(BELOW + "  for: 20m\n" + ALERT, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    [changed] = scene.restart(MINUTE, BELOW + "  for: 10m\n" + ALERT)
    assert isinstance(changed, RuleChanged)
    assert changed.due == START + 10 * MINUTE


def test_what_was_pending_is_not_taken_over_by_a_rule_about_silence() -> None:
    scene = Scene(BELOW + "  for: 20m\n" + ALERT, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    [changed] = scene.restart(MINUTE, DRY + "  silent: 2h\n" + ALERT)
    at = START + MINUTE
    assert changed == RuleChanged("dry", "s1", INACTIVE, at, None, None, {})
    scene.run_until(2 * HOUR + MINUTE)
    assert scene.states[-1] is FIRING


@pytest.mark.parametrize("years", [3, -3])
def test_a_corrected_clock_lets_pass_what_a_rule_has_still_to_wait(years: int) -> None:
    jump = years * 365 * 24 * HOUR
    waiting = BELOW + "  for: 10m\n  cooldown: 1h\n" + ALERT
    scene = Scene(waiting, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    scene.run_until(4 * MINUTE)
    scene.correct(4 * MINUTE, jump)
    assert scene.saved["dry", "s1"].due == START + jump + 10 * MINUTE
    scene.run_until(jump + 10 * MINUTE - 1)
    assert scene.states == [PENDING, PENDING]
    scene.send(jump + 10 * MINUTE - 1, "s1", soil_moisture_pct=20.0)
    scene.run_until(jump + 10 * MINUTE)
    assert scene.states == [PENDING, PENDING, FIRING]
    scene.correct(jump + 11 * MINUTE, -jump, since=jump)
    assert scene.saved["dry", "s1"].cool_until == START + 70 * MINUTE
    scene.send(12 * MINUTE, "s1", soil_moisture_pct=30.0)
    scene.send(13 * MINUTE, "s1", soil_moisture_pct=20.0)
    assert scene.saved["dry", "s1"].due == START + 70 * MINUTE
    assert sum(isinstance(one, AlertAsked) for one in scene.asked()) == 1


def test_what_was_pending_before_the_time_got_lost_has_as_long_to_wait() -> None:
    scene = Scene(BELOW + "  for: 10m\n" + ALERT, device("soil", "s1"))
    scene.send(0, "s1", soil_moisture_pct=20.0)
    scene.restart(4 * MINUTE)  # hours later, but nobody knows
    scene.send(5 * MINUTE, "s1", soil_moisture_pct=20.0)
    scene.correct(6 * MINUTE, 5 * HOUR, since=4 * MINUTE)
    scene.send(5 * HOUR + 9 * MINUTE, "s1", soil_moisture_pct=20.0)
    assert FIRING not in scene.states
    scene.run_until(5 * HOUR + 10 * MINUTE)
    assert scene.states[-1] is FIRING


@pytest.mark.parametrize("years", [3, -3])
def test_a_corrected_clock_neither_hides_silence_nor_makes_it_up(years: int) -> None:
    jump = years * 365 * 24 * HOUR
    scene = Scene(SILENT + ALERT, device("light", "l1"))
    scene.send(0, "l1", battery_v=13.0)
    scene.correct(10 * MINUTE, jump)
    scene.run_until(jump + 30 * MINUTE - 1)
    assert scene.states == []
    scene.run_until(jump + 30 * MINUTE)
    assert scene.states == [FIRING]


def test_silence_from_before_an_unknown_time_is_awaited_as_long_as_ever() -> None:
    scene = Scene(SILENT + ALERT, device("light", "l1"))
    scene.send(0, "l1", battery_v=13.0)
    scene.restart(1000)
    scene.correct(5 * MINUTE, 5 * HOUR, since=1000)
    scene.run_until(5 * HOUR + 30 * MINUTE)
    assert scene.states == []
    scene.run_until(5 * HOUR + 30 * MINUTE + 1000)
    assert scene.states == [FIRING]


def test_what_was_stamped_ahead_before_a_restart_hides_no_silence() -> None:
    scene = Scene(SILENT + ALERT, device("light", "l1"))
    scene.send(24 * HOUR, "l1", battery_v=13.0)
    scene.restart(0)
    scene.run_until(30 * MINUTE - 1)
    assert scene.states == []
    scene.run_until(30 * MINUTE)
    assert scene.states == [FIRING]


def test_commands_have_a_name_that_a_replay_repeats() -> None:
    text = (
        "- rule: full\n  label: x\n  on: {kind: soil}\n  when: soil_moisture_pct > 40\n"
        "  then: [{command: {on: {kind: valve, plot: lo-3}, command: close, expires: 5m}}]\n"
    )
    devices = [device("soil", "s1"), *(device("valve", f"v{n}", plot="lo-3") for n in (1, 2))]
    scene = Scene(text, *devices, device("valve", "v3"), device("valve", "v4", adopted=False))
    scene.send(0, "s1", soil_moisture_pct=45.0)
    first, second = scene.asked()
    assert isinstance(first, CommandAsked)
    assert isinstance(second, CommandAsked)
    assert (first.device, second.device) == ("v1", "v2")
    assert first.key == f"full.s1.{START}.0.v1"
    assert first.key != second.key
    assert first.expires_at == START + 5 * MINUTE
    again = RuleEngine(scene.rules, scene.fleet, HERE)
    again.restore((), START)
    soil = scene.fleet.get("s1")
    assert soil is not None
    scene.saved.clear()
    scene.engine = again
    assert scene.send(0, "s1", soil_moisture_pct=45.0)[1:] == [first, second]
