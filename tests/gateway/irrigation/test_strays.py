"""Valves and pumps that are on though nobody wants water."""

import pytest

from gateway.decisions import RunState, Severity
from gateway.irrigation import causes
from tests.gateway.fleets import reading
from tests.gateway.irrigation.garden import SECOND, Garden, plot


def test_a_valve_opened_by_hand_is_closed_counted_and_reported() -> None:
    garden = Garden(plot(pump=None))
    garden.actuators["valve-1"].on_until = garden.now + 3600 * SECOND
    garden.live(40)
    assert not garden.is_on("valve-1")
    assert (garden.run().state, garden.run().cause) == (RunState.FAILED, causes.STRAY)
    assert garden.run().litres == pytest.approx(garden.flowed_l(), abs=0.1)
    (alert,) = garden.raised
    assert alert.severity is Severity.CRITICAL
    assert garden.alerts == {}
    garden.ask(litres=1000)
    left_l = 1000 - garden.flowed_l()  # or less: it is not known since when it was open
    assert left_l - 10 <= garden.run().target_l <= left_l


def test_an_old_reading_does_not_make_a_valve_open() -> None:
    garden = Garden(plot())
    known = garden.fleet.get("valve-1")
    assert known
    old = reading(known, garden.clock - 600 * SECOND, open=True)
    assert not garden.engine.on_reading(known, old, garden.clock)


def test_a_pump_that_runs_without_a_run_is_stopped_and_reported() -> None:
    garden = Garden(plot())
    garden.actuators["pump-1"].on_until = garden.now + 3600 * SECOND
    garden.report()
    assert garden.alerts["pump-1"].message == causes.PUMP_STRAY
    garden.live(30)
    assert not garden.is_on("pump-1")
    assert garden.alerts == {}
