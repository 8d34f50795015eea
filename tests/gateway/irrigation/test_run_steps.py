"""Steps of a run that devices seldom take, and the end of one that waited in vain."""

from dataclasses import replace

from gateway.decisions import Run, RunState
from gateway.irrigation import causes
from gateway.irrigation.run import Seen, advance, not_begun, worth_going_on
from tests.gateway.fleets import NOW
from tests.gateway.irrigation.garden import SECOND, plot

RUN = Run("lo-1.1", "lo-1", "person:Lan", RunState.VALVE, NOW, NOW, NOW + 60 * SECOND, 300.0)


def test_no_valve_is_left_opening_behind_a_pump_that_has_stopped() -> None:
    seen = Seen(NOW, NOW, pump_runs=False)
    run = advance(RUN, plot(), seen, NOW + SECOND)
    assert (run.state, run.cause) == (RunState.CLOSING, causes.PUMP_STOPPED)


def test_who_waits_in_vain_for_another_turn_keeps_what_he_got() -> None:
    resting = replace(RUN, state=RunState.RESTING, litres=200.0, goes_on_at=NOW)
    ended = not_begun(resting, causes.WAITED, NOW + SECOND)
    assert (ended.state, ended.cause, ended.curtailed) == (RunState.DONE, None, causes.WAITED)
    failed = not_begun(replace(RUN, state=RunState.PLANNED), causes.WAITED, NOW + SECOND)
    assert (failed.state, failed.cause) == (RunState.FAILED, causes.WAITED)


def test_no_turn_begins_for_the_last_seconds_of_a_run() -> None:
    garden = plot(minutes_per_run_max=30)
    early = replace(RUN, watered_ms=10 * 60 * SECOND)
    assert worth_going_on(early, garden, 100.0)
    assert not worth_going_on(
        replace(RUN, watered_ms=30 * 60 * SECOND - 30 * SECOND), garden, 100.0
    )
    assert not worth_going_on(early, garden, 299.0)
