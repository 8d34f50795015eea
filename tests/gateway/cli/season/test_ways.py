"""What each way of watering makes of the plots."""

from itertools import pairwise
from pathlib import Path

import pytest

from gateway.assembly import read_site
from gateway.cli.season.ways import Way, turns, watered
from gateway.hamlet_time import TimeOfDay
from gateway.plots import Mode, PlotsFile
from gateway.plots.modes import Thresholds, Timetable, Window
from tests.irrigation.tea_garden import AREA_M2, write_garden


@pytest.fixture
def water(tmp_path: Path) -> PlotsFile:
    write_garden(tmp_path, {"lo-1": {"ask_first": True}})
    return read_site(tmp_path)[0].water


@pytest.mark.parametrize(
    ("way", "mode"),
    [
        (Way.FIXED, Mode.MANUAL),
        (Way.SCHEDULE, Mode.SCHEDULE),
        (Way.SOIL, Mode.SOIL),
        (Way.BALANCE, Mode.BALANCE),
        (Way.NONE, Mode.OFF),
    ],
)
def test_every_plot_is_watered_that_way_without_asking(
    water: PlotsFile, way: Way, mode: Mode
) -> None:
    found = watered(water, way, 6.0).plots
    assert [plot.id for plot in found] == [plot.id for plot in water.plots]
    assert all(plot.mode is mode and not plot.ask_first for plot in found)
    # What was made up is what the file could say.
    for plot in found:
        assert (
            type(plot)
            .model_validate(
                plot.model_dump(by_alias=True, exclude={"schedule"}) | {"schedule": plot.schedule}
            )
            .mode
            is mode
        )


def test_a_plot_keeps_its_own_schedule_and_thresholds(water: PlotsFile) -> None:
    schedule = Timetable(at=(TimeOfDay(330),), depth_mm=4.0)
    thresholds = Thresholds(start_pct=25.0, stop_pct=29.0)
    plot = water.plots[0].model_copy(update={"schedule": schedule, "thresholds": thresholds})
    own = water.model_copy(update={"plots": (plot,)})
    assert watered(own, Way.SCHEDULE, 6.0).plots[0].schedule == schedule
    assert watered(own, Way.SOIL, 6.0).plots[0].thresholds == thresholds


def test_a_made_up_schedule_is_not_kept_out_by_hours_that_it_does_not_know(
    water: PlotsFile,
) -> None:
    window = Window.model_validate({"from": "16:30", "to": "21:00"})
    plots = [plot.model_copy(update={"windows": (window,)}) for plot in water.plots[:2]]
    own = Timetable(at=(TimeOfDay(17 * 60),), depth_mm=4.0)
    plots[1] = plots[1].model_copy(update={"schedule": own})
    garden = water.model_copy(update={"plots": tuple(plots)})
    assert [plot.windows for plot in watered(garden, Way.SCHEDULE, 6.0).plots] == [(), (window,)]
    assert all(plot.windows == (window,) for plot in watered(garden, Way.BALANCE, 6.0).plots)


def test_thresholds_begin_where_tea_begins_to_thirst(water: PlotsFile) -> None:
    found = watered(water, Way.SOIL, 6.0).plots[0].thresholds
    assert found is not None
    assert found.start_pct == pytest.approx(26.4)
    assert 26.4 < found.stop_pct < 32


def test_a_timer_is_held_back_by_no_weather(water: PlotsFile) -> None:
    for plot in watered(water, Way.FIXED, 6.0).plots:
        guard = plot.guard
        limits = (guard.wind_max_m_s, guard.rain_1h_max_mm, guard.rain_24h_max_mm)
        assert {*limits, guard.temperature_min_c, guard.temperature_max_c} == {None}
        assert guard.spray_hours == 24.0


def test_plots_of_a_pump_take_turns_and_others_need_not_wait(water: PlotsFile) -> None:
    first, second, third = turns(water.plots, 5.0)
    assert first.litres == 5.0 * AREA_M2
    assert second.time.minutes - first.time.minutes >= first.litres / water.plots[0].rate_l_min
    assert third.time == first.time


def test_turns_of_a_large_garden_come_again_the_next_day(water: PlotsFile) -> None:
    many = [water.plots[0].model_copy(update={"id": f"lo-{n}"}) for n in range(40)]
    minutes = [turn.time.minutes for turn in turns(many, 5.0)]
    assert all(0 <= one < 24 * 60 for one in minutes)
    assert len(set(minutes)) == len(minutes)
    assert any(after < before for before, after in pairwise(minutes))
