"""A season foreseen: it is the balance of agronomy, day by day, and no ceiling is passed."""

from collections.abc import Mapping
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.agronomy.balance import Fluxes, next_depletion
from gateway.hamlet_time import HamletTime
from gateway.irrigation.root_zone import kc, root_zone
from gateway.irrigation.season import SeasonAhead, SeasonDay, Sown, litres_by_month, look_ahead
from gateway.irrigation.supply import Supply
from gateway.plots import PlotsFile

HERE = HamletTime(ZoneInfo("Asia/Ho_Chi_Minh"), 21.72, 105.74)
FIRST = date(2026, 12, 1)
CROPS: tuple[dict[str, object], ...] = ({}, {"season": {"starts": "12-20", "days": [9, 9, 9, 9]}})
WAYS: tuple[dict[str, object], ...] = (
    {"mode": "balance"},
    {"mode": "balance", "balance": {"start_at": 0.5, "room_mm": 10}},
    {"mode": "soil", "thresholds": {"start_pct": 26, "stop_pct": 30}, "sensors": ["soil-1"]},
    {"mode": "schedule", "schedule": {"cron": "0 6,18 * * 1,4", "depth_mm": 4}},
    {"mode": "manual"},
)


def garden(*ways: Mapping[str, object], pond_l: float | None = None) -> PlotsFile:
    """A plot for each way, of 1,000 m², so that a litre in a square metre is a mm."""
    pond = {"id": "pond", "label": {"vi": "ao", "en": "pond"}, "litres_per_day_max": pond_l}
    return PlotsFile.model_validate(
        {
            "sources": [pond],
            "plots": [
                {
                    "id": f"lo-{number}",
                    "label": {"vi": "lô", "en": "plot"},
                    "area_m2": 1000,
                    "valves": [f"valve-{number}"],
                    "source": "pond",
                    "rate_l_min": 100,
                    "soil": {
                        "field_capacity_pct": 32,
                        "wilting_point_pct": 18,
                        "root_depth_m": 0.6,
                    },
                    "litres_per_day_max": 20_000,
                    "minutes_per_run_max": 240,
                    **way,
                }
                for number, way in enumerate(ways)
            ],
        }
    )


def foreseen(
    water: PlotsFile, weather: list[tuple[float, float]], depletion_mm: float = 0.0
) -> SeasonAhead:
    sown = [Sown(plot, plot.mode, depletion_mm) for plot in water.plots]
    return look_ahead(sown, Supply(water), HERE, season(weather))


def season(weather: list[tuple[float, float]]) -> list[SeasonDay]:
    return [SeasonDay(FIRST + timedelta(n), *day) for n, day in enumerate(weather)]


@given(
    weather=st.lists(
        st.tuples(st.floats(0, 12), st.one_of(st.just(0.0), st.floats(0, 150))), max_size=60
    ),
    depletion=st.floats(0, 84),
    crop=st.sampled_from(CROPS),
    pond_l=st.one_of(st.none(), st.floats(50, 60_000)),
)
def test_every_step_is_that_of_the_balance(
    weather: list[tuple[float, float]],
    depletion: float,
    crop: Mapping[str, object],
    pond_l: float | None,
) -> None:
    water = garden(*({**way, "crop": crop} for way in WAYS), pond_l=pond_l)
    ahead = foreseen(water, weather, depletion)
    given_l: dict[date, float] = {}
    for plot, found in zip(water.plots, ahead.plots, strict=True):
        watered = {one.day: one for one in found.waterings}
        before, stress = depletion, 0
        for day, evening in zip(season(weather), found.depletion_mm, strict=True):
            litres = watered[day.day].litres if day.day in watered else 0.0
            assert litres <= plot.litres_per_day_max
            given_l[day.day] = given_l.get(day.day, 0.0) + litres
            fluxes = Fluxes(
                et0_mm=day.et0_mm,
                usual_et0_mm=0.0,
                kc=kc(plot.crop, day.day),
                rain_mm=day.rain_mm,
                irrigation_mm=litres * plot.efficiency / plot.area_m2,
            )
            step = next_depletion(root_zone(plot), before, fluxes)
            assert evening == pytest.approx(step.depletion_mm, abs=1e-9)
            before, stress = evening, stress + (step.ks < 1)
        assert found.stress_days == stress
    if pond_l is not None:
        assert all(litres <= pond_l + 1e-6 for litres in given_l.values())


def test_a_plot_is_filled_when_it_has_used_its_share() -> None:
    (plot,) = foreseen(garden(WAYS[1]), [(5.0, 0.0)] * 12).plots
    first, *_ = plot.waterings
    # Half of RAW (33.6 mm at 5 mm a day) is gone after four days; 10 mm are left for rain.
    assert first.day == FIRST + timedelta(4)
    assert first.depth_mm == pytest.approx(10.0)
    assert first.litres == pytest.approx(10_000)
    assert plot.stress_days == 0


def test_probes_and_schedule_have_their_own_moments() -> None:
    by_soil, by_schedule, by_hand = foreseen(garden(*WAYS[2:]), [(6.0, 0.0)] * 14).plots
    # 26 % is a depletion of 36 mm, 30 % one of 12.
    assert by_soil.waterings[0].depth_mm == pytest.approx(20.0)  # the day's ceiling
    assert by_soil.waterings[1].day == by_soil.waterings[0].day + timedelta(1)  # the rest
    assert {one.day.isoweekday() for one in by_schedule.waterings} == {1, 4}
    assert {one.depth_mm for one in by_schedule.waterings} == {8.0}
    assert not by_hand.waterings
    assert by_hand.stress_days > 0


def test_rain_of_yesterday_stands_in_for_the_schedule() -> None:
    daily = {"mode": "schedule", "schedule": {"at": ["06:00"], "depth_mm": 4}}
    (plot,) = foreseen(garden(daily), [(5.0, 4.0), (5.0, 3.9), (5.0, 0.0)]).plots
    assert [one.day for one in plot.waterings] == [FIRST, FIRST + timedelta(2)]


def test_a_small_pond_serves_the_more_important_first_and_is_told_short() -> None:
    water = garden(WAYS[0], {**WAYS[0], "priority": 9}, pond_l=15_000)
    ahead = foreseen(water, [(5.0, 0.0)] * 9, depletion_mm=20.0)
    less, more = ahead.plots
    day = more.waterings[0].day
    assert more.waterings[0].litres == 15_000
    assert day not in {one.day for one in less.waterings}
    assert ahead.short[0] == (day, "pond", 40_000, 15_000)


def test_months_are_added_up() -> None:
    daily = {"mode": "schedule", "schedule": {"at": ["06:00"], "depth_mm": 2}}
    (plot,) = foreseen(garden(daily), [(5.0, 0.0)] * 33).plots
    assert litres_by_month(plot.waterings) == {(2026, 12): 62_000, (2027, 1): 4_000}
