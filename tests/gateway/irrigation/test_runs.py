"""Runs from the pump to the closed valve, and everything that can go wrong on the way."""

import pytest

from gateway.decisions import Command, CommandState, IrrigationAsked, RunState, Severity
from gateway.irrigation import causes
from gateway.irrigation.metering import Meters
from gateway.irrigation.run import LEASE_S, TAIL_MS, WAIT_MS
from gateway.plots import Pump
from tests.gateway.fleets import device, reading
from tests.gateway.irrigation.garden import SECOND, Garden, plot

RATE = 60.0
LEASE_L = RATE * LEASE_S / 60


def last_words(garden: Garden) -> tuple[str, str]:
    return garden.said[-1].action, garden.said[-1].sentence.en


@pytest.mark.parametrize("metered", [True, False])
def test_a_run_delivers_what_was_asked_and_ends_closed(metered: bool) -> None:
    garden = Garden(plot(), metered=metered)
    garden.ask(litres=300)
    garden.live_until_idle()
    run = garden.run()
    assert (run.state, run.cause, run.measured) == (RunState.DONE, None, metered)
    assert garden.flowed_l() == pytest.approx(300, abs=5)
    assert run.litres == pytest.approx(garden.flowed_l(), abs=0.1 if metered else 5)
    assert not garden.is_on("valve-1")
    garden.live(5)
    assert not garden.is_on("pump-1")
    assert [said.action for said in garden.said] == ["water", "finish"]
    assert garden.alerts == {}


def test_the_states_follow_the_devices() -> None:
    garden = Garden(plot())
    garden.lose_results = True
    garden.ask()
    seen = [garden.run().state]
    for _ in range(600):
        garden.live(1)
        if garden.run().state is not seen[-1]:
            seen.append(garden.run().state)
    assert seen == [
        RunState.PUMP,
        RunState.VALVE,
        RunState.FLOWING,
        RunState.CLOSING,
        RunState.DONE,
    ]


def test_every_start_has_a_short_lease_and_a_name_of_its_own() -> None:
    garden = Garden(plot())
    garden.ask(litres=600)
    garden.live_until_idle()
    starts = [one for one in garden.commands.values() if one.command in ("open", "start")]
    assert {one.args["lease_s"] for one in starts} == {LEASE_S}
    assert {one.device for one in starts} == {"valve-1", "pump-1"}
    assert len(starts) > 20
    assert all(len(id) <= 64 for id in garden.commands)
    assert {one.requester for one in garden.commands.values()} == {f"run:{garden.run().id}"}


def test_several_valves_open_and_close_together() -> None:
    both = plot(valves=["valve-1", "valve-2"], pump=None)
    garden = Garden(both)
    garden.ask(litres=300)
    garden.live_until_idle()
    assert garden.run().state is RunState.DONE
    assert garden.run().litres == pytest.approx(300, abs=5)
    assert not garden.is_on("valve-1")
    assert not garden.is_on("valve-2")


def test_a_weak_flow_takes_longer_and_gives_the_same_water() -> None:
    garden = Garden(plot(), flow=0.5)
    garden.ask(litres=300)
    garden.live_until_idle()
    assert garden.flowed_l() == pytest.approx(300, abs=5)


def test_a_meter_that_starts_anew_loses_no_litre() -> None:
    garden = Garden(plot())
    garden.actuators["valve-1"].total_l = 5000
    garden.report()
    garden.ask(litres=300)
    garden.live(120)
    garden.actuators["valve-1"].total_l = 0
    garden.live_until_idle()
    assert garden.run().state is RunState.DONE
    assert garden.flowed_l() == pytest.approx(300, abs=15)


def break_pump(garden: Garden) -> None:
    garden.actuators["pump-1"].stuck = False


def jam_valve_shut(garden: Garden) -> None:
    garden.actuators["valve-1"].stuck = False


def jam_valve_open(garden: Garden) -> None:
    garden.actuators["valve-1"].stuck = True


def dry_source(garden: Garden) -> None:
    garden.flow = 0.0


def burst(garden: Garden) -> None:
    garden.flow = 2.0


def unplug(garden: Garden) -> None:
    garden.actuators["valve-1"].mute = True


@pytest.mark.parametrize(
    ("fault", "after_s", "cause", "severity"),
    [
        (break_pump, 0, causes.PUMP_NOT_STARTED, Severity.WARNING),
        (break_pump, 60, causes.PUMP_STOPPED, Severity.WARNING),
        (jam_valve_shut, 0, causes.VALVE_NOT_OPENED, Severity.WARNING),
        (jam_valve_shut, 60, causes.VALVE_CLOSED, Severity.WARNING),
        (dry_source, 0, causes.NO_FLOW, Severity.WARNING),
        (burst, 60, causes.TOO_MUCH_FLOW, Severity.CRITICAL),
        (unplug, 60, causes.NOT_SHOWN_CLOSED, Severity.CRITICAL),
    ],
)
def test_a_fault_ends_the_run_with_its_cause(
    fault: object, after_s: int, cause: object, severity: Severity
) -> None:
    assert callable(fault)
    garden = Garden(plot())
    garden.ask(litres=1000)
    if after_s:
        garden.live(after_s)
    fault(garden)
    garden.live_until_idle()
    assert (garden.run().state, garden.run().cause) == (RunState.FAILED, cause)
    assert garden.alerts["lo-1"].severity is severity
    assert garden.said[-1].action == "report"
    assert not garden.is_on("valve-1")
    garden.live(TAIL_MS // SECOND)
    assert not garden.is_on("pump-1")


def test_a_valve_that_does_not_close_stops_the_pump_and_is_told_again() -> None:
    garden = Garden(plot(), plot("lo-2"))
    garden.ask(litres=100)
    garden.live(60)
    jam_valve_open(garden)
    garden.ask("lo-2", litres=100)
    garden.live(600)
    assert garden.run().cause == causes.NOT_CLOSING
    assert garden.alerts["lo-1"].severity is Severity.CRITICAL
    assert not garden.is_on("pump-1")
    assert garden.run("lo-2").state is RunState.PLANNED
    garden.actuators["valve-1"].stuck = None
    garden.live_until_idle()
    assert garden.run().state is RunState.FAILED
    all_l = garden.flowed_l() + garden.leaked_l["lo-1"]
    assert garden.run().litres == pytest.approx(all_l, abs=1)
    assert garden.run("lo-2").state is RunState.DONE


def test_the_next_good_run_clears_the_alert() -> None:
    garden = Garden(plot())
    garden.ask()
    dry_source(garden)
    garden.live_until_idle()
    assert "lo-1" in garden.alerts
    garden.flow = 1.0
    garden.ask()
    garden.live_until_idle()
    assert garden.alerts == {}


def test_a_device_that_refuses_ends_the_run_at_once() -> None:
    garden = Garden(plot())
    garden.ask()
    (start,) = garden.commands.values()
    failed = Command(
        **{
            **{name: getattr(start, name) for name in start.__slots__},
            "state": CommandState.FAILED,
            "error": "dry-run protection",
        }
    )
    garden.save([failed])
    cause = garden.run().cause
    assert cause
    assert "dry-run protection" in cause.en
    garden.live_until_idle()
    assert garden.run().state is RunState.FAILED


def test_the_time_limit_of_a_run_holds() -> None:
    garden = Garden(plot(minutes_per_run_max=3), flow=0.5)
    garden.ask(litres=500)
    garden.live_until_idle()
    assert garden.run().cause == causes.LIMIT
    assert garden.flowed_l() <= 3 * RATE * 0.5 + 5


def test_the_ceiling_of_a_day_holds_over_many_requests() -> None:
    garden = Garden(plot(litres_per_day_max=500))
    for _ in range(4):
        garden.ask(litres=300)
        garden.live_until_idle()
    assert garden.flowed_l() <= 505
    action, sentence = last_words(garden)
    assert action == "refuse"
    assert sentence.endswith("the limit is 500 litres a day.")
    garden.sleep(24 * 3600)
    garden.report()
    garden.ask(litres=300)
    garden.live_until_idle()
    assert garden.flowed_l() == pytest.approx(800, abs=10)


def test_plots_share_the_pump_one_after_the_other() -> None:
    garden = Garden(plot("lo-1"), plot("lo-2"), plot("lo-3"))
    for id in ("lo-1", "lo-2", "lo-3"):
        garden.ask(id, litres=200)
    assert garden.said[-1].sentence.en.startswith("plot lo-3 waits for its turn")
    pump_stops = 0
    for _ in range(900):
        garden.live(1)
        open_valves = [id for id in ("valve-1", "valve-2", "valve-3") if garden.is_on(id)]
        assert len(open_valves) <= 1
        flowing = [run for run in garden.runs.values() if run.state is RunState.FLOWING]
        assert garden.is_on("pump-1") or not flowing
        pump_stops = sum(one.command == "stop" for one in garden.commands.values())
    order = sorted(garden.runs.values(), key=lambda run: run.ended_at or 0)
    assert [run.plot for run in order] == ["lo-1", "lo-2", "lo-3"]
    assert {run.state for run in order} == {RunState.DONE}
    assert pump_stops == 1


def test_a_strong_pump_feeds_two_plots_at_once() -> None:
    strong = Pump(id="pump-1", plots_at_once=2)
    garden = Garden(plot("lo-1"), plot("lo-2"), pumps=[strong])
    garden.ask("lo-1")
    garden.ask("lo-2")
    garden.live(60)
    assert garden.is_on("valve-1")
    assert garden.is_on("valve-2")
    garden.live_until_idle()
    assert {run.state for run in garden.runs.values()} == {RunState.DONE}


def test_a_run_does_not_wait_for_ever() -> None:
    long = plot("lo-1", minutes_per_run_max=900, litres_per_day_max=90_000)
    garden = Garden(long, plot("lo-2"))
    garden.ask("lo-1", litres=50_000)
    garden.ask("lo-2", litres=100)
    garden.live(WAIT_MS // SECOND - 10, every=10)
    assert garden.run("lo-2").ended_at is None
    garden.live(20)
    assert garden.run("lo-2").cause == causes.WAITED
    assert last_words(garden)[0] == "refuse"
    assert "lo-2" not in garden.alerts


def test_a_person_stops_a_run() -> None:
    garden = Garden(plot())
    garden.ask(litres=600)
    garden.live(120)
    garden.save(garden.engine.stop("lo-1", "person:web", garden.clock))
    assert last_words(garden) == (
        "stop",
        "Watering of plot lo-1 stops: as the operator asked.",
    )
    garden.live_until_idle()
    assert garden.run().state is RunState.DONE
    assert garden.run().litres == pytest.approx(garden.flowed_l(), abs=0.1)
    assert garden.run().target_l == 600
    assert last_words(garden) == (
        "finish",
        f"plot lo-1 got {garden.flowed_l():.0f} litres of 600 litres, by the flow meter; "
        "it ended early: as the operator asked.",
    )
    assert garden.engine.stop("lo-1", "person:web", garden.clock) == ()


def test_a_person_stops_a_run_that_waits() -> None:
    garden = Garden(plot("lo-1"), plot("lo-2"))
    garden.ask("lo-1")
    garden.ask("lo-2")
    garden.save(garden.engine.stop("lo-2", "person:web", garden.clock))
    garden.live_until_idle()
    assert (garden.run("lo-2").state, garden.flowed_l("lo-2")) == (RunState.DONE, 0)


@pytest.mark.parametrize("known_plot", [True, False])
@pytest.mark.parametrize("amount", [0.0, -5.0, float("nan"), float("inf")])
def test_no_amount_waters_nothing(amount: float, known_plot: bool) -> None:
    garden = Garden(plot())
    of = "lo-1" if known_plot else "lo-9"
    garden.save(
        garden.engine.ask(IrrigationAsked(of, "x", garden.clock, depth_mm=amount), garden.clock)
    )
    assert garden.said[-1].action == "refuse"
    assert garden.runs == {}


@pytest.mark.parametrize(
    ("asked", "litres"),
    [
        (IrrigationAsked("lo-1", "x", 0, depth_mm=0.5), 450),
        (IrrigationAsked("lo-1", "x", 0, litres=240), 240),
        (IrrigationAsked("lo-1", "x", 0, minutes=3), 180),
    ],
)
def test_an_amount_is_millimetres_at_the_roots_litres_or_minutes(
    asked: IrrigationAsked, litres: float
) -> None:
    garden = Garden(plot(emitters={"method": "sprinkler", "efficiency_pct": 80}))
    garden.save(garden.engine.ask(asked, garden.clock))
    assert garden.run().target_l == litres
    said = last_words(garden)[1]
    assert f"{litres * 0.8 / 720:.1f} mm ({litres} litres)" in said


def test_rain_postpones_watering() -> None:
    garden = Garden(plot())
    station = device("weather-1", "weather")
    for minute, total in ((0, 100.0), (10, 101.5), (20, 103.5)):
        garden.now += 600 * SECOND if minute else 0
        garden.engine.on_reading(
            station, reading(station, garden.clock, rain_total_mm=total), garden.clock
        )
    garden.report()
    garden.ask()
    assert garden.runs == {}
    assert last_words(garden) == (
        "refuse",
        "Not watering plot lo-1: 3.5 mm of rain fell in the last hour.",
    )
    assert garden.said[-1].sentence.vi == "Không tưới lô lo-1: một giờ qua đã mưa 3,5 mm."


def test_litres_that_no_meter_reported_are_estimated_upwards() -> None:
    garden = Garden(plot())
    garden.ask(litres=300)
    while garden.run().state is not RunState.FLOWING:
        garden.live(1)
    garden.live(60)
    garden.lose_telemetry = True
    garden.save(garden.engine.stop("lo-1", "person:web", garden.clock))
    garden.live_until_idle()
    assert (garden.run().state, garden.run().measured) == (RunState.DONE, False)
    assert garden.flowed_l() < garden.run().litres <= garden.flowed_l() + LEASE_L


def test_a_meter_that_falls_a_little_has_not_started_anew() -> None:
    meters = Meters()
    counted = [meters.take("valve-1", total) for total in (500.0, 510.0, 509.5, 512.0, 3.0)]
    assert counted == [0.0, 10.0, 0.0, 2.5, 3.0]
