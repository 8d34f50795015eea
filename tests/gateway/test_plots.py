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
    assert list(plot_problems([read], KINDS)) == []


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
    plots = PlotsFile.model_validate({"plots": [plot(), plot(**second)]}).plots
    assert list(plot_problems(plots, KINDS)) == [(path, message)]
