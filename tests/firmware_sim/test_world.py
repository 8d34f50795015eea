import json
from collections import Counter
from pathlib import Path

import pytest

from firmware_sim.cadence import HISTORY, LIVE
from firmware_sim.faults import Scenario
from firmware_sim.firmware.light import LightFirmware
from firmware_sim.firmware.valve import ValveFirmware
from firmware_sim.history import FastWorld
from firmware_sim.layout import (
    DeviceSpec,
    Layout,
    LayoutError,
    PlotSpec,
    load_layout,
    many_devices,
)
from firmware_sim.world import World, resume
from tests.firmware_sim.small_hamlet import (
    DAY,
    HOUR,
    LAYOUT,
    MINUTE,
    START,
    command,
    make_world,
    read,
)

EXAMPLE = Path(__file__).parents[2] / "site.example"


def used_world() -> World:
    """A world after a day in which something was watered."""
    world = make_world()
    for device, name in (("pump-1", "start"), ("valve-1", "open")):
        world.devices[device].handle_command(command(name, lease_s=3600), START + MINUTE)
    list(FastWorld(world, START + DAY))
    return world


def through_json(world: World) -> World:
    saved = json.loads(json.dumps(world.save()))
    return resume(LAYOUT, saved, now=world.sky.now, cadence=LIVE)


def test_what_outlives_a_power_cut() -> None:
    world = used_world()
    again = through_json(world)
    assert again.save() == world.save()
    assert again.devices["valve-1"].save()["total_l"] > 10_000
    assert again.devices["light-1"].boot != world.devices["light-1"].boot
    assert again.devices["light-1"].seq == 0


def test_what_broke_yesterday_does_not_move_with_the_days() -> None:
    week = START + 7 * DAY
    scenario = Scenario(week, {})
    world = World(LAYOUT, seed=1, start=START, cadence=LIVE, scenario=scenario)
    assert world.save()["origin"] == week
    later = Scenario(week + DAY, {})
    again = resume(LAYOUT, world.save(), now=week + DAY, cadence=LIVE, scenario=later)
    assert again.save()["origin"] == week


def test_resuming_does_not_water_the_plot_again() -> None:
    world = used_world()
    again = through_json(world)
    again.devices["soil-1a"].report(world.sky.now + MINUTE)
    ground = again.grounds["lo-1"]
    assert ground.books.irrigated_mm == 0
    assert ground.top_pct == pytest.approx(world.grounds["lo-1"].top_pct, abs=0.01)


def test_after_a_power_cut_everything_is_shut() -> None:
    world = make_world()
    valve = world.devices["valve-1"]
    valve.handle_command(command("open", lease_s=3600), START + MINUTE)
    again = through_json(world)
    assert read(again.devices["valve-1"].report(again.sky.now + 1))["open"] is False


def test_nature_goes_on_while_nobody_simulates() -> None:
    world = used_world()
    later = world.sky.now + 3 * DAY
    again = resume(LAYOUT, world.save(), now=later, cadence=LIVE)
    assert again.sky.now == later
    assert again.sky.sun_wh_m2 > world.sky.sun_wh_m2
    light, before = again.devices["light-1"], world.devices["light-1"]
    assert isinstance(light, LightFirmware)
    assert isinstance(before, LightFirmware)
    assert light.pole.charge_wh != before.pole.charge_wh
    assert light.seq == 0


def test_a_world_of_years_ago_is_taken_up_a_month_ago() -> None:
    world = make_world()
    again = resume(LAYOUT, world.save(), now=START + 2000 * DAY, cadence=LIVE)
    assert again.sky.rain_mm < 1500


def test_a_clock_behind_the_saved_world_does_no_harm() -> None:
    again = resume(LAYOUT, used_world().save(), now=START + HOUR, cadence=LIVE)
    assert read(again.devices["light-1"].report(again.sky.now + MINUTE))["seq"] == 0


def test_a_device_that_is_new_starts_afresh_beside_the_saved_ones() -> None:
    world = used_world()
    more = Layout(LAYOUT.hamlet, (*LAYOUT.devices, DeviceSpec("soil-9", "soil")), LAYOUT.plots)
    again = resume(more, world.save(), now=world.sky.now, cadence=LIVE)
    assert read(again.devices["soil-9"].report(again.sky.now))["soil_moisture_pct"] > 20
    valve = again.devices["valve-1"]
    assert isinstance(valve, ValveFirmware)
    assert valve.tap.total_l > 0


def test_the_example_is_the_hamlet_that_the_readme_promises() -> None:
    layout = load_layout(EXAMPLE)
    count = {
        kind: sum(device.kind == kind for device in layout.devices)
        for kind in ("light", "wifi", "speaker", "soil", "valve", "pump", "weather")
    }
    assert count == {
        "light": 255, "wifi": 19, "speaker": 24, "soil": 24, "valve": 12, "pump": 2, "weather": 1,
    }  # fmt: skip
    assert len(layout.plots) == 12
    assert all(len(plot.sensors) == 2 and len(plot.valves) == 1 for plot in layout.plots)
    World(layout, seed=1, start=START, cadence=LIVE)


@pytest.mark.parametrize("kind", ["light", "speaker", "wifi", "soil", "valve", "pump", "weather"])
def test_load_may_be_made_of_any_kind(kind: str) -> None:
    world = World(many_devices("x", 3, [kind]), seed=1, start=START, cadence=LIVE)
    assert sorted(world.devices) == [f"{kind}-0000{number}" for number in range(3)]
    for device in world.devices.values():
        device.report(START + MINUTE)


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("site.yaml", "", "empty"),
        ("site.yaml", "hamlet: x", "place"),
        ("site.yaml", "hamlet: [", "no YAML"),
        ("devices.yaml", "devices: [{id: a, kind: toaster, label: {}}]", "toaster"),
        ("devices.yaml", "devices: 3", "check the site"),
        ("plots.yaml", "plots: [{id: lo-1}]", "area_m2"),
    ],
)
def test_a_site_that_cannot_be_simulated_is_one_sentence(
    tmp_path: Path, file: str, content: str, says: str
) -> None:
    for name in ("site.yaml", "devices.yaml", "plots.yaml"):
        (tmp_path / name).write_text((EXAMPLE / name).read_text())
    (tmp_path / file).write_text(content)
    with pytest.raises(LayoutError, match=says):
        load_layout(tmp_path)


def test_a_site_may_do_without_plots(tmp_path: Path) -> None:
    for name in ("site.yaml", "devices.yaml"):
        (tmp_path / name).write_text((EXAMPLE / name).read_text())
    assert load_layout(tmp_path).plots == ()


def test_a_missing_site_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match="--site"):
        load_layout(tmp_path / "nowhere")


def test_a_garden_has_what_its_plots_need_and_nothing_else() -> None:
    garden = load_layout(EXAMPLE).garden({"lo-1", "lo-2"})
    assert [plot.id for plot in garden.plots] == ["lo-1", "lo-2"]
    kinds = Counter(device.kind for device in garden.devices)
    assert kinds == {"soil": 4, "valve": 2, "pump": 1, "weather": 1}
    world = World(garden, seed=1, start=START, cadence=HISTORY)
    assert sum(1 for _ in FastWorld(world, START + DAY)) > 8 * 24


def test_a_pump_is_bought_for_its_largest_plot_or_for_several() -> None:
    """Also where the water of a plot comes through several valves."""
    plots = (
        PlotSpec("lo-1", 2400.0, ("valve-1", "valve-2"), "pump-1", (), 240.0),
        PlotSpec("lo-2", 1200.0, ("valve-3",), "pump-1", (), 120.0),
    )
    valves = (DeviceSpec(f"valve-{number}", "valve") for number in (1, 2, 3))
    devices = (DeviceSpec("pump-1", "pump"), *valves)
    for at_once, flow in ((1, 240.0), (2, 259.0)):
        layout = Layout("khe-coc", devices, plots, {"pump-1": at_once})
        world = World(layout, seed=1, start=START, cadence=LIVE)
        for device in ("valve-1", "valve-2"):
            world.devices[device].handle_command(command("open", lease_s=60), START)
        world.devices["pump-1"].handle_command(command("start", lease_s=60), START)
        assert world.flow_l_min("lo-1") == pytest.approx(flow, rel=0.01)
