"""The back-test decides as the gateway did: over the same messages, one change by one."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from devices.reading import Millis
from tests.gateway.backtest.lived_hamlet import HOUR, MINUTE, SECOND, LivedHamlet
from tests.gateway.small_site import small_site

ALERT: Mapping[str, object] = {"alert": {"severity": "warning"}}
LAMP: Mapping[str, object] = {
    "command": {"device": "light-1", "command": "set-brightness", "brightness_pct": 50}
}


def rule(id: str, trigger: str, *more: Mapping[str, object], **rest: object) -> dict[str, object]:
    """A rule about soils; `trigger` is a condition, unless it is empty."""
    found: dict[str, object] = {"rule": id, "label": id, "on": {"kind": "soil"}, "then": [ALERT]}
    if trigger:
        found["when"] = trigger
    for one in more:
        found.update(one)
    return found | rest


DRY = "soil_moisture_pct < 20"
LIGHTS = {"on": {"kind": "light"}}
RULES = [
    rule("at-once", DRY),
    rule("waits", DRY, {"for": "7m"}, until="soil_moisture_pct > 30"),
    rule("cools", DRY, cooldown="20m"),
    rule("clears", DRY, {"for": "3m"}, unknown="clear"),
    rule("fires", DRY, {"for": "90s"}, unknown="fire"),
    rule("moves", DRY, {"for": "2m", "then": [LAMP]}),
    rule("two", "soil_moisture_pct < 20 and soil_temperature_c > 25", {"for": "1m"}),
    rule("aged", "age(soil_temperature_c) > 900"),
    rule("known", "known(soil_temperature_c) and not known(battery_v)"),
    rule("average", "avg(soil_moisture_pct, 30m) < 24"),
    rule("rises", "delta(soil_moisture_pct, 20m) > 5 or changed(soil_temperature_c)"),
    rule(
        "neighbour",
        'median(soil_moisture_pct, kind="soil") < 20 or last(soil_ph, device="soil-2") > 7',
    ),
    rule("group", DRY, group={"by": "kind", "at_least": 2}),
    rule("night", "is_night and soil_moisture_pct < 26 and hour > 2"),
    rule("quiet", "", silent="25m"),
    rule("asleep", "", LIGHTS, silent="40m", cooldown="2h"),
    rule("hours", DRY, {"for": "5m", "only": {"between": ["06:00", "18:00"]}}),
    rule("daily", DRY, at="sunset-30m", until="2h"),
    rule("pressed", "", LIGHTS, event="button", cooldown="10m", until="5m"),
]
WITH_WINDOWS = ("average", "rises")
SOIL = st.fixed_dictionaries(
    {},
    optional={
        "soil_moisture_pct": st.sampled_from([10, 19.5, 25, 40]),
        "soil_temperature_c": st.sampled_from([20, 26.5]),
        "battery_v": st.sampled_from([3.1, 3.6]),
    },
).filter(bool)
LATE = st.none() | st.sampled_from([0, 30 * SECOND, 5 * MINUTE, 11 * MINUTE, 2 * HOUR])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(1, 15 * 60).map(lambda s: s * SECOND)),
        st.tuples(st.just("wait"), st.sampled_from([MINUTE, 25 * MINUTE, 40 * MINUTE, 9 * HOUR])),
        st.tuples(st.just("soil"), st.sampled_from(["soil-1", "soil-2"]), SOIL, LATE),
        st.tuples(st.just("light"), st.booleans()),
        st.tuples(st.just("status")),
        st.tuples(st.just("info"), st.sampled_from([60, 300, 3600])),
        st.tuples(st.just("event"), st.sampled_from(["button", "other"])),
    ),
    max_size=60,
)
NOT_SAVED = ("status", "info")
"""A start does not know that a device was heard by its status, nor that it had fallen silent by the
interval that it had then: what waits for such a device is looked at again."""
OFF = st.tuples(st.just("off"), st.integers(4, 900).map(lambda minutes: minutes * MINUTE))


@contextmanager
def lived_hamlet(*, reports: bool) -> Iterator[LivedHamlet]:
    """With reports it is a gateway that may be off. A start fills windows anew, from readings in
    the order of their times, and need not find what was in them."""
    rules = [one for one in RULES if not (reports and one["rule"] in WITH_WINDOWS)]
    with tempfile.TemporaryDirectory() as folder:
        hamlet = LivedHamlet(*small_site(Path(folder), rules=rules), reports=reports)
        try:
            yield hamlet
        finally:
            hamlet.close()


def live(hamlet: LivedHamlet, step: tuple[object, ...]) -> None:
    match step:
        case "wait", int(ms):
            hamlet.wait(ms)
        case "off", int(ms):
            hamlet.off(ms)
        case "soil", str(device), dict(values), late_ms:
            hamlet.say(device, values, late_ms if isinstance(late_ms, int) else None)
        case "light", bool(is_night):
            hamlet.say("light-1", {"is_night": is_night, "load_power_w": 5})
        case ("status",):  # one that says nothing new is not in the journal
            sensor = hamlet.pipeline.fleet.get("soil-1")
            assert sensor
            hamlet.tell("soil-1", "status", b"offline" if sensor.online else b"online")
        case "info", int(interval_s):
            hamlet.tell("soil-2", "info", b'{"interval_s": %d}' % interval_s)
        case "event", str(name):
            hamlet.tell("light-1", "event", b'{"event": "%s"}' % name.encode())


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_the_same_messages_give_the_same_decisions(steps: list[tuple[object, ...]]) -> None:
    with lived_hamlet(reports=False) as hamlet:
        hamlet.say("valve-1", {"open": False})  # the back-test begins with the first message
        for step in steps:
            live(hamlet, step)
        hamlet.say("valve-1", {"open": False})  # and ends with the last
        hamlet.save()
        assert set(hamlet.try_again()) ^ set(hamlet.told()) == set()


@given(
    st.lists(STEPS.map(lambda steps: steps[:12]), min_size=2, max_size=3),
    st.lists(OFF, min_size=2, max_size=2),
)
@example(
    [
        [("soil", "soil-1", {"soil_moisture_pct": 10}, None)],
        [
            ("wait", 2 * SECOND),
            ("soil", "soil-1", {"soil_moisture_pct": 10, "soil_temperature_c": 20}, 2 * HOUR),
        ],
    ],
    [("off", 4 * MINUTE), ("off", 4 * MINUTE)],
)  # a late reading shows that the device is there, before a start and after it
@example(
    [
        [
            ("soil", "soil-2", {"soil_moisture_pct": 10, "soil_temperature_c": 20}, 20 * MINUTE),
        ],
        [("soil", "soil-1", {"soil_moisture_pct": 10}, None)],
    ],
    [("off", 4 * MINUTE), ("off", 4 * MINUTE)],
)  # what counts for a group is counted anew at a start, also what came late
@settings(max_examples=20, deadline=None)
def test_so_they_do_when_the_gateway_was_off(
    lives: list[list[tuple[object, ...]]], offs: list[tuple[str, Millis]]
) -> None:
    with lived_hamlet(reports=True) as hamlet:
        for steps, off in zip(lives, offs, strict=False):
            for step in steps:
                if step[0] not in NOT_SAVED:
                    live(hamlet, step)
            live(hamlet, off)
        hamlet.wait(90 * MINUTE)
        hamlet.save()
        assert set(hamlet.try_again()) ^ set(hamlet.told()) == set()


def test_something_happens_in_these_tests() -> None:
    """They would be worth nothing if no rule ever fired."""
    with lived_hamlet(reports=False) as hamlet:
        for _ in range(5):
            hamlet.say("soil-1", {"soil_moisture_pct": 10, "soil_temperature_c": 26})
            hamlet.say("soil-2", {"soil_moisture_pct": 10})
            hamlet.wait(5 * MINUTE)
        hamlet.tell("light-1", "event", b'{"event": "button"}')
        hamlet.say("soil-1", {"soil_moisture_pct": 10})
        hamlet.wait(20 * MINUTE)
        hamlet.say("soil-1", {"soil_moisture_pct": 40, "soil_temperature_c": 26})
        hamlet.wait(40 * MINUTE)
        for _ in range(130):
            hamlet.say("soil-2", {"soil_moisture_pct": 10})
            hamlet.wait(10 * MINUTE)
        hamlet.say("soil-2", {"soil_moisture_pct": 10})
        hamlet.save()
        told = hamlet.told()
        assert {rule for _, rule, _, state in told if state == "firing"} == {
            str(one["rule"]) for one in RULES
        }
        assert hamlet.try_again() == told
