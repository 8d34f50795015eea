"""People, or `plots.yaml`, want a plot watered otherwise while something goes on: nothing is
watered twice, and nothing goes on that nobody wants."""

import pytest

from gateway.decisions import RunState
from gateway.plot_records import PlotSetting, ProposalAnswered, ProposalState
from gateway.plots import Mode
from tests.gateway.irrigation.grown_garden import HOUR, MINUTE, GrownGarden, local, tea
from tests.gateway.irrigation.test_gardener import AT_SIX, MORNING, THRESHOLDS, by_balance, by_soil


def set_mode(garden: GrownGarden, mode: Mode) -> None:
    garden.set(PlotSetting("lo-1", garden.now, "person:lan", mode, None))


@pytest.mark.parametrize("waits", [True, False])
def test_a_plot_set_to_manual_gets_no_more_of_its_own_water(waits: bool) -> None:
    soil = {"mode": "soil", "thresholds": THRESHOLDS}
    garden = GrownGarden(tea("lo-1", **soil), tea("lo-2", **soil), start=MORNING)
    if waits:
        garden.moisture["soil-2"] = 20.0
        garden.last_until(MORNING + 10 * MINUTE)
    garden.moisture["soil-1"] = 20.0
    garden.last_until(MORNING + 20 * MINUTE)
    state = garden.run("lo-1").state
    assert state is (RunState.PLANNED if waits else RunState.FLOWING)
    set_mode(garden, Mode.MANUAL)
    garden.live(120)
    ended = garden.run("lo-1")
    assert ended.state in (RunState.DONE, RunState.FAILED)
    assert ended.litres < ended.target_l


def test_water_on_request_goes_on_when_the_mode_changes() -> None:
    garden = by_soil(26.0)
    garden.ask(requester="person:lan", litres=2000)
    garden.live(60)
    set_mode(garden, Mode.MANUAL)
    garden.live(120)
    assert garden.run().state is RunState.FLOWING


def test_a_schedule_that_begins_today_has_missed_nothing() -> None:
    garden = GrownGarden(tea(schedule=AT_SIX, mode="balance"), start=MORNING)
    garden.moisture["soil-1"] = 30.0
    garden.last_until(local("2026-03-11 09:30"))
    told = len(garden.said)
    set_mode(garden, Mode.SCHEDULE)
    garden.last_until(local("2026-03-12 05:59"))
    assert garden.decided()[told:] == []
    assert garden.engine.status("lo-1", garden.now).next_look == local("2026-03-12 06:00")


def test_a_time_that_was_dealt_with_is_not_missed_after_a_restart() -> None:
    garden = GrownGarden(
        tea(mode="schedule", schedule={**AT_SIX, "at": ["06:00", "14:00"], "seasonal_pct": {3: 0}}),
        start=MORNING,
    )
    garden.last_until(local("2026-03-10 18:00"))
    garden.kill()
    garden.last_until(local("2026-03-10 20:00"))
    assert garden.decided() == [("skip", "season"), ("skip", "season")]


@pytest.mark.parametrize("changes", [{"ask_first": False}, {"mode": "manual"}])
def test_a_question_ends_when_the_file_does_not_want_it_any_more(
    changes: dict[str, object],
) -> None:
    garden = by_balance(20.0, ask_first=True)
    (asked,) = garden.proposals.values()
    garden.kill(tea("lo-1", **{"mode": "balance", "ask_first": True, **changes}))
    assert garden.proposals[asked.id].state is ProposalState.WITHDRAWN
    assert not garden.alerts


def test_a_question_ends_with_its_plot() -> None:
    garden = by_balance(20.0, ask_first=True)
    (asked,) = garden.proposals.values()
    garden.kill(tea("lo-2"))
    assert garden.proposals[asked.id].state is ProposalState.WITHDRAWN
    assert garden.engine.answer(ProposalAnswered(asked.id, True, "lan", 0), garden.now) == []


def test_who_waters_meanwhile_has_answered_the_question() -> None:
    garden = GrownGarden(tea(mode="schedule", schedule=AT_SIX, ask_first=True), start=MORNING)
    garden.last_until(local("2026-03-10 06:05"))
    (asked,) = garden.proposals.values()
    garden.ask(requester="rule:dry", litres=asked.litres)
    garden.last_until(local("2026-03-10 07:00"))
    assert garden.proposals[asked.id].state is ProposalState.WITHDRAWN
    late = ProposalAnswered(asked.id, True, "person:lan", garden.now)
    assert garden.engine.answer(late, garden.now) == []
    assert not garden.alerts


@pytest.mark.parametrize("mode", [{"mode": "schedule", "schedule": AT_SIX}, {"mode": "balance"}])
def test_who_wants_no_questions_gets_the_water_that_was_asked_about(
    mode: dict[str, object],
) -> None:
    garden = GrownGarden(tea("lo-1", **mode, ask_first=True), start=MORNING)
    garden.moisture["soil-1"] = 20.0
    garden.last_until(local("2026-03-10 06:05"))
    (asked,) = garden.proposals.values()
    garden.set(PlotSetting("lo-1", garden.now, "person:lan", None, ask_first=False))
    assert garden.proposals[asked.id].state is ProposalState.WITHDRAWN
    garden.tick()
    assert garden.run().target_l == pytest.approx(asked.litres, rel=0.01)
    assert garden.run().requester == f"plan:{mode['mode']}"


@pytest.mark.parametrize("by_file", [True, False])
def test_a_plot_that_goes_by_nothing_is_not_blind(by_file: bool) -> None:
    garden = by_soil(26.0)
    garden.moisture["soil-1"] = None
    garden.last_until(MORNING + 5 * HOUR)
    assert "does not water itself" in garden.alerts["lo-1"].message.en
    if by_file:
        garden.kill(tea("lo-1"))
    else:
        garden.kill()
        set_mode(garden, Mode.MANUAL)
    assert not garden.alerts
