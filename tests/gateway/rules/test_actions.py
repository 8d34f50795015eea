"""What firing asks for; how a command is named."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from devices.messages import COMMAND_ID_MAX
from devices.topics import IDENTIFIER
from gateway.decisions import CommandAsked, IrrigationAsked
from gateway.rules.actions import ACTIONS
from tests.gateway.rules.scene import START, Scene, device, read_rules

IDS = st.from_regex(IDENTIFIER, fullmatch=True)
CLOSE = (
    "- rule: '{rule}'\n  label: x\n  on: {{kind: valve}}\n  when: open\n"
    '  then:\n    - command: {{device: "{{device.id}}", command: close}}\n'
    "    - command: {{on: {{kind: valve}}, command: open, lease_s: 60, expires: 1h}}\n"
)


def keys(rule: str, id: str, at: int) -> list[str]:
    scene = Scene(CLOSE.format(rule=rule), device("valve", id))
    scene.send(at, id, open=True)
    return [one.key for one in scene.asked() if isinstance(one, CommandAsked)]


@settings(deadline=None)  # the first example loads YAML and compiles
@given(IDS, IDS, st.integers(0, 10**9))
def test_the_key_of_a_command_is_an_id_and_always_the_same(rule: str, id: str, at: int) -> None:
    first, second = keys(rule, id, at)
    assert keys(rule, id, at) == [first, second]
    assert first != second
    assert keys(rule, id, at + 1)[0] != first
    for key in (first, second):
        assert re.fullmatch(r"[a-z0-9.-]+", key)
        assert len(key) <= COMMAND_ID_MAX


def test_a_command_carries_its_arguments_and_its_expiry() -> None:
    scene = Scene(CLOSE.format(rule="r"), device("valve", "v1"), device("valve", "v2"))
    scene.send(0, "v1", open=True)
    own, *others = (one for one in scene.asked() if isinstance(one, CommandAsked))
    assert (own.device, own.command, own.args, own.requester) == ("v1", "close", {}, "rule:r")
    assert own.expires_at == START + 600_000
    assert [one.device for one in others] == ["v1", "v2"]
    assert {one.expires_at for one in others} == {START + 3_600_000}
    assert all(one.args == {"lease_s": 60} for one in others)


def test_water_may_be_asked_in_litres_or_minutes() -> None:
    text = (
        "- rule: r\n  label: x\n  on: {kind: soil}\n  when: soil_ph < 9\n  then:\n"
        "    - irrigate: {plot: lo-1, litres: 900}\n    - irrigate: {plot: lo-2, minutes: 30}\n"
    )
    scene = Scene(text, device("soil", "s1"), plots=["lo-1", "lo-2"])
    scene.send(0, "s1", soil_ph=5.0)
    assert scene.asked() == [
        IrrigationAsked("lo-1", "rule:r", START, litres=900.0),
        IrrigationAsked("lo-2", "rule:r", START, minutes=30.0),
    ]


def test_every_action_is_found_by_its_file() -> None:
    assert set(ACTIONS) == {"alert", "command", "irrigate"}


def test_only_what_moves_something_actuates() -> None:
    text = CLOSE.format(rule="a") + CLOSE.format(rule="b").split("  then")[0]
    text += "  then: [{alert: {severity: info}}]\n"
    moving, telling = read_rules(text, Scene("[]", device("valve", "v1")).fleet)
    assert moving.actuates
    assert not telling.actuates
