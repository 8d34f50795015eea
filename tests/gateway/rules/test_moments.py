"""Rules that act at moments: `at`, `every`, `event`, each sentence of docs/rules.md."""

import pytest

from devices.reading import Millis
from gateway.decisions import AlertAsked, AlertCleared, CommandAsked, IrrigationAsked, RuleChanged
from tests.gateway.rules.scene import (
    FIRING,
    HOUR,
    INACTIVE,
    MINUTE,
    START,
    Scene,
    device,
)

# START is a Monday, 21:13:20 in the hamlet; the sun sets at 17:53 and rises at 5:43.
EVENING = 21 * HOUR + 13 * MINUTE + 20_000
DAY = 24 * HOUR


def clock(hour: int, minute: int = 0, *, day: int = 1) -> Millis:
    """A time of the first day after START, or of a later one."""
    return day * DAY + hour * HOUR + minute * MINUTE - EVENING


HEAD = "- rule: tea\n  label: x\n  on: {kind: soil}\n"
WATER = '  then: [{irrigate: {plot: "{device.plot}", depth_mm: 6}}]\n'
WARN = "  then: [{alert: {severity: warning}}]\n"
DRY = "  when: soil_moisture_pct < 24\n"
AT_SIX = HEAD + "  at: 06:00\n"


def scene_of(text: str) -> Scene:
    return Scene(text, device("soil", "s1", plot="lo-3"), plots=["lo-3"])


Asked = IrrigationAsked | CommandAsked | AlertAsked


def times(scene: Scene, kind: type[Asked] = IrrigationAsked) -> list[Millis]:
    """When something of that kind was asked."""
    return [one.at - START for one in scene.asked() if isinstance(one, kind)]


def begun(scene: Scene) -> list[Millis]:
    """When it fired."""
    changes = (one for one in scene.decisions if isinstance(one, RuleChanged))
    return [one.since - START for one in changes if one.state is FIRING]


@pytest.mark.parametrize(
    ("trigger", "first", "second"),
    [
        ("at: 06:30", clock(6, 30), clock(6, 30, day=2)),
        ("at: [06:30, 22:00]", clock(22, day=0), clock(6, 30)),
        ("every: 30 6 * * wed", clock(6, 30, day=2), clock(6, 30, day=9)),
        ("every: 0 */12 * * *", clock(0), clock(12)),
    ],
)
def test_a_rule_acts_at_its_times_of_day(trigger: str, first: Millis, second: Millis) -> None:
    scene = scene_of(HEAD + f"  {trigger}\n" + WATER)
    scene.run_until(second)
    assert times(scene) == [first, second]


def test_sun_times_move_with_the_days() -> None:
    scene = scene_of(HEAD + "  at: sunset-30m\n" + WATER)
    scene.run_until(30 * DAY)
    first, *_, last = times(scene)
    assert clock(17, 22) < first < clock(17, 25)
    assert clock(16, 56, day=30) < last < clock(17, day=30)


def test_without_an_end_it_is_over_at_once() -> None:
    scene = scene_of(AT_SIX + WATER)
    scene.run_until(clock(6))
    assert scene.states == [FIRING, INACTIVE]


def test_its_condition_is_asked_at_its_moments_only() -> None:
    scene = scene_of(AT_SIX + DRY + WATER)
    scene.send(clock(5, 50), "s1", soil_moisture_pct=20.0)
    assert scene.decisions == []
    scene.run_until(clock(6))
    assert times(scene) == [clock(6)]


def test_it_acts_again_at_each_moment_at_which_its_condition_holds() -> None:
    scene = scene_of(HEAD + "  every: 0 * * * *\n" + DRY + WATER)
    scene.run_until(clock(4, 30))
    for hour, moisture in ((5, 20.0), (6, 22.0), (7, 30.0), (8, 20.0)):
        scene.send(clock(hour, -5), "s1", soil_moisture_pct=moisture)
        scene.run_until(clock(hour))
    assert times(scene) == [clock(5), clock(6), clock(8)]
    assert scene.states == [FIRING, FIRING, INACTIVE, FIRING]


def test_its_alert_stays_until_a_moment_at_which_the_condition_is_false() -> None:
    scene = scene_of(HEAD + "  every: 0 * * * *\n" + DRY + WARN)
    scene.run_until(clock(4, 30))
    scene.send(clock(5, -5), "s1", soil_moisture_pct=20.0)
    scene.run_until(clock(5))
    scene.send(clock(5, 55), "s1", soil_moisture_pct=30.0)
    assert [type(one) for one in scene.asked()] == [AlertAsked]
    scene.run_until(clock(6))
    assert scene.asked()[1:] == [AlertCleared("rule:tea", "s1", START + clock(6))]


def test_with_a_duration_as_its_end_it_fires_so_long() -> None:
    scene = scene_of(AT_SIX + "  until: 2h\n" + WARN)
    scene.run_until(clock(8) - 1)
    assert scene.states == [FIRING]
    scene.restart(clock(8) - 1)
    scene.run_until(clock(8))
    assert scene.states == [FIRING, INACTIVE]
    assert scene.asked()[1:] == [AlertCleared("rule:tea", "s1", START + clock(8))]


def test_the_duration_counts_from_its_newest_firing() -> None:
    scene = scene_of(HEAD + "  every: 0 5,6 * * *\n  until: 90m\n" + WARN)
    scene.run_until(clock(12))
    assert scene.states == [FIRING, FIRING, INACTIVE]
    assert scene.saved["tea", "s1"].since == START + clock(7, 30)


def test_what_concerns_no_device_is_done_by_the_gateway_once() -> None:
    text = (
        "- rule: evening\n  label: x\n  on: {device: gateway}\n  at: sunset\n"
        "  then: [{command: {on: {kind: light}, command: set-brightness, brightness_pct: 100}}]\n"
    )
    lights = [device("light", f"l{number}") for number in (1, 2)]
    scene = Scene(text, device("gateway", "gateway"), *lights)
    scene.run_until(clock(20))
    assert {one.device for one in scene.asked() if isinstance(one, CommandAsked)} == {"l1", "l2"}
    assert len(scene.asked()) == 2


def test_with_a_condition_as_its_end_readings_end_it() -> None:
    scene = scene_of(AT_SIX + "  until: soil_moisture_pct > 27\n" + WARN)
    scene.run_until(clock(6))
    scene.send(clock(7), "s1", soil_moisture_pct=26.0)
    assert scene.states == [FIRING]
    scene.send(clock(8), "s1", soil_moisture_pct=28.0)
    assert scene.states == [FIRING, INACTIVE]


@pytest.mark.parametrize(("policy", "acts"), [("hold", False), ("clear", False), ("fire", True)])
def test_an_unknown_condition_lets_the_moment_pass(policy: str, acts: bool) -> None:
    scene = scene_of(AT_SIX + DRY + f"  unknown: {policy}\n" + WATER)
    scene.run_until(clock(6))
    assert times(scene) == ([clock(6)] if acts else [])


def test_unknown_ends_what_fires_only_where_the_rule_says_so() -> None:
    for policy, states in (("hold", [FIRING]), ("clear", [FIRING, INACTIVE])):
        hourly = HEAD + "  every: 0 * * * *\n"
        scene = scene_of(hourly + DRY + f"  unknown: {policy}\n" + WARN)
        scene.run_until(clock(4, 30))
        scene.send(clock(5, -5), "s1", soil_moisture_pct=20.0)
        scene.run_until(clock(6))
        assert scene.states == states


def test_a_moment_within_the_cooldown_passes() -> None:
    scene = scene_of(HEAD + "  every: 0 * * * *\n  cooldown: 2h\n" + WATER)
    scene.run_until(clock(5))
    asked = times(scene)
    assert [later - asked[0] for later in asked] == [2 * HOUR * n for n in range(len(asked))]


def test_a_broken_condition_harms_nobody_at_a_moment() -> None:
    product = " * ".join(["rx_bytes"] * 20)
    broken = "- rule: broken\n  label: x\n  on: {kind: wifi}\n  at: 06:00\n"
    text = broken + f"  when: {product} / 3 > 1\n" + WARN + AT_SIX + WATER
    scene = Scene(text, device("wifi", "w1"), device("soil", "s1", plot="lo-3"), plots=["lo-3"])
    scene.send(clock(5, 59), "w1", rx_bytes=2**62)
    scene.run_until(clock(6))
    assert times(scene) == [clock(6)]
    health = scene.engine.status()[0].health
    assert health is not None
    assert "w1" in health.en
    scene.send(clock(5, 59, day=2), "w1", rx_bytes=0)
    scene.run_until(clock(6, day=2))
    assert scene.engine.status()[0].health is None


# What was missed.


def test_a_short_absence_misses_nothing() -> None:
    scene = scene_of(AT_SIX + WATER)
    scene.send(clock(5, 59), "s1", soil_moisture_pct=20.0)
    scene.restart(clock(6, 4))
    scene.run_until(clock(6, 4))
    assert times(scene) == [clock(6, 4)]


@pytest.mark.parametrize(
    ("missed", "then", "acts"),
    [
        ("", WATER, False),
        ("", '  then: [{command: {device: "{device.id}", command: close}}]\n', False),
        ("  until: 1h\n", WARN, True),
        ("  missed: run\n", WATER, True),
        ("  missed: skip\n  until: 1h\n", WARN, False),
    ],
)
def test_what_was_missed_is_skipped_or_done_once(missed: str, then: str, acts: bool) -> None:
    text = "- rule: tea\n  label: x\n  on: {kind: valve}\n  at: 06:00\n" + missed + then
    scene = Scene(text, device("valve", "v1", plot="lo-3"), plots=["lo-3"])
    scene.send(clock(5, 50), "v1", open=False)
    scene.restart(clock(12, day=8))
    scene.run_until(clock(12, day=8))
    assert begun(scene) == ([clock(12, day=8)] if acts else [])
    scene.run_until(clock(6, day=9))
    assert begun(scene)[-1] == clock(6, day=9)


def test_a_kill_after_the_moment_does_not_repeat_it() -> None:
    scene = scene_of(AT_SIX + WATER)
    scene.send(clock(5, 59), "s1", soil_moisture_pct=20.0)
    scene.run_until(clock(6))
    scene.restart(clock(6, 1))
    scene.run_until(clock(7))
    assert times(scene) == [clock(6)]


def test_a_new_site_has_missed_nothing() -> None:
    scene = scene_of(AT_SIX + "  missed: run\n" + WATER)
    scene.run_until(clock(5))
    assert times(scene) == []


def test_a_rule_that_is_new_or_edited_has_missed_nothing() -> None:
    scene = scene_of(AT_SIX + WATER)
    scene.engine.replace(scene_of(HEAD + "  at: 05:00\n  missed: run\n" + WATER).rules, START)
    scene.run_until(clock(4))
    assert times(scene) == []
    scene.run_until(clock(5))
    assert times(scene) == [clock(5)]


# Clocks that nobody trusts, and that are corrected.


def test_while_the_time_is_not_known_its_moments_wait() -> None:
    scene = scene_of(AT_SIX + WATER)
    scene.restart(0, trusted=False)
    scene.run_until(2 * DAY)
    assert times(scene) == []
    scene.tick(clock(12, day=3))
    scene.trust_clock(True)
    scene.run_until(clock(6, day=4))
    assert times(scene) == [clock(6, day=4)]


@pytest.mark.parametrize(("missed", "count"), [("run", 1), ("skip", 0)])
def test_what_a_late_clock_passed_over_was_missed(missed: str, count: int) -> None:
    scene = scene_of(AT_SIX + f"  missed: {missed}\n" + WATER)
    scene.run_until(clock(5))
    scene.correct(clock(5), 3 * HOUR)
    scene.run_until(clock(9))
    assert len(times(scene)) == count


def test_three_years_pass_at_once_and_are_missed_once() -> None:
    scene = scene_of(HEAD + "  every: '* * * * *'\n  missed: run\n" + WATER)
    scene.run_until(MINUTE)
    before = len(times(scene))
    scene.correct(MINUTE, 3 * 365 * DAY + 1)
    scene.tick(MINUTE + 3 * 365 * DAY + 1)
    assert len(times(scene)) == before + 1


def test_what_a_clock_that_was_ahead_did_is_not_done_again() -> None:
    scene = scene_of(AT_SIX + WATER)
    scene.run_until(clock(6, 1))
    scene.correct(clock(6, 1), -2 * HOUR)
    scene.run_until(clock(6, day=2))
    assert times(scene) == [clock(6), clock(6, day=2)]


def test_after_a_clock_that_was_ahead_by_years_the_days_begin_anew() -> None:
    years = 3 * 365 * DAY
    scene = scene_of(AT_SIX + WATER)
    scene.restart(years)
    scene.run_until(years)
    scene.correct(years, -years)
    scene.run_until(clock(6))
    assert times(scene) == [clock(6)]


# Events.

FINISHED = "- rule: said\n  label: x\n  on: {kind: speaker}\n  event: playback-finished\n"
STOP = '  then: [{command: {device: "{device.id}", command: stop}}]\n'


def test_an_event_begins_a_rule_each_time_it_happens() -> None:
    scene = Scene(FINISHED + STOP, device("speaker", "p1"), device("speaker", "p2"))
    scene.happen(0, "p1", "playback-finished", clip="a.mp3")
    scene.happen(MINUTE, "p1", "playback-started")
    scene.happen(2 * MINUTE, "p1", "playback-finished")
    assert times(scene, CommandAsked) == [0, 2 * MINUTE]
    assert {subject for subject, _ in scene.changes} == {"p1"}


def test_an_event_with_a_code_is_another_than_without() -> None:
    text = FINISHED.replace("playback-finished", "{name: fault, code: 3}")
    scene = Scene(text + STOP, device("speaker", "p1"))
    scene.happen(0, "p1", "fault")
    scene.happen(1, "p1", "fault", code=4)
    scene.happen(2, "p1", "fault", code=3)
    assert times(scene, CommandAsked) == [2]


def test_two_events_in_one_millisecond_give_two_commands() -> None:
    scene = Scene(FINISHED + STOP, device("speaker", "p1"))
    scene.happen(0, "p1", "playback-finished")
    scene.happen(0, "p1", "playback-finished")
    keys = [one.key for one in scene.asked() if isinstance(one, CommandAsked)]
    assert len(set(keys)) == 2


def test_readings_do_not_touch_a_rule_that_acts_at_moments() -> None:
    scene = scene_of(AT_SIX + DRY + WATER)
    assert scene.send(0, "s1", soil_moisture_pct=20.0) is scene.send(
        1, "s1", soil_moisture_pct=30.0
    )


def test_silence_ends_what_fires_until_a_condition_that_unknown_clears() -> None:
    scene = scene_of(AT_SIX + "  until: soil_moisture_pct > 27\n  unknown: clear\n" + WARN)
    scene.run_until(clock(5, 50))
    scene.send(clock(5, 50), "s1", soil_moisture_pct=20.0)
    scene.run_until(clock(6))
    scene.stale(clock(6, 21), "s1")
    assert scene.states == [FIRING, INACTIVE]
