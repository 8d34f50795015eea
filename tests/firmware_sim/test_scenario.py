import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.faults import FOREVER, Daily, Fault, Scenario, Spell
from firmware_sim.layout import load_layout
from firmware_sim.scenario import ScenarioError, load_scenario, parse_scenario
from tests.firmware_sim.small_hamlet import DAY, HOUR, MINUTE, START

EXAMPLE = Path(__file__).parents[2] / "site.example"
DEVICES = {"light-1", "wifi-1", "valve-1"}
FILE = Path("scenario.yaml")


def parse(text: str) -> Scenario:
    return parse_scenario(text, FILE, origin=START, timezone="Asia/Ho_Chi_Minh", devices=DEVICES)


def problems(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        parse(text)
    return caught.value.problems


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        ("", 0, FOREVER),
        (", from: -3h", START - 3 * HOUR, FOREVER),
        (", from: -1d2h30m, until: +90s", START - DAY - 150 * MINUTE, START + 90_000),
        # The origin is 07:00 in the hamlet, midnight in Greenwich.
        (", from: yesterday 18:10", START - 12 * HOUR - 50 * MINUTE, FOREVER),
        (", from: today 05:00, until: tomorrow 7:00", START - 2 * HOUR, START + DAY),
    ],
)
def test_times_are_relative_to_the_origin(written: str, start: int, end: int) -> None:
    scenario = parse(f"faults:\n  - {{fault: lamp-dead, devices: [light-1]{written}}}")
    now = max(start, START - 2 * DAY)
    assert scenario.of("light-1").has(Fault.LAMP_DEAD, now, 12)
    assert not scenario.of("light-1").has(Fault.LAMP_DEAD, start - 1, 12)
    assert not scenario.of("light-1").has(Fault.LAMP_DEAD, end, 12)
    assert scenario.of("light-1").has(Fault.LAMP_DEAD, end - 1, 12)


def test_a_device_may_have_several_faults() -> None:
    scenario = parse(
        "faults:\n"
        "  - {fault: no-internet, devices: [wifi-1], daily: 22:30-01:00}\n"
        "  - {fault: wrong-clock, devices: [wifi-1, light-1], amount: -2.5}\n"
    )
    assert scenario.ailments.keys() == {"wifi-1", "light-1"}
    assert scenario.of("wifi-1").has(Fault.NO_INTERNET, START, 23)
    assert not scenario.of("wifi-1").has(Fault.NO_INTERNET, START, 12)
    assert scenario.of("wifi-1").amount(Fault.WRONG_CLOCK, START, 12) == -2.5


def test_an_empty_scenario_breaks_nothing() -> None:
    assert parse("") == parse("faults: []") == Scenario(START, {})


def test_every_mistake_is_reported_at_once_with_its_line() -> None:
    text = """faults:
  - fault: lamp-ded
    devices: [light-1, light-9]
    from: noonish
  - fault: panel-dirty
    devices: light-1
    daily: morning
  - {fault: lamp-dead, devices: [light-1], amount: 3, untill: +1h}
  - {fault: wrong-clock, devices: [], amount: plenty}
  - {fault: line-cut, devices: [light-1], from: +2h, until: -2h, from: +1h}
  - lamp-dead
extra: 1
"""
    assert [complaint.split(" ")[0] for complaint in problems(text)] == [
        f"scenario.yaml:{line}:" for line in (2, 3, 4, 5, 6, 7, 8, 8, 9, 9, 10, 10, 11, 12)
    ]
    joined = "\n".join(problems(text))
    for word in ("lamp-ded", "light-9", "noonish", "morning", "untill", "extra", "twice"):
        assert word in joined


@pytest.mark.parametrize("text", ["faults: 3", "- 3", "faults: [", "\tx", "*a", "faults: [*a]"])
def test_what_is_no_scenario_is_refused(text: str) -> None:
    assert all(complaint.startswith("scenario.yaml:1: ") for complaint in problems(text))


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    for hostile in (text, f"faults:\n  - {{fault: lamp-dead, devices: [light-1], from: {text}}}"):
        with contextlib.suppress(ScenarioError):
            parse(hostile)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="No such file"):
        load_scenario(tmp_path / "none.yaml", origin=START, timezone="UTC", devices=DEVICES)


def test_the_example_breaks_what_the_demo_shows() -> None:
    layout = load_layout(EXAMPLE)
    scenario = load_scenario(
        EXAMPLE / "scenario.yaml",
        origin=START,
        timezone=layout.timezone,
        devices={device.id for device in layout.devices},
    )
    noon = START + 5 * HOUR
    dead = [id for id, ills in scenario.ailments.items() if ills.has(Fault.LAMP_DEAD, noon, 12)]
    cut = [id for id, ills in scenario.ailments.items() if ills.has(Fault.LINE_CUT, noon, 12)]
    assert (len(dead), len(cut)) == (3, 4)


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_is_documented(fault: Fault) -> None:
    table = (EXAMPLE.parent / "docs" / "simulator.md").read_text()
    assert f"`{fault.value}`" in table


def test_a_part_of_the_day_may_span_midnight() -> None:
    night = Daily(22, 5)
    assert [night.covers(hour) for hour in (21.9, 22, 0, 4.9, 5)] == [
        False, True, True, True, False,
    ]  # fmt: skip
    assert Spell(Fault.LAMP_DEAD, 0, 1).daily is None
