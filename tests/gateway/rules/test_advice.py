"""Warnings: what is allowed, but cannot happen, does not fit together, or is there twice."""

from pathlib import Path

import pytest

from devices.kinds import KINDS
from gateway.fleet import Device
from gateway.rules.loader import check_files
from gateway.rules.vocabulary import Vocabulary
from tests.gateway.rules.scene import START, device, fleet_of

ALERT = "[{alert: {severity: info}}]"


def warnings(tmp_path: Path, text: str, *devices: Device) -> list[tuple[int, int, str]]:
    """Line, column and words of the warnings of rules in which nothing else is wrong."""
    file = tmp_path / "rules.yaml"
    file.write_text(text, encoding="utf-8")
    fleet = fleet_of(devices) if devices else None
    checked = check_files([file], Vocabulary(KINDS, fleet, ["lo-1"]))
    assert not checked.problems, checked.problems
    return [(one.line, one.column, one.message) for one in checked.warnings]


def rule(id: str = "r", kind: str = "soil", when: str = "", then: str = ALERT, **more: str) -> str:
    lines = {"rule": id, "label": "x", "on": f"{{kind: {kind}}}", "when": when, "then": then}
    written = {**lines, **{name.rstrip("_"): value for name, value in more.items()}}
    return "- " + "\n  ".join(f"{name}: {value}" for name, value in written.items()) + "\n"


@pytest.mark.parametrize(
    ("when", "column", "words"),
    [
        (
            "soil_moisture_pct > 240",
            9,
            "soil_moisture_pct > 240 is never true: soil_moisture_pct goes from 0 to 100, so the "
            "rule never fires",
        ),
        (
            "soil_ph > 3 and soil_temperature_c > 1000",
            25,
            "soil_temperature_c > 1000 is never true: soil_temperature_c goes from -40 to 85, so "
            "the rule never fires",
        ),
        (
            "soil_ph > 3 or soil_moisture_pct > 240",
            24,
            "soil_moisture_pct > 240 is never true: soil_moisture_pct goes from 0 to 100",
        ),
        (
            "soil_ph < 4 and soil_ph > 7",
            9,
            "soil_ph < 4 and soil_ph > 7 is never true: its parts contradict each other, so the "
            "rule never fires",
        ),
        ("7 < soil_ph < 4", 13, "7 < soil_ph < 4 is never true, so the rule never fires"),
        (
            "soil_ph <= 14",
            9,
            "soil_ph <= 14 is always true: soil_ph goes from 0 to 14, so it says nothing",
        ),
        (
            "avg(battery_v, 1h) > 300",
            13,
            "avg(battery_v, 1h) > 300 is never true: avg(battery_v, 1h) goes from 0 to 30, so the "
            "rule never fires",
        ),
        ("soil_moisture_pct < 0.24", 9, "soil_moisture_pct counts in percent: is 0.24 meant?"),
        (
            "battery_v < soil_temperature_c",
            9,
            "battery_v is in V, soil_temperature_c in °C",
        ),
        ("soil_moisture_pct - battery_v > 3", 9, "soil_moisture_pct is in %, battery_v in V"),
        ("age(soil_ph) > 5", 13, "age counts in seconds, and a reading comes every"),
        ("age(soil_ph) > 86400000", 13, "age counts in seconds: this is more than a year"),
    ],
)
def test_a_condition_that_says_what_was_not_meant(
    tmp_path: Path, when: str, column: int, words: str
) -> None:
    [(line, found_column, message)] = warnings(tmp_path, rule(when=when))
    assert message.startswith(words) if "every" in words else message == words
    assert (line, found_column) == (4, column)


@pytest.mark.parametrize(
    "when",
    [
        "soil_moisture_pct < 24",
        "soil_moisture_pct < 24 and soil_ph > 4 or battery_v < 3.2",
        "soil_moisture_pct < device.dry_pct * 0.9",
        "rate(soil_moisture_pct, 1h) > 0.5",
        "delta(soil_moisture_pct, 1h) > 5 - avg(soil_moisture_pct, 1d)",
        "age(soil_ph) > 3600",
        "not known(soil_ph)",
    ],
)
def test_what_may_well_be_meant(tmp_path: Path, when: str) -> None:
    assert warnings(tmp_path, rule(when=when)) == []


@pytest.mark.parametrize(
    ("when", "until", "words"),
    [
        (
            "soil_moisture_pct < 24",
            "soil_moisture_pct > 127",
            "soil_moisture_pct > 127 is never true: soil_moisture_pct goes from 0 to 100, so "
            "nothing ends the rule",
        ),
        (
            "soil_moisture_pct < 24",
            "soil_moisture_pct < 27",
            "is true whenever `when` is, so the rule never fires",
        ),
        (
            "soil_moisture_pct < 24 and soil_ph > 3",
            "soil_moisture_pct < 30 or soil_ph < 1",
            "is true whenever `when` is, so the rule never fires",
        ),
    ],
)
def test_an_end_that_is_never_reached_or_always(
    tmp_path: Path, when: str, until: str, words: str
) -> None:
    assert warnings(tmp_path, rule(when=when, until=until)) == [(6, 10, words)]


def test_a_metric_that_no_matching_device_has_ever_sent(tmp_path: Path) -> None:
    heard, silent = device("soil", "s1"), device("soil", "s2")
    heard.values, heard.measured_at = {"soil_moisture_pct": 30.0}, START
    text = rule(when="soil_moisture_pct < 24 and soil_ph < 4")
    expected = [(4, 36, "no matching device has ever sent soil_ph")]
    assert warnings(tmp_path, text, heard, silent) == expected
    assert warnings(tmp_path, text, silent) == []


def test_devices_that_do_not_measure_what_the_rule_reads(tmp_path: Path) -> None:
    tagged = [device(kind, f"{kind}-1", tags=frozenset({"x"})) for kind in ("soil", "light")]
    text = rule(when="soil_ph < 4").replace("{kind: soil}", "{tag: x}")
    assert warnings(tmp_path, text, *tagged) == [
        (
            3,
            7,
            "light-1 does not measure all that the rule reads, which ignores it (1 of 2 devices)",
        )
    ]


def test_two_rules_that_wait_for_the_same(tmp_path: Path) -> None:
    devices = [device("soil", "s1"), device("soil", "s2")]
    text = rule("a", when="soil_ph < 4") + rule("b", when="(soil_ph) < 4", on="{device: s2}")
    assert warnings(tmp_path, text, *devices) == [
        (9, 9, "'a' (rules.yaml:1) waits for the same of s2: one rule can do both")
    ]


@pytest.mark.parametrize(
    "other",
    [
        rule("b", when="soil_ph < 4.5"),
        rule("b", when="soil_ph < 4", for_="1h"),
        rule("b", when="soil_ph < 4", until="soil_ph > 6"),
        rule("b", when="soil_ph < 4", only="{months: [3, 11]}"),
        rule("b", when="soil_ph < 4", on="{device: s3}"),
        rule("b", when="soil_ph < 4", armed="false"),
    ],
)
def test_rules_that_differ_are_no_overlap(tmp_path: Path, other: str) -> None:
    devices = [device("soil", id, tags=frozenset({id})) for id in ("s1", "s2", "s3")]
    first = rule("a", when="soil_ph < 4", on="{device: [s1, s2]}")
    assert warnings(tmp_path, first + other, *devices) == []


OPEN = "[{command: {device: v1, command: open, lease_s: 60}}]"
CLOSE = "[{command: {device: v1, command: close}}]"
SITE = [device("soil", "s1"), device("weather", "w1"), device("valve", "v1")]
COLD = "air_temperature_c < 2"
DRY = "soil_moisture_pct < 24"


def test_two_rules_that_want_opposite_things_of_one_actuator(tmp_path: Path) -> None:
    text = rule("a", when=DRY, then=OPEN) + rule("b", "weather", COLD, CLOSE)
    assert warnings(tmp_path, text, *SITE) == [
        (
            10,
            9,
            "'a' (rules.yaml:1) wants the opposite of v1 and may fire at the same time: give one "
            "of them a higher `priority`",
        )
    ]


def own(id: str, when: str, percent: int) -> str:
    command = f'command: set-brightness, brightness_pct: {percent}, device: "{{device.id}}"'
    return rule(id, "light", when, f"[{{command: {{{command}}}}}]")


@pytest.mark.parametrize(
    ("first", "second", "number"),
    [
        ("battery_v < 11", "tilt_deg > 10", 1),
        ("battery_v < 11", "battery_v > 13", 0),  # never both
        ("battery_v < 11", "battery_v > 10", 1),
    ],
)
def test_of_one_device_only_what_can_be_true_at_once(
    tmp_path: Path, first: str, second: str, number: int
) -> None:
    lights = [device("light", f"l{index}") for index in range(9)]
    text = own("a", first, 30) + own("b", second, 100)
    assert len(warnings(tmp_path, text, *lights)) == number


@pytest.mark.parametrize(
    "second",
    [
        rule("b", "weather", COLD, CLOSE, priority="1"),
        rule("b", "weather", COLD, OPEN),
        rule("b", "weather", COLD, CLOSE, armed="false"),
        rule("b", "weather", "", CLOSE, at='"06:00"').replace("  when: \n", ""),
    ],
)
def test_what_is_decided_needs_no_warning(tmp_path: Path, second: str) -> None:
    assert warnings(tmp_path, rule("a", when=DRY, then=OPEN) + second, *SITE) == []
