"""Groups counted step by step, and each time anew by a model that is slow and obvious."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.gateway.rules.scene import ALERT, START, Scene
from tests.gateway.rules.test_groups import DARK, NO_POWER, lights


@dataclass(frozen=True)
class Step:
    """A device reports its power, falls silent (None), or changes its road."""

    light: int
    power: float | None
    road: str | None = None


STEPS = st.lists(
    st.builds(
        Step,
        st.integers(1, 5),
        st.sampled_from([0.0, 5.0, 30.0, None]),
        st.sampled_from([None, None, None, "main", "other"]),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(
    STEPS,
    st.sampled_from(["at_least: 2", "at_least: 3", "share: 50%"]),
    st.sampled_from(["hold", "clear", "fire"]),
    st.booleans(),
)
def test_counting_step_by_step_finds_what_counting_anew_finds(
    steps: list[Step], enough: str, policy: str, latched: bool
) -> None:
    until = "  until: load_power_w > 10\n" if latched else ""
    text = f"{DARK}{NO_POWER}{until}  unknown: {policy}\n  group: {{by: road, {enough}}}\n{ALERT}"
    scene = Scene(text, *lights(5))
    roads = dict.fromkeys(range(1, 6), "main")
    counts: dict[int, bool | None] = dict.fromkeys(roads)
    firing = dict.fromkeys(("main", "other"), False)
    for at, step in enumerate(steps, 1):
        before = dict(counts), dict(roads)
        if step.road is not None and step.road != roads[step.light]:
            roads[step.light], counts[step.light] = step.road, None
            light = scene.fleet.get(f"l{step.light}")
            assert light is not None
            light.road = step.road
            scene.take(scene.engine.on_fleet_changed(START + at, light))
        elif step.power is None:
            counts[step.light] = None
            scene.stale(at, f"l{step.light}")
        else:
            counts[step.light] = holds(step.power, bool(counts[step.light]) and latched)
            scene.send(at, f"l{step.light}", load_power_w=step.power)
        if before != (counts, roads):
            look(roads, counts, firing, enough, policy)
        live = {road for road in roads.values() if firing[road]}
        [row] = scene.engine.status()
        assert set(row.firing) == {f"group:road:{road}" for road in live}


def holds(power: float, counted: bool) -> bool:
    return not power > 10 if counted else power < 2


def look(
    roads: dict[int, str],
    counts: dict[int, bool | None],
    firing: dict[str, bool],
    enough: str,
    policy: str,
) -> None:
    """The slow way: each road counted anew."""
    for road in firing:
        members = [counts[light] for light in roads if roads[light] == road]
        if not members:
            firing[road] = False
            continue
        needed = -(-len(members) // 2) if "%" in enough else int(enough[-1])
        held, unknown = members.count(True), members.count(None)
        outcome = True if held >= needed else None if held + unknown >= needed else False
        if outcome is None:
            outcome = {"hold": firing[road], "clear": False, "fire": True}[policy]
        firing[road] = outcome
