"""Each rule of site.example fires for what it is about, and not for a healthy device."""

from pathlib import Path

import pytest

from devices.kinds import KINDS
from devices.metric import Value
from devices.reading import Millis
from gateway.decisions import AlertAsked, RuleState
from gateway.fleet import Device, Fleet
from gateway.rules.engine import RuleEngine
from gateway.rules.loader import CheckedRules, check_files, rule_files
from gateway.rules.vocabulary import Vocabulary
from gateway.site import load_site
from tests.gateway.rules.scene import HERE, HOUR, MINUTE, START, Scene

SITE = Path(__file__).parents[3] / "site.example"

HEALTHY: dict[str, dict[str, Value]] = {
    "light-001": {
        "battery_v": 13.1,
        "battery_soc_pct": 80.0,
        "battery_temperature_c": 25.0,
        "load_power_w": 29.0,
        "brightness_pct": 100.0,
        "is_night": True,
        "tilt_deg": 1.0,
    },
    "wifi-01": {"clients": 5, "rtt_ms": 25.0, "loss_pct": 0.0, "internet_ok": True},
    "speaker-01": {"supply_v": 12.3, "amplifier_temperature_c": 40.0, "playing": False},
    "soil-01a": {"soil_moisture_pct": 28.0, "battery_v": 3.6},
    "valve-01": {"open": False, "flow_l_min": 0.0},
    "weather-1": {"wind_speed_m_s": 2.0, "air_temperature_c": 18.0},
    "gateway": {
        "disk_free_mb": 20_000.0,
        "cpu_temperature_c": 50.0,
        "undervoltage": False,
        "forward_oldest_h": 0.0,
    },
}

SIGNS: dict[str, tuple[str, dict[str, Value]]] = {
    "lamp-failure": ("light-001", {"load_power_w": 0.2}),
    "day-burner": ("light-001", {"is_night": False}),
    "light-battery-low": ("light-001", {"battery_soc_pct": 15.0}),
    "light-battery-hot": ("light-001", {"battery_temperature_c": 58.0}),
    "pole-tilted": ("light-001", {"tilt_deg": 25.0}),
    "hotspot-no-internet": ("wifi-01", {"internet_ok": False}),
    "hotspot-slow": ("wifi-01", {"rtt_ms": 400.0}),
    "speaker-supply-low": ("speaker-01", {"supply_v": 10.4}),
    "speaker-hot": ("speaker-01", {"amplifier_temperature_c": 80.0}),
    "tea-plot-dry": ("soil-01a", {"soil_moisture_pct": 23.2}),
    "soil-sensor-battery-low": ("soil-01a", {"battery_v": 3.1}),
    "valve-flow-when-closed": ("valve-01", {"flow_l_min": 30.0}),
    "strong-wind": ("weather-1", {"wind_speed_m_s": 16.0}),
    "cold-for-tea": ("weather-1", {"air_temperature_c": 6.0}),
    "gateway-disk-nearly-full": ("gateway", {"disk_free_mb": 900.0}),
    "gateway-hot": ("gateway", {"cpu_temperature_c": 84.0}),
    "gateway-power-weak": ("gateway", {"undervoltage": True}),
    "gateway-store-behind": ("gateway", {"forward_oldest_h": 7.0}),
}
SILENCES = {"light-silent", "hotspot-silent", "speaker-silent", "soil-sensor-silent"}


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    fleet = Fleet()
    for number, one in enumerate(load_site(SITE).devices, 1):
        kind = KINDS[one.kind]
        fleet.add(
            Device(
                number, one.id, kind, True, one.label, one.place, one.road, one.plot, one.tags,
                one.position, one.settings,
            )
        )  # fmt: skip
    return fleet


@pytest.fixture(scope="module")
def checked(fleet: Fleet) -> CheckedRules:
    plots = {plot.id for plot in load_site(SITE).plots}
    return check_files(rule_files(SITE / "rules"), Vocabulary(KINDS, fleet, plots))


@pytest.fixture
def scene(fleet: Fleet, checked: CheckedRules) -> Scene:
    scene = Scene("[]")
    scene.fleet = Fleet()
    for one in HEALTHY:
        known = fleet.get(one)
        assert known is not None, one
        scene.fleet.add(
            Device(
                known.number, known.id, known.kind, True, known.label, plot=known.plot,
                tags=known.tags, settings=known.settings,
            )
        )  # fmt: skip
    scene.engine = RuleEngine(checked.rules, scene.fleet, HERE)
    scene.engine.restore((), START)
    return scene


def send_all(scene: Scene, at: Millis, **changed: dict[str, Value]) -> None:
    for id, values in HEALTHY.items():
        scene.receive(at, id, {**values, **changed.get(id, {})}, at)


def test_the_rules_are_right(checked: CheckedRules) -> None:
    assert (checked.problems, checked.warnings) == ([], [])
    assert {rule.id for rule in checked.rules} == set(SIGNS) | SILENCES


def test_a_healthy_hamlet_is_quiet(scene: Scene) -> None:
    for minute in range(0, 180, 10):
        scene.run_until(minute * MINUTE)
        send_all(scene, minute * MINUTE)
    assert scene.decisions == []


@pytest.mark.parametrize("rule", SIGNS)
def test_a_rule_fires_for_its_sign_alone(scene: Scene, rule: str) -> None:
    id, sign = SIGNS[rule]
    for minute in range(0, 90, 10):
        scene.run_until(minute * MINUTE)
        send_all(scene, minute * MINUTE, **{id: sign})
    assert scene.saved[rule, id].state is RuleState.FIRING
    assert {name for name, _ in scene.saved} == {rule}
    [alert] = [one for one in scene.decisions if isinstance(one, AlertAsked)]
    assert "{" not in alert.message.vi + alert.message.en


def test_silence_is_told_for_every_kind_that_people_count_on(scene: Scene) -> None:
    send_all(scene, 0)
    scene.run_until(3 * HOUR)
    assert {rule for rule, _ in scene.saved} == SILENCES


def test_daylight_does_not_end_the_alert_of_a_dead_lamp(scene: Scene) -> None:
    light = HEALTHY["light-001"]
    scene.receive(0, "light-001", {**light, "load_power_w": 0.1}, 0)
    scene.run_until(10 * MINUTE)
    day = {**light, "is_night": False, "load_power_w": 0.0, "brightness_pct": 0.0}
    scene.receive(11 * MINUTE, "light-001", day, 11 * MINUTE)
    assert [state for _, state in scene.changes] == [RuleState.PENDING, RuleState.FIRING]
    scene.receive(12 * MINUTE, "light-001", light, 12 * MINUTE)
    assert scene.changes[-1] == ("light-001", RuleState.INACTIVE)
