"""Runs that rest and go on, keep their hours, and end when something arises against them."""

from datetime import date

import pytest

from gateway.decisions import RunState
from gateway.irrigation import causes
from gateway.plot_records import NoGo, Override, PlotSetting
from gateway.plots import Mode
from gateway.plots.guard import NoGoReason
from tests.gateway.irrigation.garden import SECOND, Garden, plot

HOUR_MS = 3_600_000
SOAKED = {"water_min": 2, "rest_min": 5}
EARLY = [{"from": "06:00", "to": "07:05"}]


def states_of(garden: Garden, seconds: int) -> list[RunState]:
    """The states that the run passes through."""
    seen = [garden.run().state]
    for _ in range(seconds):
        garden.live(1)
        if garden.run().state is not seen[-1]:
            seen.append(garden.run().state)
    return seen


def sentence(garden: Garden) -> str:
    return garden.said[-1].sentence.en


@pytest.mark.parametrize("metered", [True, False])
def test_water_comes_in_turns_and_sinks_in_between(metered: bool) -> None:
    garden = Garden(plot(soak=SOAKED), metered=metered)
    garden.ask(litres=360)
    turn = [RunState.PUMP, RunState.FLOWING, RunState.CLOSING]
    seen = [state for state in states_of(garden, 1500) if state is not RunState.VALVE]
    rest = RunState.RESTING
    assert seen == [*turn, rest, *turn, rest, *turn, RunState.DONE]
    assert garden.flowed_l() == pytest.approx(360, abs=10)
    assert garden.run().litres == pytest.approx(garden.flowed_l(), abs=0.1 if metered else 15)
    assert garden.run().measured is metered
    assert [said.action for said in garden.said] == ["water", "finish"]


def test_while_a_plot_rests_its_valve_is_shut_and_the_pump_serves_others() -> None:
    garden = Garden(plot("lo-1", soak=SOAKED), plot("lo-2"))
    garden.ask("lo-1", litres=300)
    garden.live(10)
    garden.ask("lo-2", litres=120)
    served_meanwhile = False
    for _ in range(1800):
        garden.live(1)
        if garden.run("lo-1").state is RunState.RESTING:
            assert not garden.is_on("valve-1")
            served_meanwhile |= garden.is_on("valve-2")
        assert not (garden.is_on("valve-1") and garden.is_on("valve-2"))
    assert served_meanwhile
    assert {run.state for run in garden.runs.values()} == {RunState.DONE}
    assert not garden.is_on("pump-1")


def test_a_last_turn_of_less_than_a_minute_is_not_put_off() -> None:
    garden = Garden(plot(soak=SOAKED))
    garden.ask(litres=150)
    assert RunState.RESTING not in states_of(garden, 300)
    assert garden.run().state is RunState.DONE


def test_the_time_limit_counts_all_turns() -> None:
    garden = Garden(plot(soak=SOAKED, minutes_per_run_max=5), flow=0.6)
    garden.ask(litres=300)
    garden.live_until_idle()
    assert garden.run().cause == causes.LIMIT
    assert garden.flowed_l() == pytest.approx(5 * 36, abs=6)


def test_a_person_stops_a_run_that_rests_or_is_about_to() -> None:
    for state in (RunState.RESTING, RunState.CLOSING):
        garden = Garden(plot(soak=SOAKED))
        garden.ask(litres=300)
        while garden.run().state is not state:
            garden.live(1)
        garden.save(garden.engine.stop("lo-1", "person:web", garden.clock))
        garden.live_until_idle(120)
        assert (garden.run().state, garden.run().cause) == (RunState.DONE, None)
        assert garden.flowed_l() < 150


def test_a_run_ends_with_its_hours_and_that_is_no_failure() -> None:
    garden = Garden(plot(windows=EARLY))  # it is 7:00
    garden.ask(litres=1000)
    garden.live(310)
    assert garden.run().state is RunState.DONE
    assert garden.run().litres == pytest.approx(garden.flowed_l(), abs=0.1)
    assert sentence(garden) == (
        f"plot lo-1 got {garden.flowed_l():.0f} litres of 1.0\N{NO-BREAK SPACE}m³, "
        "by the flow meter; "
        "it ended early: it is outside the plot's hours, which begin at 06:00."
    )
    assert garden.said[-2].action == "stop"
    assert garden.raised == []
    last_flow = max(at for _, at, _ in garden.flows)
    assert last_flow <= garden.began + 302 * SECOND


@pytest.mark.parametrize("seconds", [-3600, -60, -1, 1, 60])
def test_the_hours_go_by_a_clock_that_was_set(seconds: int) -> None:
    garden = Garden(plot(windows=EARLY))
    garden.ask(litres=1000)
    garden.live(100)
    garden.set_clock_by(seconds)
    garden.live_until_idle(1200)
    ended_at = max(at for _, at, _ in garden.flows) - garden.began
    if seconds == -3600:  # to six o'clock: its hours have just begun
        assert garden.flowed_l() == pytest.approx(1000, abs=5)
    else:
        assert ended_at == pytest.approx((300 - seconds) * SECOND, abs=2 * SECOND)


def test_hours_that_a_technician_lets_pass_do_not_end_it() -> None:
    garden = Garden(plot(windows=EARLY))
    garden.ask(litres=1000)
    garden.live(100)
    garden.set(Override("o", "lo-1", "window", "test", "person:ky", 0, garden.clock + HOUR_MS))
    garden.live_until_idle()
    assert garden.flowed_l() == pytest.approx(1000, abs=5)


def test_a_person_is_not_bound_by_the_hours() -> None:
    garden = Garden(plot(windows=EARLY))
    garden.ask(litres=1000, requester="person:hoa")
    garden.live_until_idle()
    assert garden.flowed_l() == pytest.approx(1000, abs=5)


def test_what_rests_when_its_hours_end_does_not_go_on() -> None:
    garden = Garden(plot(windows=EARLY, soak=SOAKED))
    garden.ask(litres=600)
    garden.live_until_idle()
    assert garden.run().state is RunState.DONE
    assert garden.flowed_l() == pytest.approx(120, abs=10)
    assert "it ended early: it is outside" in sentence(garden)


def off(garden: Garden) -> None:
    at = garden.clock
    garden.set(PlotSetting("lo-1", at, "person:hoa", Mode.OFF, None))


def rain(garden: Garden) -> None:
    garden.hear("weather-1", {"rain_total_mm": 10.0})
    garden.live(1)
    garden.hear("weather-1", {"rain_total_mm": 12.5})


def wind(garden: Garden) -> None:
    garden.hear("weather-1", {"wind_speed_m_s": 6.0})


def frost(garden: Garden) -> None:
    garden.hear("weather-1", {"air_temperature_c": 3.0})


def spray(garden: Garden) -> None:
    today = date(2026, 11, 22)
    spraying = NoGoReason.SPRAYING
    garden.set(NoGo("n1", "lo-1", today, today, spraying, "person:hoa", garden.clock))


@pytest.mark.parametrize(
    ("arises", "interlock", "why"),
    [
        (off, None, "watering of this plot is switched off"),
        (rain, "rain-1h", "2.5 mm of rain fell in the last hour"),
        (wind, "wind", "the wind blows at 6 m/s"),
        (frost, "cold", "it is cold: 3 °C"),
        (spray, "spraying", "it was sprayed"),
    ],
)
def test_what_arises_against_a_run_ends_it_at_once(
    arises: object, interlock: str | None, why: str
) -> None:
    assert callable(arises)
    garden = Garden(plot())
    garden.ask(litres=1000)
    garden.live(60)
    arises(garden)
    assert garden.run().state is RunState.CLOSING
    garden.live_until_idle()
    assert (garden.run().state, garden.run().cause) == (RunState.DONE, None)
    curtailed = garden.run().curtailed
    assert curtailed is not None
    assert curtailed.en.startswith(why)
    assert garden.raised == []
    if interlock is not None:
        overridden = Garden(plot())
        at = overridden.clock
        override = Override("o", "lo-1", interlock, "test", "person:ky", at, at + HOUR_MS)
        overridden.set(override)
        overridden.ask(litres=1000)
        overridden.live(60)
        arises(overridden)
        assert overridden.run().state is RunState.FLOWING


def test_a_run_says_which_interlock_a_technician_let_pass() -> None:
    garden = Garden(plot())
    wind(garden)
    garden.ask()
    assert garden.runs == {}
    at = garden.clock
    garden.set(Override("o", "lo-1", "wind", "test", "person:ky", at, at + 120 * SECOND))
    garden.ask()
    assert "A technician allows it in spite of: wind." in sentence(garden)
    garden.live(125)
    curtailed = garden.run().curtailed
    assert curtailed is not None, "the override is over"
    assert "6 m/s" in curtailed.en


def test_what_would_keep_water_back_can_be_asked_beforehand() -> None:
    garden = Garden(plot("lo-1"), plot("lo-2"))
    assert garden.engine.held("lo-1", garden.clock) == []
    wind(garden)
    off(garden)
    names = [found.interlock for found in garden.engine.held("lo-1", garden.clock)]
    assert names == ["off", "wind"]


def test_when_there_is_water_can_be_asked_beforehand() -> None:
    garden = Garden(plot("lo-1"), plot("lo-2"))
    waterings = garden.engine._waterings
    assert waterings.free_at("lo-2", garden.clock) == garden.clock
    garden.ask("lo-1", litres=300)
    free_in_s = (waterings.free_at("lo-2", garden.clock) - garden.clock) / SECOND
    assert free_in_s == pytest.approx(300, abs=1)
