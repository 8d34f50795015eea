"""What `check` says of questions that nobody on this site can answer."""

from pathlib import Path

import pytest

from devices.kinds import KINDS
from gateway.fleet import Device
from gateway.rules.loader import CheckedRules, check_files, rule_files
from gateway.rules.vocabulary import Vocabulary
from tests.gateway.rules.scene import ALERT, device, fleet_of

DEVICES = (
    device("soil", "soil-01a", plot="lo-1"),
    device("soil", "soil-02a", interval_s=1800),
    device("pump", "pump-1"),
    device("weather", "weather-1"),
)


def check(folder: Path, when: str, devices: tuple[Device, ...] = DEVICES) -> CheckedRules:
    text = f"- rule: r\n  label: x\n  on: {{kind: soil}}\n  when: {when}\n{ALERT}"
    (folder / "rules.yaml").write_text(text)
    fleet = fleet_of(devices)
    return check_files(rule_files(folder), Vocabulary(KINDS, fleet, {"lo-1"}, {"dry": 24}))


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ('last(soil_ph, device="pump-1") > 1', "pump-1 is a pump and does not measure soil_ph"),
        ('rain_24h_mm("lo-2") > 1', "there is no plot 'lo-2'; did you mean 'lo-1'?"),
        ("soil_ph < site.dri", "there is no constant 'dri' in site.yaml; did you mean 'dry'?"),
    ],
)
def test_what_can_never_be_is_a_mistake(tmp_path: Path, when: str, words: str) -> None:
    [problem] = check(tmp_path, when).problems
    assert words in problem.message


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ('last(pressure_kpa, device="pump-2") > 1', "there is no device 'pump-2'; did you mean"),
        ('median(soil_ph, kind="soil", tag="tea") > 1', "no device matches median(soil_ph"),
        ("rain_24h_mm(device.plot) > 1", "soil-02a is on no plot, so rain_24h_mm(device.plot) is"),
        ("avg(soil_ph, 20m) > 1", "soil-02a reports every 1800 s, so that is one value at most (1"),
        ("soil_ph < device.limits.ph", "soil-01a has no number 'limits.ph' in its settings"),
    ],
)
def test_what_is_unknown_for_now_is_a_warning(tmp_path: Path, when: str, words: str) -> None:
    checked = check(tmp_path, when)
    assert checked.problems == []
    [warning] = checked.warnings
    assert words in warning.message


def test_rain_without_any_weather_station_is_a_warning(tmp_path: Path) -> None:
    [warning] = check(tmp_path, 'rain_1h_mm("lo-1") > 1', DEVICES[:3]).warnings
    assert "there is no weather station" in warning.message


def test_right_questions_are_right(tmp_path: Path) -> None:
    when = (
        'median(soil_ph, kind="soil") > 1 and last(pressure_kpa, device="pump-1") > 1 and '
        'rain_6h_mm("lo-1") < 5 and avg(soil_moisture_pct, 1h) < site.dry'
    )
    checked = check(tmp_path, when)
    assert (checked.problems, checked.warnings) == ([], [])
