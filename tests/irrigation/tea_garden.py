"""A small tea garden as a site folder: two plots behind one pump, a third on the mains."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from devices.reading import Millis
from firmware_sim.cadence import LIVE, Cadence
from firmware_sim.layout import load_layout
from firmware_sim.recorded import DayRecord, RecordedWeather
from firmware_sim.scenario import parse_scenario
from firmware_sim.world import World
from gateway.assembly import read_site
from gateway.cli.drive.drive import Drive, OnRecord

HAMLET = "khe-thu"
TIMEZONE = "Asia/Ho_Chi_Minh"
START: Millis = 1_795_305_600_000  # 2026-11-22, seven in the morning in the hamlet
START_DAY = date(2026, 11, 22)
RATE_L_MIN = 60.0
AREA_M2 = 720.0
DEVICES = {
    "pump-1": "pump",
    "valve-1": "valve",
    "valve-2": "valve",
    "valve-3": "valve",
    "soil-1a": "soil",
    "soil-1b": "soil",
    "soil-2a": "soil",
    "soil-3a": "soil",
    "weather-1": "weather",
}
PLOTS: Mapping[str, Mapping[str, Any]] = {
    "lo-1": {"valves": ["valve-1"], "pump": "pump-1", "sensors": ["soil-1a", "soil-1b"]},
    "lo-2": {"valves": ["valve-2"], "pump": "pump-1", "sensors": ["soil-2a"]},
    "lo-3": {"valves": ["valve-3"], "sensors": ["soil-3a"]},
}


def write_garden(
    folder: Path,
    plots: Mapping[str, Mapping[str, Any]] | None = None,
    rules: Sequence[Mapping[str, Any]] = (),
    **more: object,
) -> None:
    """The site; `plots` adds to what plots.yaml says of some, `more` are its other parts."""
    (folder / "rules").mkdir(parents=True)
    site = {
        "hamlet": HAMLET,
        "name": {"vi": "Xóm Thử", "en": "Test hamlet"},
        "place": {"latitude": 21.72, "longitude": 105.74, "altitude_m": 60, "timezone": TIMEZONE},
        "broker": {"url": "mqtt://127.0.0.1:1883"},
    }
    devices = [
        {"id": id, "kind": kind, "label": {"vi": f"Máy {id}", "en": f"Device {id}"}}
        for id, kind in DEVICES.items()
    ]
    described = [
        {
            "id": id,
            "label": {"vi": f"Lô {id}", "en": f"Plot {id}"},
            "area_m2": AREA_M2,
            "rate_l_min": RATE_L_MIN,
            "soil": {"field_capacity_pct": 32, "wilting_point_pct": 18, "root_depth_m": 0.6},
            "litres_per_day_max": 3000,
            "minutes_per_run_max": 60,
            **plot,
            **(plots or {}).get(id, {}),
        }
        for id, plot in PLOTS.items()
    ]
    _dump(folder / "site.yaml", site)
    _dump(folder / "devices.yaml", {"devices": devices})
    _dump(folder / "plots.yaml", {"plots": described, **more})
    _dump(folder / "rules" / "rules.yaml", list(rules))


def drive_garden(
    folder: Path,
    faults: str = "",
    *,
    days: Sequence[DayRecord] = (),
    cadence: Cadence = LIVE,
    on_record: OnRecord | None = None,
) -> Drive:
    """A gateway and the devices of the garden in `folder`; `faults` is the text of a scenario. Its
    weather is that of `days`, else of the climate."""
    site, rules = read_site(folder)
    layout = load_layout(folder)
    scenario = parse_scenario(
        faults, folder / "scenario.yaml", origin=START, timezone=TIMEZONE, devices=DEVICES
    )
    place = (layout.latitude, layout.longitude, layout.altitude_m)
    weather = RecordedWeather(days, 1, place=place, timezone=TIMEZONE) if days else None
    world = World(layout, seed=1, start=START, cadence=cadence, scenario=scenario, weather=weather)
    return Drive(site, rules, world, on_record)


def _dump(file: Path, data: object) -> None:
    """JSON is YAML."""
    file.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
