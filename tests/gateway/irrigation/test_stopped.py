"""A person stops what a plot began by itself: it does not begin again behind their back."""

import pytest

from gateway.plot_records import PlotSetting
from tests.gateway.irrigation.grown_garden import GrownGarden, local, tea
from tests.gateway.irrigation.test_gardener import AT_SIX, MORNING, THRESHOLDS

BY_SOIL: dict[str, object] = {"mode": "soil", "thresholds": THRESHOLDS}
BY_BALANCE: dict[str, object] = {"mode": "balance"}
NEXT_MORNING = local("2026-03-11 05:00")


def stop(garden: GrownGarden) -> None:
    garden.save(garden.engine.stop("lo-1", "person:lan", garden.clock))


def stopped(**changes: object) -> GrownGarden:
    """A dry plot that waters itself at five, until somebody stops it."""
    garden = GrownGarden(tea("lo-1", **changes), start=MORNING)
    garden.moisture["soil-1"] = 20.0
    garden.report()
    garden.last_until(local("2026-03-10 06:05"))
    assert garden.engine.runs()
    stop(garden)
    return garden


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("mode", [BY_SOIL, BY_BALANCE])
def test_it_rests_until_the_next_morning(mode: dict[str, object], *, restarted: bool) -> None:
    garden = stopped(**mode)
    if restarted:
        garden.last_until(local("2026-03-10 06:10"))
        garden.kill()
    garden.last_until(local("2026-03-10 20:00"))
    assert len(garden.runs) == 1
    assert garden.decided()[-1] == ("skip", "stopped")
    assert garden.last_said().sentence.en.endswith(
        "but somebody stopped the watering. Next look at 05:00 on 11 Mar."
    )
    assert garden.engine.status("lo-1", garden.clock).next_look == NEXT_MORNING
    (planned,) = garden.engine.plan(garden.clock).waterings
    assert planned.begin >= NEXT_MORNING
    garden.moisture["soil-1"] = 19.5
    garden.last_until(NEXT_MORNING + 20 * 60_000)
    assert len(garden.runs) == 2


@pytest.mark.parametrize("restarted", [False, True])
def test_whoever_sets_how_it_is_watered_begins_anew(*, restarted: bool) -> None:
    garden = stopped(**BY_BALANCE)
    garden.last_until(local("2026-03-10 08:00"))
    garden.set(PlotSetting("lo-1", garden.clock, "person:lan", None, ask_first=False))
    if restarted:
        garden.kill()
    garden.last_until(local("2026-03-10 09:00"))
    assert len(garden.runs) == 2


def test_whoever_stopped_it_may_water_it() -> None:
    garden = stopped(**BY_BALANCE)
    garden.last_until(local("2026-03-10 06:30"))
    garden.ask(requester="person:lan", litres=500)
    garden.last_until(local("2026-03-10 07:00"))
    assert garden.run().litres == pytest.approx(500, rel=0.05)
    garden.last_until(local("2026-03-10 20:00"))
    assert len(garden.runs) == 2


def test_the_rest_of_a_schedule_is_not_given_and_its_next_time_is() -> None:
    twice = {**AT_SIX, "at": ["06:00", "16:00"]}
    garden = stopped(mode="schedule", schedule=twice, minutes_per_run_max=10)
    garden.last_until(local("2026-03-10 15:59"))
    assert len(garden.runs) == 1
    assert _schedule_wants(garden) == [local("2026-03-10 16:00"), local("2026-03-11 06:00")]
    garden.last_until(local("2026-03-10 16:05"))
    assert len(garden.runs) == 2


def test_water_that_a_person_or_a_rule_wanted_is_another_matter() -> None:
    garden = GrownGarden(tea("lo-1", **BY_BALANCE), start=MORNING)
    garden.moisture["soil-1"] = 30.0
    garden.ask(requester="rule:dry", litres=2000)
    garden.live(60)
    stop(garden)
    garden.moisture["soil-1"] = 20.0
    garden.last_until(local("2026-03-10 20:00"))
    assert any(run.requester == "plan:balance" for run in garden.runs.values())


def _schedule_wants(garden: GrownGarden) -> list[int]:
    return [one.begin for one in garden.engine.plan(garden.clock).waterings]
