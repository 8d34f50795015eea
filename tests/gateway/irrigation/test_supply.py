"""Who gets water when there is not enough for all: pumps, sources, and whose turn it is."""

import pytest

from devices.text import Text
from gateway.decisions import RunState
from gateway.irrigation.supply import Supply
from gateway.plot_records import NoGo
from gateway.plots import Plot, PlotsFile, Pump, Source
from gateway.plots.guard import NoGoReason
from tests.gateway.irrigation.garden import HERE, Garden, plot


def pond(**limits: float) -> Source:
    return Source(id="pond", label=Text("ao", "pond"), **limits)


def on_pond(id: str, **changes: object) -> Plot:
    return plot(id, **{"pump": None, "source": "pond", **changes})


STRONG = Pump(id="pump-1", plots_at_once=3, flow_max_l_min=130, source="pond")


@pytest.mark.parametrize(
    ("running", "fits"),
    [
        ([], True),
        ([plot("lo-2")], True),
        ([plot("lo-2"), plot("lo-3", rate_l_min=10)], True),
        ([plot("lo-2"), plot("lo-3", rate_l_min=11)], False),
        ([plot(f"lo-{n}", rate_l_min=2) for n in (2, 3, 4)], False),
        ([plot("lo-2", pump="pump-2")] * 3, True),
    ],
)
def test_a_pump_serves_so_many_and_so_much(running: list[Plot], fits: bool) -> None:
    supply = Supply(PlotsFile(plots=(), pumps=(STRONG,)))
    assert supply.fits(plot("lo-1"), running) is fits


def test_a_source_bounds_all_pumps_and_gravity_plots_together() -> None:
    water = PlotsFile(pumps=(STRONG,), sources=(pond(flow_max_l_min=130),))
    supply = Supply(water)
    assert supply.fits(plot("lo-1"), [on_pond("lo-2")])
    assert not supply.fits(plot("lo-1"), [on_pond("lo-2"), on_pond("lo-3")])
    assert supply.fits(plot("lo-1", pump="pump-9"), [on_pond("lo-2"), on_pond("lo-3")])


def test_what_could_never_run_is_told_at_once() -> None:
    garden = Garden(on_pond("lo-1"), sources=[pond(flow_max_l_min=50)])
    garden.ask()
    assert garden.runs == {}
    assert garden.said[-1].sentence.en == (
        "Not watering plot lo-1: it needs 60 litres a minute, pond gives 50."
    )


def test_the_more_important_plot_goes_first_then_who_waited_longest() -> None:
    plots = [plot("lo-1"), plot("lo-2"), plot("lo-3"), plot("lo-4", priority=8)]
    garden = Garden(*plots)
    for one in plots:
        garden.ask(one.id, litres=120)
        garden.live(1)
    garden.live_until_idle()
    ended = sorted(garden.runs.values(), key=lambda run: run.ended_at or 0)
    assert [run.plot for run in ended] == ["lo-1", "lo-4", "lo-2", "lo-3"]
    assert {run.state for run in ended} == {RunState.DONE}


def test_nobody_overtakes_who_waits_for_more_of_the_same_water() -> None:
    small = [on_pond(f"lo-{n}", rate_l_min=30) for n in (1, 3)]
    garden = Garden(
        *small, on_pond("lo-2", rate_l_min=100), plot("lo-5"), sources=[pond(flow_max_l_min=120)]
    )
    garden.ask("lo-1", litres=200)
    garden.live(1)
    garden.ask("lo-2", litres=200)
    garden.live(1)
    garden.ask("lo-3", litres=200)
    garden.ask("lo-5", litres=60)
    garden.live(30)
    assert garden.run("lo-2").state is RunState.PLANNED
    assert garden.run("lo-3").state is RunState.PLANNED
    assert garden.run("lo-5").state is RunState.FLOWING, "other water"
    garden.live_until_idle()
    order = {run.plot: run.ended_at or 0 for run in garden.runs.values()}
    assert order["lo-1"] < order["lo-2"] < order["lo-3"]


def test_who_waits_for_something_else_holds_nobody_up() -> None:
    garden = Garden(on_pond("lo-1"), on_pond("lo-2"), sources=[pond(flow_max_l_min=60)])
    garden.ask("lo-1", litres=200)
    garden.live(1)
    garden.ask("lo-2", litres=200)
    known = garden.fleet.get("valve-2")
    assert known
    garden.actuators["valve-2"].mute = True
    garden.live(240)
    assert garden.run("lo-2").state is RunState.PLANNED
    garden.ask("lo-1", litres=100)
    garden.live(20)
    assert garden.run("lo-1").state is RunState.FLOWING


def test_a_source_gives_so_much_a_day_to_all_its_plots() -> None:
    garden = Garden(on_pond("lo-1"), on_pond("lo-2"), sources=[pond(litres_per_day_max=500)])
    garden.ask("lo-1", litres=400)
    garden.ask("lo-2", litres=400)
    assert garden.run("lo-2").target_l == pytest.approx(100, abs=1), "the rest is spoken for"
    garden.live_until_idle()
    assert garden.flowed_l("lo-1") + garden.flowed_l("lo-2") == pytest.approx(500, abs=5)
    garden.ask("lo-2")
    assert "taken from pond today" in garden.said[-1].sentence.en


def test_a_run_that_may_not_begin_any_more_has_not_failed() -> None:
    garden = Garden(plot("lo-1"), plot("lo-2"))
    garden.ask("lo-1")
    garden.ask("lo-2")
    garden.live(20)
    assert garden.run("lo-2").state is RunState.PLANNED
    today = HERE.day(garden.now)
    garden.set(NoGo("n1", "lo-2", today, today, NoGoReason.OTHER, "person:lan", garden.now))
    garden.live_until_idle()
    run = garden.run("lo-2")
    assert (run.state, run.cause, run.litres) == (RunState.DONE, None, 0)
    assert run.curtailed
    assert not garden.alerts
