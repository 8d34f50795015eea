"""Everything that breaks between the source and the sprinkler: what the gateway makes of it, whom
it calls and with which words, and when the alert goes away."""

import pytest

from devices.metric import Value
from devices.text import Text
from gateway.decisions import RunState, Severity
from gateway.irrigation import causes
from gateway.irrigation.judge import LEAK_HELD_MS
from gateway.irrigation.notices import BLOCKED, OUTSIDE
from gateway.plots import Pump, Source
from tests.gateway.irrigation.garden import SECOND, Garden, plot

RATE = 60.0
WATCHED = Pump(id="pump-1", power_min_w=600, pressure_min_kpa=100)
TANK = Source(id="tank", label=Text("bể", "tank"))
TWO_AT_ONCE = Pump(id="pump-1", plots_at_once=2)


def flowing(garden: Garden, litres: float = 1000, seconds: int = 60) -> Garden:
    """The garden with a run in which water has flowed for some time."""
    garden.ask(litres=litres)
    while garden.run().state is not RunState.FLOWING:
        garden.live(1)
    garden.live(seconds)
    return garden


def test_a_burst_pipe_is_shut_off_within_one_report() -> None:
    garden = flowing(Garden(plot()))
    garden.flow = 1.6
    before = garden.flowed_l()
    garden.live(20)
    assert not garden.is_on("valve-1")
    assert garden.flowed_l() - before <= RATE * 1.6 * 15 / 60
    garden.live_until_idle()
    (alert,) = garden.raised
    assert alert.severity is Severity.CRITICAL
    assert alert.message.en == (
        "plot lo-1: far too much water flows: perhaps a burst pipe. The valve is closed. Look "
        "along the plot's pipes."
    )


def test_a_smaller_burst_shows_when_the_pump_loses_its_pressure() -> None:
    weak: dict[str, Value] = {"running": True, "power_w": 1500, "pressure_kpa": 60}
    for values, bursts in ((weak, True), ({**weak, "pressure_kpa": 250}, False)):
        garden = flowing(Garden(plot(), pumps=[WATCHED], flow=1.3))
        garden.hear("pump-1", values)
        assert (garden.run().cause == causes.TOO_MUCH_FLOW) is bursts


def test_a_weak_flow_is_told_and_goes_on_to_the_litres() -> None:
    garden = Garden(plot(minutes_per_run_max=60), flow=0.4)
    garden.ask(litres=200)
    garden.live(120)
    assert garden.raised == [], "pipes fill first"
    garden.live(120)
    assert garden.open_alerts[BLOCKED, "lo-1"].severity is Severity.WARNING
    assert "Clean the filter" in garden.alerts["lo-1"].message.en
    garden.live_until_idle()
    assert garden.run().state is RunState.DONE
    assert garden.flowed_l() == pytest.approx(200, abs=5)
    assert (BLOCKED, "lo-1") in garden.open_alerts
    garden.flow = 1.0
    garden.ask(litres=200)
    garden.live_until_idle()
    assert garden.open_alerts == {}


@pytest.mark.parametrize("metered", [True, False])
def test_a_pump_without_water_is_stopped(metered: bool) -> None:
    garden = flowing(Garden(plot(), pumps=[WATCHED], metered=metered))
    garden.actuators["pump-1"].dry = True
    garden.live(60)
    assert garden.run().cause == causes.PUMP_DRY
    garden.live_until_idle()
    garden.live(5)
    assert not garden.is_on("pump-1")
    assert "Look at the source" in garden.alerts["lo-1"].message.en


def test_a_pump_that_starts_dry_gets_half_a_minute() -> None:
    garden = Garden(plot(), pumps=[WATCHED], metered=False)
    garden.actuators["pump-1"].dry = True
    flowing(garden, seconds=20)
    garden.actuators["pump-1"].dry = False
    garden.live_until_idle(2000)
    assert garden.run().state is RunState.DONE


def test_a_low_power_with_a_good_flow_is_no_dry_pump() -> None:
    thirsty = Pump(id="pump-1", power_min_w=5000)
    garden = flowing(Garden(plot(), pumps=[thirsty]), seconds=120)
    assert garden.run().state is RunState.FLOWING


def test_a_leak_behind_a_shut_valve_stops_the_whole_line() -> None:
    garden = Garden(plot("lo-1"), plot("lo-2"), plot("lo-3", pump="pump-2"))
    garden.ask("lo-3", litres=600)
    flowing(garden)
    garden.actuators["valve-2"].leaks = 0.3
    garden.live(20)
    assert garden.run("lo-1").state is RunState.FLOWING, "two readings may be a late meter"
    garden.live(14)
    alert = garden.open_alerts[OUTSIDE, "lo-2"]
    assert alert.severity is Severity.CRITICAL
    assert alert.message.en == (
        "plot lo-2: water flows though the valve is shut. Go there now: shut the hand valve and "
        "switch the pump off."
    )
    assert not garden.is_on("valve-1")
    assert not garden.is_on("pump-1")
    assert garden.is_on("valve-3"), "another line"
    garden.live_until_idle()
    assert (garden.run("lo-1").state, garden.run("lo-1").cause) == (RunState.DONE, None)
    assert (garden.run("lo-2").state, garden.run("lo-2").cause) == (RunState.FAILED, causes.LEAK)
    assert garden.run("lo-2").litres == pytest.approx(garden.leaked_l["lo-2"], abs=4)
    assert (OUTSIDE, "lo-2") in garden.open_alerts, "without pressure nobody can see it"
    for of in ("lo-1", "lo-2"):
        garden.ask(of)
        said = garden.said[-1]
        assert said.action == "refuse"
        assert "flows or just flowed where it should not at plot lo-2" in said.sentence.en
    garden.sleep(LEAK_HELD_MS // SECOND)
    garden.report()
    garden.ask("lo-1")
    assert garden.run("lo-1").state is not RunState.DONE, "the next run is a trial"
    garden.live_until_idle()
    assert [run.cause for run in garden.runs.values() if run.plot == "lo-2"] == [causes.LEAK] * 2
    garden.actuators["valve-2"].leaks = 0.0
    garden.sleep(LEAK_HELD_MS // SECOND)
    garden.report()
    garden.ask("lo-1")
    garden.live_until_idle()
    assert garden.open_alerts == {}


def test_a_leak_without_a_pump_keeps_the_source_shut_until_it_is_mended() -> None:
    high, low = plot("lo-1", pump=None, source="tank"), plot("lo-2", pump=None, source="tank")
    garden = Garden(high, low, sources=[TANK])
    garden.actuators["valve-2"].leaks = 0.5
    garden.live(900)
    assert garden.run("lo-2").state is RunState.CLOSING
    assert "shut the hand valve" in garden.open_alerts[OUTSIDE, "lo-2"].message.en
    assert len(garden.raised) == 1
    garden.ask("lo-1")
    assert garden.said[-1].action == "refuse"
    garden.kill()
    garden.ask("lo-1")
    assert garden.said[-1].action == "refuse", "a restart forgets no leak"
    garden.actuators["valve-2"].leaks = 0.0
    garden.live_until_idle()
    assert garden.open_alerts == {}
    assert garden.run("lo-2").litres == pytest.approx(garden.leaked_l["lo-2"], abs=20)


@pytest.mark.parametrize("pump", ["pump-1", None])
def test_a_valve_that_does_not_close_stops_all_that_shares_its_pipe(pump: str | None) -> None:
    first = plot("lo-1", pump=pump, source=None if pump else "tank")
    second = plot("lo-2", pump=pump, source=None if pump else "tank", litres_per_day_max=9000)
    garden = Garden(first, second, pumps=[TWO_AT_ONCE], sources=[TANK])
    garden.ask("lo-2", litres=1800)
    flowing(garden)
    garden.actuators["valve-1"].stuck = True
    garden.save(garden.engine.stop("lo-1", "person:web", garden.clock))
    garden.live(160)
    assert garden.run("lo-1").cause == causes.NOT_CLOSING
    assert not garden.is_on("valve-2")
    assert garden.run("lo-2").curtailed
    assert pump is None or not garden.is_on("pump-1")
    alert = garden.open_alerts[OUTSIDE, "lo-1"]
    assert alert.severity is Severity.CRITICAL
    assert "shut the hand valve" in alert.message.en
    assert ("pump" in alert.message.en) is (pump is not None)
    garden.actuators["valve-1"].stuck = None
    garden.live_until_idle()
    all_l = garden.flowed_l("lo-1") + garden.leaked_l["lo-1"]
    assert garden.run("lo-1").litres == pytest.approx(all_l, abs=1)
    if pump:
        assert set(garden.open_alerts) == {(OUTSIDE, "lo-1")}, "without pressure nothing is proven"
        garden.ask("lo-2", litres=60)
        assert garden.said[-1].action == "refuse"
        garden.live(LEAK_HELD_MS // 1000)
        garden.ask("lo-2", litres=60)
        garden.live_until_idle()
    assert garden.open_alerts == {}


def test_a_valve_that_stays_open_is_not_told_to_close_without_end() -> None:
    garden = Garden(plot(pump=None))
    flowing(garden)
    garden.actuators["valve-1"].stuck = True
    garden.live(6 * 3600)
    asked = [one for one in garden.commands.values() if one.command == "close"]
    assert 30 < len(asked) < 60
    assert garden.engine.runs(), "and yet it goes on"


def test_an_alert_that_gets_worse_says_so() -> None:
    garden = Garden(plot())
    garden.actuators["valve-1"].stuck = True
    garden.live(300)
    assert "does not close" in garden.open_alerts[OUTSIDE, "lo-1"].message.en


def test_a_valve_that_is_heard_and_tells_no_litres_is_closed() -> None:
    """As when its clock is wrong: everything that it measures is old."""
    garden = flowing(Garden(plot(litres_per_day_max=5000)), litres=1800)
    garden.lose_telemetry = True
    for _ in range(60):
        for known in garden.fleet:
            known.heard_at = garden.clock
        garden.live(10)
    assert garden.run().cause == causes.UNREAD
    assert not garden.is_on("valve-1")
    assert garden.flowed_l() <= garden.run().litres


def test_a_valve_that_says_closed_while_water_flows_is_not_believed() -> None:
    garden = flowing(Garden(plot(pump=None)))
    garden.actuators["valve-1"].leaks = 0.4
    garden.save(garden.engine.stop("lo-1", "person:web", garden.clock))
    garden.live(50)
    assert garden.run().cause == causes.NOT_CLOSING
    garden.actuators["valve-1"].leaks = 0.0
    garden.live_until_idle()
    assert garden.open_alerts == {}


def test_a_valve_that_fell_silent_is_known_to_be_shut_when_it_says_so() -> None:
    garden = flowing(Garden(plot()))
    garden.actuators["valve-1"].mute = True
    garden.live_until_idle()
    assert garden.run().cause == causes.NOT_SHOWN_CLOSED
    assert (OUTSIDE, "lo-1") in garden.open_alerts
    garden.kill()
    garden.actuators["valve-1"].mute = False
    garden.live(20)
    assert (OUTSIDE, "lo-1") not in garden.open_alerts


def test_results_and_commands_that_get_lost_harm_nothing() -> None:
    for lost in ("lose_results", "lose_commands"):
        garden = flowing(Garden(plot()), litres=600)
        setattr(garden, lost, True)
        garden.live(40)
        setattr(garden, lost, False)
        garden.live_until_idle()
        assert garden.run().state is RunState.DONE
        assert garden.run().litres == pytest.approx(garden.flowed_l(), abs=0.1)
