"""What a source gave today stays counted, whatever becomes of the plots that took it."""

import pytest

from devices.text import Text
from gateway.irrigation import causes
from gateway.plots import Plot, Source
from tests.gateway.irrigation.garden import Garden, plot

POND_L = 600.0
SLACK_L = 15.0


def source(id: str) -> Source:
    return Source(id=id, label=Text(id, id), litres_per_day_max=POND_L)


def on(id: str, source: str, **changes: object) -> Plot:
    return plot(id, pump=None, source=source, litres_per_day_max=5000, **changes)


def taken_l(garden: Garden, *plots: str) -> float:
    return sum(garden.flowed_l(one) for one in plots)


def watered(litres: float = 400) -> Garden:
    sources = [source("pond"), source("well")]
    garden = Garden(on("lo-1", "pond"), on("lo-2", "pond"), sources=sources)
    garden.ask(litres=litres)
    garden.live_until_idle()
    return garden


@pytest.mark.parametrize("renamed", [True, False])
def test_a_plot_that_is_renamed_or_gone_leaves_its_litres_to_the_source(renamed: bool) -> None:
    garden = watered()
    heir = on("lo-9", "pond", valves=["valve-1"])
    garden.kill(*([heir] if renamed else []), on("lo-2", "pond"))
    for one in ("lo-9", "lo-2") if renamed else ("lo-2",):
        garden.ask(one, litres=5000)
        garden.live_until_idle()
    assert 0 < taken_l(garden, "lo-1", "lo-2", "lo-9") <= POND_L + SLACK_L
    assert garden.said[-1].action in ("refuse", "finish")


def test_a_plot_that_moves_to_another_source_leaves_its_litres_behind() -> None:
    garden = watered()
    garden.kill(on("lo-1", "well"), on("lo-2", "pond"))
    garden.ask("lo-1", litres=5000)
    garden.ask("lo-2", litres=5000)
    garden.live_until_idle()
    assert garden.flowed_l("lo-1") == pytest.approx(400 + POND_L, abs=SLACK_L)
    assert garden.flowed_l("lo-2") == pytest.approx(POND_L - 400, abs=SLACK_L)


@pytest.mark.parametrize("moved", [True, False])
def test_so_it_is_for_a_watering_under_way(moved: bool) -> None:
    garden = watered(litres=100)
    garden.ask(litres=450)
    garden.live(250)
    before_l = garden.flowed_l()
    with_it = [on("lo-1", "well", after_power_cut="resume")] if moved else []
    garden.kill(*with_it, on("lo-2", "pond"))
    cause = garden.run("lo-1").cause
    assert cause is not None
    assert causes.RESTARTED.en in cause.en if moved else cause == causes.PLOT_GONE
    garden.ask("lo-2", litres=5000)
    garden.live_until_idle()
    assert before_l + garden.flowed_l("lo-2") <= POND_L + SLACK_L
