"""A site with two plots, and a gateway opened on it whose valves are heard."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from gateway.app import Gateway, open_gateway
from gateway.assembly import read_site
from tests.gateway.own_time import now_ms
from tests.gateway.small_site import topic, write_small_site
from tests.real import free_port

PLOT = {
    "id": "lo-1",
    "label": {"vi": "Lô chè một", "en": "Tea plot one"},
    "area_m2": 1000,
    "valves": ["valve-1"],
    "sensors": ["soil-1"],
    "rate_l_min": 100,
    "soil": {"field_capacity_pct": 32, "wilting_point_pct": 18, "root_depth_m": 0.6},
    "litres_per_day_max": 9000,
    "minutes_per_run_max": 90,
    "schedule": {"at": ["05:30"], "depth_mm": 5},
    "no_go": [{"from": "2026-01-05", "to": "2026-01-06", "reason": "plucking"}],
}


def write_watered_site(folder: Path, **changes: object) -> None:
    """Write the site; `changes` are of its plot."""
    write_small_site(folder, broker={"url": f"mqtt://127.0.0.1:{free_port()}"})
    water = {"plots": [{**PLOT, **changes}]}
    (folder / "plots.yaml").write_text(json.dumps(water, ensure_ascii=False), encoding="utf-8")


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Gateway]:
    """The gateway of the site, opened, without a broker; its valve has just been heard."""
    site, rules = read_site(folder)
    async with open_gateway(site, rules) as gateway:
        tell_valve(gateway, 0)
        yield gateway


def tell_valve(gateway: Gateway, seq: int, *, is_open: bool = False) -> None:
    """The valve reports."""
    payload = json.dumps({"seq": seq, "boot": "b", "open": is_open}).encode()
    message = topic("valve-1"), payload
    gateway.committer.perform(lambda: gateway.committer.on_message(*message, 0, 0, now_ms()))
