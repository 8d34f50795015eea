"""The gateway dies at any step of a run: the valve ends closed, the litres are right, and it is
reported."""

from datetime import datetime

import pytest

from gateway.decisions import Run, RunState
from gateway.irrigation import causes
from gateway.irrigation.run import LEASE_S, TAIL_MS
from gateway.plots import PlotsFile
from tests.gateway.irrigation.garden import SECOND, Garden, plot, states
from tests.gateway.irrigation.grown_garden import MINUTE, local
from tests.gateway.irrigation.test_gardener import by_schedule

YEAR_S = 365 * 86_400
STEPS = [RunState.PUMP, RunState.VALVE, RunState.FLOWING, RunState.CLOSING]


def garden_at(state: RunState, *, metered: bool = True) -> Garden:
    """A garden whose run has just reached that state."""
    garden = Garden(plot(), metered=metered)
    garden.ask(litres=300)
    while garden.run().state is not state:
        garden.live(1)
    if state is RunState.FLOWING:
        garden.live(60)
    return garden


@pytest.mark.parametrize("away_s", [0, 20, 600, 86_400])
@pytest.mark.parametrize("metered", [True, False])
@pytest.mark.parametrize("state", STEPS)
def test_a_run_in_progress_is_closed_and_reported(
    state: RunState, metered: bool, away_s: int
) -> None:
    garden = garden_at(state, metered=metered)
    garden.sleep(away_s)
    if away_s > TAIL_MS // SECOND:
        assert not garden.is_on("valve-1"), "the lease alone must have closed it"
    garden.kill()
    garden.live_until_idle()
    run = garden.run()
    if state is RunState.CLOSING:  # it had got its litres before
        assert (run.state, run.cause) == (RunState.DONE, None)
    else:
        assert (run.state, run.cause) == (RunState.FAILED, causes.RESTARTED)
        assert causes.RESTARTED.en in garden.alerts["lo-1"].message.en
    assert not garden.is_on("valve-1")
    assert not garden.is_on("pump-1")
    if metered:
        assert run.litres == pytest.approx(garden.flowed_l(), abs=0.1)
    else:
        assert garden.flowed_l() <= run.litres <= garden.flowed_l() + 60 * TAIL_MS / 60_000 + 15


@pytest.mark.parametrize("state", [RunState.VALVE, RunState.FLOWING])
@pytest.mark.parametrize("away_s", [20, 6 * 3600])
def test_the_time_away_is_no_time_of_watering(state: RunState, away_s: int) -> None:
    garden = garden_at(state)
    opened_at = garden.run().opened_at
    garden.sleep(away_s)
    garden.kill()
    garden.live_until_idle()
    assert opened_at is not None
    least_ms = min(garden.now - opened_at, 20 * SECOND)
    assert least_ms <= garden.run().watered_ms <= garden.clock - opened_at
    assert garden.run().watered_ms <= 60 * SECOND + 2 * TAIL_MS


def test_a_run_that_waits_goes_on_waiting() -> None:
    garden = Garden(plot("lo-1"), plot("lo-2"))
    garden.ask("lo-1")
    garden.ask("lo-2")
    garden.live(30)
    garden.kill()
    garden.live_until_idle()
    assert garden.run("lo-1").state is RunState.FAILED
    assert garden.run("lo-2").state is RunState.DONE


def test_what_flowed_before_the_restart_counts_for_the_day() -> None:
    garden = Garden(plot(litres_per_day_max=500))
    garden.ask(litres=400)
    garden.live_until_idle()
    garden.kill()
    garden.ask(litres=400)
    assert garden.run().target_l == pytest.approx(500 - garden.flowed_l(), abs=0.1)


@pytest.mark.parametrize("id", ["valve-1", "pump-1"])
def test_what_is_on_without_a_run_is_ended_at_boot(id: str) -> None:
    garden = Garden(plot())
    garden.actuators[id].on_until = garden.now + 3600 * SECOND
    known = garden.fleet.get(id)
    assert known
    known.values.update(garden.values(id))
    garden.kill()
    assert garden.alerts
    garden.live(20)
    assert not garden.is_on(id)


def test_a_run_of_a_plot_that_is_gone_is_ended() -> None:
    garden = garden_at(RunState.FLOWING)
    garden.water = PlotsFile()
    garden.kill()
    assert (garden.run().state, garden.run().cause) == (RunState.FAILED, causes.PLOT_GONE)


def test_a_valve_that_is_never_heard_again_is_counted_by_its_lease() -> None:
    garden = garden_at(RunState.FLOWING)
    garden.actuators["valve-1"].mute = True
    garden.sleep(30)
    garden.kill()
    garden.live_until_idle()
    run = garden.run()
    assert (run.cause, run.measured) == (causes.NOT_SHOWN_CLOSED, False)
    assert run.litres >= garden.flowed_l()
    assert run.litres <= garden.flowed_l() + 60 * (TAIL_MS / 60_000 + 2 * LEASE_S / 60)


@pytest.mark.parametrize("jump", [3 * YEAR_S, 7200, -7200, -3 * YEAR_S])
def test_a_corrected_clock_changes_nothing_of_a_run(jump: int) -> None:
    garden, undisturbed = garden_at(RunState.FLOWING), garden_at(RunState.FLOWING)
    garden.set_clock_by(jump)
    for one in (garden, undisturbed):
        one.live_until_idle()
        assert not one.is_on("valve-1")
    assert garden.now == undisturbed.now
    assert states(garden) == states(undisturbed) == [RunState.DONE]
    assert garden.run().litres == pytest.approx(undisturbed.run().litres)


@pytest.mark.parametrize("midnight", ["2026-12-31", "2028-02-28", "2028-02-29", "2026-04-30"])
def test_the_ceiling_begins_anew_at_local_midnight_and_not_before(midnight: str) -> None:
    day_ends = datetime.fromisoformat(f"{midnight}T23:59:59+07:00")
    late = round(day_ends.timestamp() * 1000) - 3_600_000
    garden = Garden(plot(litres_per_day_max=500), start=late)
    garden.ask(litres=400)
    garden.live_until_idle()
    garden.live((late + 3_600_000 - garden.now) // SECOND)
    garden.ask(litres=400)
    assert garden.run().target_l == pytest.approx(500 - garden.flowed_l(), abs=0.1)
    garden.engine.stop("lo-1", "person:web", garden.clock)
    garden.live_until_idle()
    garden.live(1)
    garden.ask(litres=400)
    assert garden.run().target_l == 400


def test_without_a_known_time_nothing_is_watered_and_it_says_why() -> None:
    garden = Garden(plot())
    garden.engine.clock_trusted = False
    garden.ask()
    assert garden.runs == {}
    assert "does not know the time" in garden.said[-1].sentence.en
    garden.engine.clock_trusted = True
    garden.ask()
    assert garden.run().state is not RunState.PLANNED


def test_litres_are_saved_while_they_flow_but_not_with_every_reading() -> None:
    garden = garden_at(RunState.FLOWING)
    saved: list[Run] = []
    for _ in range(60):
        before = garden.run()
        garden.report()
        garden.live(1)
        if garden.run() is not before:
            saved.append(garden.run())
    assert 5 <= len(saved) <= 7
    assert garden.flowed_l() - garden.run().litres <= 60 * 20 / 60


def test_a_clock_that_goes_back_over_midnight_gives_no_second_ceiling() -> None:
    garden = Garden(plot(litres_per_day_max=500))
    garden.ask(litres=400)
    garden.live_until_idle()
    garden.set_clock_by(-12 * 3600)
    garden.report()
    garden.ask(litres=400)
    assert garden.run().target_l == pytest.approx(500 - garden.flowed_l(), abs=0.1)


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize(
    ("away_h", "decided"), [(1.0, ("water", "schedule")), (5.0, ("skip", "missed"))]
)
def test_a_time_before_a_power_cut_counts_though_the_clock_is_known_later(
    away_h: float, decided: tuple[str, str], again: bool
) -> None:
    """The clock of the machine stood still meanwhile; `again`: so it does for a second start."""
    garden = by_schedule()
    garden.last_until(local("2026-03-11 05:30"))
    away_s = round(away_h * 3600)
    garden.sleep(30 * 60 + away_s)
    garden.clock_error = -away_s * SECOND
    garden.began, garden.clock_trusted = garden.clock, False
    for _ in range(1 + again):
        garden.kill()
        garden.report()
        garden.last_until(garden.now + 15 * MINUTE)
        assert garden.decided()[-1] == ("hold", "clock")
    garden.engine.clock_trusted = garden.clock_trusted = True
    garden.set_clock_by(away_s)
    garden.last_until(garden.now + 5 * MINUTE)
    assert garden.decided()[-1] == decided
    if decided[1] == "missed":
        assert "off at 06:00" in garden.last_said().sentence.en
        assert garden.last_said().sentence.en.endswith("Next look at 06:00 on 12 Mar.")
    garden.last_until(local("2026-03-12 07:00"))
    assert garden.decided()[-1] == ("water", "schedule")
    days = [day for day in garden.flowed_by_day() if day[1] >= local("2026-03-11 00:00")]
    assert len(days) == (2 if decided[0] == "water" else 1)


@pytest.mark.parametrize("restart", [True, False])
def test_a_run_at_the_very_time_of_another_is_another_one(restart: bool) -> None:
    garden = Garden(plot())
    begun_at = garden.clock
    for _ in range(2):
        garden.ask(litres=100)
        garden.live_until_idle()
        garden.set_clock_by((begun_at - garden.clock) // SECOND)
        if restart:
            garden.kill()
            garden.report()
    assert [run.litres for run in garden.runs.values()] == pytest.approx([100, 100], abs=15)
