"""`serial:` in site.yaml: what it may say, and what it must not contradict."""

from pathlib import Path
from typing import Any

import pytest

from gateway.located_yaml import ProblemsError
from gateway.site import load_site
from tests.gateway.small_site import write_small_site

BUS: dict[str, Any] = {
    "port": "/dev/ttyUSB0",
    "devices": [{"device": "probe", "profile": "soil-7in1", "address": 1, "every_s": 60}],
}
CSV = {"format": "csv", "kind": "soil", "columns": ["soil_ph"]}


def with_serial(folder: Path, *lines: object) -> list[str]:
    """What is wrong with a site that has those lines."""
    write_small_site(folder, serial=lines)
    try:
        load_site(folder)
    except ProblemsError as error:
        return [problem.message for problem in error.problems]
    return []


def changed(**more: object) -> dict[str, Any]:
    return {**BUS, "devices": [{**BUS["devices"][0], **more}]}


def test_a_bus_and_a_speaking_sensor(tmp_path: Path) -> None:
    lines = {"port": "/dev/ttyUSB1", "lines": {"format": "json", "kind": "weather"}}
    assert with_serial(tmp_path, BUS, lines) == []


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([BUS, BUS], "used twice"),
        ([BUS, {**BUS, "port": "b"}], "'probe' is on a bus already"),
        (
            [{**BUS, "devices": [*BUS["devices"], {**BUS["devices"][0], "device": "b"}]}],
            "address 1",
        ),
        ([changed(profile="soil-7in2")], "no profile 'soil-7in2'"),
        ([changed(profile="soil-7in2")], "known: epever-tracer"),
        ([changed(address=248)], "247"),
        ([changed(address=0)], "greater than or equal to 1"),
        ([changed(every_s=0)], "greater than or equal to 1"),
        ([changed(device="Probe 1")], "pattern"),
        ([changed(device="gateway")], "'gateway' is the gateway itself"),
        ([{"port": "a", "lines": {**CSV, "device": "gateway"}}], "is the gateway itself"),
        ([{"port": "a"}], "give either devices"),
        ([{**BUS, "lines": {"format": "json", "kind": "soil"}}], "give either devices"),
        ([{**BUS, "baud": 9601}], "9600"),
        ([{**BUS, "bauds": 9600}], "did you mean 'baud'"),
        ([7], "must be names with values"),
        ([{**BUS, "devices": 7}], "devices: must be a list"),
    ],
)
def test_mistakes_are_found(tmp_path: Path, lines: list[object], complaint: str) -> None:
    problems = with_serial(tmp_path, *lines)
    assert any(complaint in problem for problem in problems), problems
    assert not any("Value error" in problem for problem in problems), problems


def test_a_listed_device_is_of_the_profiles_kind(tmp_path: Path) -> None:
    (problem,) = with_serial(tmp_path, changed(device="light-1"))
    assert problem == "'light-1' is a light in devices.yaml, this is for a soil"
    line = {"port": "a", "lines": {"format": "json", "kind": "soil", "device": "light-1"}}
    assert with_serial(tmp_path, line) == [problem]
