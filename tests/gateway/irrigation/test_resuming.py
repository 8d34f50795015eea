"""A plot that is to be watered on after a power cut: when it is, when not, and what was counted."""

import pytest

from gateway.decisions import RunState
from gateway.irrigation import causes
from gateway.irrigation.resuming import CUT_MAX_MS, RESUMES_MAX
from tests.gateway.irrigation.garden import SECOND, Garden, plot

RESUMED = {"after_power_cut": "resume"}
STATES = [RunState.PUMP, RunState.VALVE, RunState.FLOWING, RunState.CLOSING, RunState.RESTING]


def garden_at(state: RunState, *, metered: bool = True, **changes: object) -> Garden:
    """A garden whose run has just reached that state, of the second turn where there is one."""
    soak = {"water_min": 2, "rest_min": 3}
    one = plot(**{"soak": soak, "after_power_cut": "resume", **changes})  # type: ignore[arg-type]
    garden = Garden(one, metered=metered)
    garden.ask(litres=360)
    while garden.run().state is not RunState.RESTING:
        garden.live(1)
    if state is RunState.RESTING:
        return garden
    while garden.run().state is not state:
        garden.live(1)
    if state is RunState.FLOWING:
        garden.live(60)
    return garden


@pytest.mark.parametrize("away_s", [0, 20, 600])
@pytest.mark.parametrize("metered", [True, False])
@pytest.mark.parametrize("state", STATES)
def test_a_run_goes_on_after_the_gateway_died_at_any_step(
    state: RunState, metered: bool, away_s: int
) -> None:
    garden = garden_at(state, metered=metered)
    garden.sleep(away_s)
    garden.kill()
    restored = garden.run()
    assert restored.state in (RunState.CLOSING, RunState.RESTING), "first it is known to be shut"
    garden.live_until_idle()
    run = garden.run()
    assert (run.state, run.cause, run.resumed) == (RunState.DONE, None, 1)
    assert not garden.is_on("valve-1")
    garden.live(5)
    assert not garden.is_on("pump-1")
    if metered:
        assert run.litres == pytest.approx(garden.flowed_l(), abs=0.1)
        assert garden.flowed_l() == pytest.approx(360, abs=65)
    else:
        assert run.litres >= garden.flowed_l()
    assert garden.raised == []


def test_it_is_told_that_it_goes_on() -> None:
    garden = garden_at(RunState.FLOWING)
    garden.kill()
    assert garden.said[-1].sentence.en.startswith(
        "The gateway restarted on the way at plot lo-1: the valves are closed first; then the "
    )
    assert garden.said[-1].sentence.vi.startswith("Máy ở nhà văn hóa khởi động lại giữa lượt tưới")


@pytest.mark.parametrize(("away_s", "goes_on"), [(3595, True), (CUT_MAX_MS // SECOND + 11, False)])
def test_a_long_cut_ends_it(away_s: int, goes_on: bool) -> None:
    garden = garden_at(RunState.FLOWING)
    garden.sleep(away_s)
    garden.kill()
    garden.live_until_idle()
    run = garden.run()
    assert (run.state is RunState.DONE) is goes_on
    if not goes_on:
        assert run.cause
        assert "more than an hour" in run.cause.en
        assert "more than an hour" in garden.alerts["lo-1"].message.en


def test_it_is_not_taken_up_for_ever() -> None:
    garden = garden_at(RunState.FLOWING, minutes_per_run_max=60)
    for _ in range(RESUMES_MAX + 1):
        while garden.run().state is not RunState.FLOWING:
            garden.live(1)
        garden.kill()
    garden.live_until_idle()
    assert garden.run().cause
    assert "too often" in str(garden.run().cause)


def test_nobody_knows_how_long_it_was_without_the_time() -> None:
    garden = garden_at(RunState.FLOWING)
    garden.clock_trusted = False
    garden.kill()
    garden.live_until_idle()
    assert "nobody knows for how long" in str(garden.run().cause)


def test_what_arose_meanwhile_ends_it_without_a_fault() -> None:
    garden = garden_at(RunState.FLOWING, windows=[{"from": "06:00", "to": "07:20"}])
    garden.sleep(1200)
    garden.kill()
    garden.live_until_idle()
    run = garden.run()
    assert (run.state, run.cause) == (RunState.DONE, None)
    assert run.curtailed
    assert "outside the plot's hours" in run.curtailed.en
    assert run.litres == pytest.approx(garden.flowed_l(), abs=0.1)


def test_the_ceiling_holds_over_every_resumption() -> None:
    garden = garden_at(RunState.FLOWING, metered=False, litres_per_day_max=360)
    for _ in range(RESUMES_MAX):
        garden.sleep(15)
        garden.kill()
        garden.live(200)
    garden.live_until_idle()
    assert garden.flowed_l() <= 365


def test_a_plot_that_gives_up_does_so_also_while_it_rests() -> None:
    garden = garden_at(RunState.RESTING, after_power_cut="give-up")
    garden.kill()
    assert (garden.run().state, garden.run().cause) == (RunState.FAILED, causes.RESTARTED)
    assert causes.RESTARTED.en in garden.alerts["lo-1"].message.en


def test_a_long_rest_is_not_cut_short_by_a_restart() -> None:
    garden = garden_at(RunState.RESTING, soak={"water_min": 2, "rest_min": 90})
    garden.sleep(60)
    garden.kill()
    garden.live(90 * 60)
    assert garden.run().state is RunState.FLOWING


@pytest.mark.parametrize("litres", [50, 150])
def test_one_that_is_not_worth_another_start_says_so(litres: float) -> None:
    garden = Garden(plot(after_power_cut="resume"))
    garden.ask(litres=litres)
    garden.live(3 if litres < 60 else 120)
    garden.kill()
    garden.live_until_idle()
    run = garden.run()
    assert run.litres < litres - 20
    assert (run.state, run.curtailed) == (RunState.DONE, causes.LITTLE_LEFT)
    assert "ended early" in garden.said[-1].sentence.en
