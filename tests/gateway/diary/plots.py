"""The plots of the diary's tests."""

from typing import Any

_SOIL = {"field_capacity_pct": 32.0, "wilting_point_pct": 18.0, "root_depth_m": 0.6}


def _plot(id: str, valve: str, **more: object) -> dict[str, Any]:
    return {
        "id": id,
        "label": {"vi": f"Lô {id}", "en": f"Plot {id}"},
        "area_m2": 1000.0,
        "valves": [valve],
        "rate_l_min": 50.0,
        "soil": _SOIL,
        "litres_per_day_max": 9000.0,
        "minutes_per_run_max": 90.0,
        **more,
    }


PLOTS: dict[str, Any] = {
    "sources": [
        {"id": "pond", "label": {"vi": "Ao", "en": "Pond"}, "water_test": "XN-12/2026"},
    ],
    "plots": [
        _plot(
            "lo-1",
            "valve-1",
            source="pond",
            growing_area_code="TN-07",
            emitters={"method": "drip", "efficiency_pct": 85.0},
            guard={"spray_hours": 48.0},
        ),
        _plot("lo-2", "valve-2", guard={"spray_hours": 0.0}),
    ],
}
