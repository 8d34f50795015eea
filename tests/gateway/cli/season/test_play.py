"""A season in each way of watering, by the ground's own books."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from firmware_sim.recorded import DayRecord
from gateway.cli.season.together import play_all
from gateway.cli.season.ways import Way
from tests.gateway.cli.season.gardens import (
    DRY,
    FIXED_MM,
    assert_conserved,
    garden_season,
    play_in,
)
from tests.irrigation.tea_garden import AREA_M2

HOT = DayRecord(date(1963, 2, 27), 15.0, 26.0, 14.0, 18.0, 1.0, 0.0)


def test_a_timer_gives_the_same_every_day(tmp_path: Path) -> None:
    found = play_in(tmp_path, garden_season(tmp_path / "site", 3), Way.FIXED)
    (plot,) = found.plots
    assert_conserved(plot)
    assert [day.books.irrigated_mm for day in plot.days] == pytest.approx([FIXED_MM] * 3, rel=0.02)
    assert found.water_l == pytest.approx(3 * FIXED_MM * AREA_M2, rel=0.02)
    assert found.runs == Counter(done=3)
    assert found.kept_back == Counter()
    assert found.hours == tuple(3.0 * point for point in range(3 * 8 + 1))
    assert len(plot.curve) == len(found.hours)
    assert plot.curve[-1] == plot.end_mm


def test_left_alone_a_plot_dries_and_thirsts(tmp_path: Path) -> None:
    season = replace(
        garden_season(tmp_path / "site", 8),
        first=HOT.day,
        recorded=tuple(replace(HOT, day=HOT.day + timedelta(days=n)) for n in range(8)),
    )
    found = play_in(tmp_path, season, Way.NONE)
    (plot,) = found.plots
    assert_conserved(plot)
    assert found.water_l == 0
    assert found.runs == Counter()
    depletions = [day.depletion_mm for day in plot.days]
    assert depletions == sorted(depletions)
    assert depletions[0] < plot.raw_mm < depletions[-1]
    assert [day.stressed for day in plot.days] == sorted(day.stressed for day in plot.days)
    assert 0 < found.stress_days < 8
    assert 0 < found.deficit < 1


def test_weather_of_long_ago_is_played_on_its_own_days(tmp_path: Path) -> None:
    days = [HOT.day + timedelta(days=n) for n in range(4)]
    rain = replace(HOT, day=days[2], rain_mm=12.5)
    records = (HOT, replace(HOT, day=days[1]), rain, replace(HOT, day=days[3]))
    season = garden_season(tmp_path / "site", 4, first=HOT.day, recorded=records)
    found = play_in(tmp_path, season, Way.FIXED)
    (plot,) = found.plots
    assert [day.day for day in plot.days] == days
    assert [day.books.rained_mm for day in plot.days] == pytest.approx([0, 0, 12.5, 0])
    assert found.runs == Counter(done=4)


def test_all_ways_have_the_same_weather_and_the_same_beginning(tmp_path: Path) -> None:
    season = garden_season(tmp_path / "site", 1, plots=("lo-1", "lo-3"))
    told: list[float] = []
    ways = [Way.FIXED, Way.NONE]
    one, other = play_all(season, ways, 1, told.append)
    assert [one.way, other.way] == ways
    assert [plot.plot for plot in one.plots] == ["lo-1", "lo-3"]
    for wet, dry in zip(one.plots, other.plots, strict=True):
        assert wet.begin_mm == dry.begin_mm
        assert wet.books.rained_mm == dry.books.rained_mm
        assert wet.books.thirst_mm == pytest.approx(dry.books.thirst_mm)
        assert wet.end_mm < dry.end_mm
    assert told == sorted(told)
    assert set(told) >= {0.0, 0.5}
    # In processes of their own they are the same.
    assert play_all(season, ways, 2, lambda share: None) == [one, other]


def test_the_balance_saves_water_and_no_plant_pays_for_it(tmp_path: Path) -> None:
    season = garden_season(tmp_path / "site", 10)
    fixed = play_in(tmp_path, season, Way.FIXED)
    balance = play_in(tmp_path, season, Way.BALANCE)
    for plot in (*fixed.plots, *balance.plots):
        assert_conserved(plot)
    assert 0 < balance.water_l < 0.75 * fixed.water_l
    assert balance.stress_days <= fixed.stress_days
    assert balance.runs["failed"] == fixed.runs["failed"] == 0
    # What the gateway believed comes from outside the ground, and is near it.
    (plot,) = balance.plots
    assert all(day.believed_mm is not None for day in plot.days)
    assert balance.belief_error_mm is not None
    assert 0 < balance.belief_error_mm < 0.25 * plot.raw_mm


def test_the_weather_is_that_of_the_season(tmp_path: Path) -> None:
    season = garden_season(tmp_path / "site", 2)
    dry = play_in(tmp_path, season, Way.NONE)
    wet = play_in(tmp_path / "wet", replace(season, first=date(2026, 7, 1)), Way.NONE)
    assert season.first == DRY
    assert wet.plots[0].books.thirst_mm > 1.5 * dry.plots[0].books.thirst_mm
