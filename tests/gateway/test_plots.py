"""plots.yaml: zeros, wrong units and plots that do not fit the devices are refused in words."""

from typing import Any

import pytest
from pydantic import ValidationError

from gateway.plots import Plot, PlotsFile, plot_problems

KINDS = {"valve-1": "valve", "valve-2": "valve", "pump-1": "pump", "soil-1": "soil"}


def plot(**changes: object) -> dict[str, Any]:
    return {
        "id": "lo-1",
        "label": {"vi": "Lô chè 1", "en": "Tea plot 1"},
        "area_m2": 720,
        "valves": ["valve-1"],
        "pump": "pump-1",
        "sensors": ["soil-1"],
        "rate_l_min": 60,
        "soil": {"field_capacity_pct": 32, "wilting_point_pct": 18, "root_depth_m": 0.6},
        "litres_per_day_max": 6000,
        "minutes_per_run_max": 90,
        "outline": [[21.72, 105.74], [21.73, 105.74], [21.73, 105.75]],
        **changes,
    }


def test_a_full_plot_is_read() -> None:
    (read,) = PlotsFile.model_validate({"plots": [plot()]}).plots
    assert read.label.vi == "Lô chè 1"
    assert read.outline[0] == (21.72, 105.74)
    assert list(plot_problems(PlotsFile(plots=(read,)), KINDS)) == []


def test_dry_days_go_on_into_the_next_year() -> None:
    (days,) = Plot.model_validate(plot(no_go=[{"from": "2026-12-28", "to": "2027-01-03"}])).no_go
    assert (days.end - days.begin).days == 6


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"area_m2": 0}, "area_m2"),
        ({"area_m2": True}, "area_m2"),
        ({"area_m2": "720"}, "area_m2"),
        ({"area_m2": float("nan")}, "area_m2"),
        ({"valves": []}, "valves"),
        ({"id": "Lô 1"}, "id"),
        ({"id": "x" * 33}, "id"),
        ({"litres_per_day_max": -5}, "litres_per_day_max"),
        ({"outline": [[105.74, 21.72]]}, "outline"),
        ({"valve": "valve-1"}, "valve"),
        ({"soil": {"field_capacity_pct": 18, "wilting_point_pct": 32, "root_depth_m": 1}}, "soil"),
    ],
)
def test_a_wrong_value_is_refused_where_it_stands(changes: dict[str, object], where: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Plot.model_validate(plot(**changes))
    assert [error["loc"][0] for error in refused.value.errors()] == [where]


def test_a_rate_in_litres_per_hour_is_recognised() -> None:
    with pytest.raises(ValidationError, match="is it litres per hour"):
        Plot.model_validate(plot(rate_l_min=3600))


@pytest.mark.parametrize(
    ("second", "path", "message"),
    [
        ({"valves": ["valve-2"]}, ("plots", 1, "id"), "plot 'lo-1' is here twice"),
        ({"id": "lo-2"}, ("plots", 1, "valves", 0), "valve-1 is already a valve of lo-1"),
        (
            {"id": "lo-2", "valves": ["pump-1"]},
            ("plots", 1, "valves", 0),
            "pump-1 is a pump, not a valve",
        ),
        (
            {"id": "lo-2", "valves": ["valve-2"], "sensors": ["soil-1", "soil-9"]},
            ("plots", 1, "sensors", 1),
            "there is no device 'soil-9'",
        ),
    ],
)
def test_plots_must_fit_each_other_and_the_devices(
    second: dict[str, object], path: tuple[str | int, ...], message: str
) -> None:
    plots = PlotsFile.model_validate({"plots": [plot(), plot(**second)]})
    assert list(plot_problems(plots, KINDS)) == [(path, message)]


SCHEDULE = {"at": ["sunset-30m"], "depth_mm": 6}
FRACTIONS = {"field_capacity_pct": 0.32, "wilting_point_pct": 0.18, "root_depth_m": 0.6}
OF_CAPACITY = {"start_pct": 75, "stop_pct": 80}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rate_l_min": 0.0005}, "litres per second"),
        ({"area_m2": 2700, "rate_l_min": 270 / 60}, "litres per second"),
        ({"soil": FRACTIONS}, "is it a fraction? In per cent it is 32"),
        ({"emitters": {"count": 100}}, "both count and litres_per_hour"),
        ({"emitters": {"count": 100, "litres_per_hour": 3600}}, "100 emitters of 3600"),
        ({"mode": "schedule"}, "needs a schedule"),
        ({"mode": "soil", "sensors": []}, "needs thresholds and sensors"),
        ({"when_stale": "schedule"}, "needs a schedule"),
        ({"thresholds": OF_CAPACITY}, "per cent of field capacity? Volumetric it is 24.0"),
        ({"thresholds": {"start_pct": 17, "stop_pct": 25}}, "wilting point"),
        ({"thresholds": {"start_pct": 27, "stop_pct": 33}}, "drains away"),
        ({"thresholds": {"start_pct": 27, "stop_pct": 27}}, "must be below"),
        ({"schedule": {"depth_mm": 6}}, "exactly one of at and cron"),
        ({"schedule": {"cron": "0 25 * * *", "depth_mm": 6}}, "cron has a wrong hour"),
        ({"schedule": {"at": ["25:00"], "depth_mm": 6}}, "no time of day"),
        ({"schedule": {**SCHEDULE, "seasonal_pct": {13: 50}}}, "less than or equal to 12"),
        ({"windows": [{"from": "17:00", "to": "17:00"}]}, "whole day"),
        ({"no_go": [{"from": "2026-03-05", "to": "2026-03-04"}]}, "before it begins"),
        ({"no_go": [{"from": "12-28", "to": "01-03"}]}, "'12-28' is no day with its year; write 2"),
        ({"crop": {"season": {"starts": "02-30", "days": [1, 2, 3, 4]}}}, "no day of the year"),
        ({"crop": {"season": {"starts": "02-15", "days": [1, 2, 3]}}}, "four"),
        ({"crop": {"kc": [1.0]}}, "three"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_advice(
    changes: dict[str, object], words: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Plot.model_validate(plot(**changes))
    assert words in str(refused.value)


def test_the_rate_follows_from_the_emitters() -> None:
    described = plot(emitters={"method": "drip", "count": 1800, "litres_per_hour": 2})
    del described["rate_l_min"]
    assert Plot.model_validate(described).rate_l_min == 60


def test_a_plot_that_could_never_run_is_refused() -> None:
    file = PlotsFile.model_validate(
        {
            "sources": [
                {"id": "pond", "label": {"vi": "Ao", "en": "Pond"}, "flow_max_l_min": 50},
                {"id": "pond", "label": {"vi": "Ao", "en": "Pond"}},
            ],
            "pumps": [{"id": "pump-1", "source": "pond", "flow_max_l_min": 55}],
            "plots": [plot(schedule={"at": ["05:30"], "depth_mm": 9}, source="well")],
        }
    )
    assert [message for _, message in plot_problems(file, KINDS)] == [
        "source 'pond' is here twice",
        "there is no source 'well'",
        "say it of the pump: its source is that of its plots",
        "is more than pump-1 gives: 55 litres a minute",
        "is more than pond gives: 50 litres a minute",
        "9 mm are 6480 litres on this plot, more than its litres_per_day_max",
    ]


def test_a_schedule_follows_the_season() -> None:
    schedule = Plot.model_validate(plot(schedule={**SCHEDULE, "seasonal_pct": {7: 50}})).schedule
    assert schedule
    assert (schedule.depth_in(7), schedule.depth_in(8)) == (3.0, 6.0)


EVENING = [{"from": "17:00", "to": "21:00"}]
NIGHT = [{"from": "22:00", "to": "04:00"}]


@pytest.mark.parametrize(
    ("times", "more", "where"),
    [
        ({"at": ["18:00", "16:59"]}, {"windows": EVENING}, ("at", 1)),
        ({"at": ["21:00"]}, {"windows": EVENING}, ("at", 0)),
        ({"at": ["17:00", "20:59"]}, {"windows": EVENING}, None),
        ({"at": ["22:00", "23:59", "00:00", "03:59"]}, {"windows": NIGHT}, None),
        ({"at": ["04:00"]}, {"windows": NIGHT}, ("at", 0)),
        ({"at": ["18:00", "03:00"]}, {"windows": EVENING + NIGHT}, None),
        ({"at": ["sunset-30m"]}, {"windows": EVENING}, None),
        ({"at": ["05:00"]}, {"windows": [{"from": "sunrise", "to": "08:00"}]}, None),
        ({"at": ["03:00"]}, {}, None),
        ({"cron": "*/30 5-6 * * *"}, {"windows": EVENING}, ("cron",)),
        ({"cron": "0 5,18 * * 1"}, {"windows": EVENING}, None),
        ({"at": ["03:00"]}, {"ask_first": True}, ("at", 0)),
        ({"at": ["20:00"]}, {"ask_first": True}, ("at", 0)),
        ({"at": ["03:01", "19:59"]}, {"ask_first": True}, None),
        ({"at": ["06:00"]}, {"ask_first": True, "windows": NIGHT}, None),
    ],
)
def test_a_schedule_that_its_hours_never_let_pass_is_told_where_it_stands(
    times: dict[str, object], more: dict[str, object], where: tuple[str | int, ...] | None
) -> None:
    written = plot(schedule={**times, "depth_mm": 4}, **more)
    file = PlotsFile.model_validate({"plots": [written]})
    paths = [path for path, _ in plot_problems(file, KINDS)]
    assert paths == ([] if where is None else [("plots", 0, "schedule", *where)])
