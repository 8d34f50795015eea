"""A rule that cannot do what it is there for says so, in both languages."""

import pytest

from gateway.fleet import Device
from tests.gateway.rules.scene import HOUR, MINUTE, Scene, device

DARK = """
- rule: dark
  label: {vi: Tối, en: Dark}
  on: {kind: light}
  when: load_power_w < 1
  then: [{alert: {severity: info}}]
"""
DAY = 24 * HOUR


def health(scene: Scene) -> str | None:
    """What the only rule says, in English; it says it in Vietnamese too."""
    [status] = scene.engine.status()
    if status.health is None:
        return None
    assert status.health.vi
    assert status.health.vi != status.health.en
    return status.health.en


def lights(number: int = 1) -> list[Device]:
    return [device("light", f"l{index}") for index in range(1, number + 1)]


def test_a_rule_that_no_device_matches() -> None:
    assert health(Scene(DARK, device("soil", "s1"))) == "no device matches"


@pytest.mark.parametrize("minutes", [59, 60])
def test_what_a_device_has_not_sent_within_an_hour_it_does_not_send(minutes: int) -> None:
    scene = Scene(DARK, *lights())
    scene.send(MINUTE, "l1", battery_v=12.0)
    scene.send(minutes * MINUTE, "l1", battery_v=12.0)
    words = "Device l1 has never sent “Lamp power” (load_power_w)"
    assert health(scene) == (words if minutes == 60 else None)


def test_a_device_that_was_never_heard_while_others_were() -> None:
    scene = Scene(DARK, *lights(3))
    scene.send(HOUR, "l2", load_power_w=20.0)
    assert health(scene) == "Device l1 was never heard from (2 of 3 devices)"


def test_while_nobody_is_heard_nobody_is_blamed() -> None:
    scene = Scene(DARK, *lights(2))
    scene.run_until(DAY)
    assert health(scene) is None


@pytest.mark.parametrize("hours", [24, 25])
def test_what_a_device_has_stopped_sending_for_a_day(hours: int) -> None:
    scene = Scene(DARK, *lights())
    scene.send(0, "l1", load_power_w=20.0, battery_v=12.0)
    scene.send(hours * HOUR, "l1", battery_v=12.0)
    words = "Device l1 does not send “Lamp power” (load_power_w) any more"
    assert health(scene) == (words if hours == 25 else None)
    scene.send(hours * HOUR + MINUTE, "l1", load_power_w=20.0, battery_v=12.0)
    assert health(scene) is None


@pytest.mark.parametrize("when", ["not known(load_power_w)", "age(load_power_w) > 600"])
def test_a_rule_that_asks_for_absence_lives_with_it(when: str) -> None:
    scene = Scene(DARK.replace("load_power_w < 1", when), *lights())
    scene.send(2 * HOUR, "l1", battery_v=12.0)
    assert health(scene) is None


def test_a_silent_device_is_no_fault_of_the_rule() -> None:
    scene = Scene(DARK, *lights(2))
    scene.send(0, "l1", load_power_w=20.0)
    scene.send(0, "l2", load_power_w=20.0)
    scene.send(10 * DAY, "l2", load_power_w=20.0)
    assert health(scene) is None


def test_of_a_group_its_members_are_counted() -> None:
    text = DARK.replace("  then", "  group: {by: road, at_least: 2}\n  then")
    scene = Scene(text, *[device("light", f"l{index}", road="r1") for index in (1, 2, 3)])
    scene.send(HOUR, "l1", load_power_w=20.0)
    assert health(scene) == "Device l2 was never heard from (2 of 3 devices)"
