"""Why a rule fires or not."""

from typing import Any

from gateway.decisions import RuleState
from gateway.rules.explained import RuleExplained
from gateway.rules.trace import Traced
from tests.gateway.rules.scene import ALERT, DRY, FIRING, MINUTE, PENDING, START, Scene, device


def explained(text: str, *readings: tuple[int, dict[str, Any]], at: int = 0) -> RuleExplained:
    """What the engine says at `at` after these readings of one soil sensor."""
    scene = Scene(text, device("soil", "s", interval_s=600))
    for when, values in readings:
        scene.send(when, "s", **values)
    found = scene.engine.explain("dry", "s", START + at)
    assert found is not None
    return found


def flat(part: Traced | None) -> list[tuple[str, object]]:
    assert part is not None
    return [(part.text, part.outcome), *(one for inner in part.parts for one in flat(inner))]


BOTH = DRY + "  when: soil_moisture_pct < 24 and not soil_ph > 5\n"


def test_every_part_says_what_came_of_it() -> None:
    found = explained(BOTH + ALERT, (0, {"soil_moisture_pct": 20, "soil_ph": 6}))
    assert flat(found.when) == [
        ("soil_moisture_pct < 24 and not soil_ph > 5", False),
        ("soil_moisture_pct < 24", True),
        ("not soil_ph > 5", False),
        ("soil_ph > 5", True),
    ]
    assert found.when is not None
    first = found.when.parts[0]
    assert [(one.text, one.outcome, one.metric) for one in first.inputs] == [
        ("soil_moisture_pct", 20, "soil_moisture_pct")
    ]
    assert (found.state, found.since) == (RuleState.INACTIVE, None)


def test_what_never_came_is_unknown_and_so_is_what_depends_on_it() -> None:
    found = explained(BOTH + ALERT, (0, {"soil_moisture_pct": 20}))
    assert [outcome for _, outcome in flat(found.when)] == [None, True, None, None]
    assert found.measured == {"soil_moisture_pct": START, "soil_ph": None}


def test_what_is_too_old_is_unknown() -> None:
    found = explained(BOTH + ALERT, (0, {"soil_moisture_pct": 20}), at=31 * MINUTE)
    assert [outcome for _, outcome in flat(found.when)] == [None, None, None, None]
    assert found.measured["soil_moisture_pct"] == START


def test_a_pending_rule_says_when_it_is_due_and_a_firing_one_what_ends_it() -> None:
    text = DRY + "  when: soil_moisture_pct < 24\n  for: 10m\n  until: soil_moisture_pct > 27\n"
    text += "  cooldown: 1h\n" + ALERT
    dry: dict[str, Any] = {"soil_moisture_pct": 20}
    pending = explained(text, (0, dry))
    assert (pending.state, pending.since, pending.due) == (PENDING, START, START + 10 * MINUTE)
    firing = explained(text, (0, dry), (10 * MINUTE, dry), at=11 * MINUTE)
    assert (firing.state, firing.since, firing.due) == (FIRING, START + 10 * MINUTE, None)
    assert firing.cool_until == START + 70 * MINUTE
    assert flat(firing.until) == [("soil_moisture_pct > 27", False)]


def test_a_rule_about_silence_says_since_when_and_until_when() -> None:
    found = explained(DRY + "  silent: 30m\n" + ALERT, (0, {"soil_ph": 6}), at=MINUTE)
    assert (found.when, found.until, found.silent_ms) == (None, None, 30 * MINUTE)
    assert (found.heard_at, found.silent_at) == (START, START + 30 * MINUTE)


def test_ages_settings_and_choices_are_inputs() -> None:
    text = DRY + "  when: age(soil_ph) > 600 or (soil_ph if known(battery_v) else 1) < device.x\n"
    found = explained(text + ALERT, (0, {"soil_ph": 4}), at=MINUTE)
    assert flat(found.when) == [
        ("age(soil_ph) > 600 or (soil_ph if known(battery_v) else 1) < device.x", None),
        ("age(soil_ph) > 600", False),
        ("(soil_ph if known(battery_v) else 1) < device.x", None),
    ]
    assert found.when is not None
    inputs = {one.text: one.outcome for one in found.when.parts[1].inputs}
    assert inputs == {"soil_ph": 4, "battery_v": None, "device.x": None}


def test_what_cannot_be_computed_says_so_and_the_rest_is_told() -> None:
    text = DRY + "  when: " + " * ".join(["1e15"] * 22 + ["soil_ph"]) + " > 1 or soil_ph > 3\n"
    found = explained(text + ALERT, (0, {"soil_ph": 6}))
    assert found.when is not None
    assert [part.outcome for part in found.when.parts] == [None, True]


def test_a_rule_that_does_not_concern_a_device_has_nothing_to_explain() -> None:
    scene = Scene(BOTH + ALERT, device("soil", "s"), device("light", "l"))
    assert scene.engine.explain("dry", "l", START) is None
    assert scene.engine.explain("wet", "s", START) is None
    assert scene.engine.explain("dry", "t", START) is None


def test_the_loser_says_what_it_wanted_in_vain() -> None:
    opens = DRY + "  when: soil_moisture_pct < 24\n"
    opens += "  then: [{command: {device: v, command: open, lease_s: 60}}]\n"
    closes = opens.replace("rule: dry", "rule: wet\n  priority: 5")
    closes = closes.replace("command: open, lease_s: 60", "command: close").replace("24", "25")
    scene = Scene(closes + opens, device("soil", "s"), device("valve", "v"))
    scene.send(0, "s", soil_moisture_pct=20)
    found = scene.engine.explain("dry", "s", START)
    assert found is not None
    assert found.lost is not None
    winner = scene.engine.explain("wet", "s", START)
    assert winner is not None
    assert winner.lost is None
