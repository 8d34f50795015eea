"""What it costs to think about plots: a season of 500 of them, lived day by day and foreseen."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from devices.kinds import KINDS
from devices.reading import Millis, Reading
from devices.text import Text
from gateway.fleet import Device, Fleet
from gateway.hamlet_time import HamletTime
from gateway.irrigation.engine import IrrigationEngine
from gateway.irrigation.season import SeasonDay, Sown, look_ahead
from gateway.irrigation.supply import Supply
from gateway.plots import Plot, PlotsFile

PLOTS, DAYS = 500, 180
PLOTS_OF_PUMP = 10
START: Millis = 1_772_298_300_000
"""2026-03-01 00:05 in Vietnam."""
DAY_MS = 86_400_000
POND = {"litres_per_day_max": 6_000_000}
"""Half of what all plots may have in a day: the source is counted, too."""
HERE = HamletTime(ZoneInfo("Asia/Ho_Chi_Minh"), 21.72, 105.74)
WAYS: tuple[dict[str, object], ...] = (
    {"mode": "balance"},
    {"mode": "balance", "windows": [{"from": "17:00", "to": "21:00"}]},
    {"mode": "schedule", "schedule": {"at": ["06:00"], "depth_mm": 4}},
    {"mode": "soil", "thresholds": {"start_pct": 25, "stop_pct": 28}, "sensors": ["soil-1"]},
)


@dataclass(frozen=True, slots=True)
class SeasonReport:
    """CPU time of this process alone."""

    plots: int
    days: int
    looks_s: float
    """Each day's balances brought up to date, and a look at each plot."""
    plans_s: float
    """Each day's plan of the next 24 hours."""
    plan_us_per_plot: float
    ahead_s: float
    """The whole season foreseen at once."""
    waterings: int
    """That were foreseen."""

    def lines(self) -> Iterator[str]:
        """For people."""
        yield (
            f"a season of {self.plots} plots, {self.days} days: {self.looks_s:.1f} s for balances "
            f"and looks, {self.plans_s:.1f} s for plans"
        )
        yield f"a plan of 24 hours: {self.plan_us_per_plot:.0f} µs a plot"
        yield f"the season foreseen: {self.ahead_s:.2f} s, {self.waterings:,} waterings"


def measure_season() -> SeasonReport:
    """Some seconds."""
    water, engine, probe = _garden()
    looks = plans = 0.0
    for day in range(DAYS):
        now = START + day * DAY_MS
        _say(engine, probe, now)
        began = time.process_time()
        engine.on_tick(now)
        looked = time.process_time()
        engine.plan(now)
        plans += time.process_time() - looked
        looks += looked - began
    ahead, waterings = _foresee(water)
    return SeasonReport(
        plots=PLOTS,
        days=DAYS,
        looks_s=round(looks, 3),
        plans_s=round(plans, 3),
        plan_us_per_plot=round(plans / DAYS / PLOTS * 1e6, 1),
        ahead_s=round(ahead, 3),
        waterings=waterings,
    )


def _foresee(water: PlotsFile) -> tuple[float, int]:
    """CPU seconds of one projection, and how many waterings came of it."""
    first = date(2026, 3, 1)
    days = [
        SeasonDay(first + timedelta(number), 4.0, 20.0 if number % 7 == 0 else 0.0)
        for number in range(DAYS)
    ]
    began = time.process_time()
    sown = [Sown(plot, plot.mode, 10.0) for plot in water.plots]
    ahead = look_ahead(sown, Supply(water), HERE, days)
    took = time.process_time() - began
    return took, sum(len(plot.waterings) for plot in ahead.plots)


def _garden() -> tuple[PlotsFile, IrrigationEngine, Device]:
    fleet = Fleet()
    probe = Device(1, "soil-1", KINDS["soil"], True, Text("đầu đo", "probe"))
    fleet.add(probe)
    plots = tuple(_plot(number) for number in range(PLOTS))
    for number, plot in enumerate(plots, 2):
        (valve,) = plot.valves
        fleet.add(Device(number, valve, KINDS["valve"], True, Text("van", "valve")))
    pumps = -(-PLOTS // PLOTS_OF_PUMP)
    for number in range(pumps):
        pump = f"pump-{number}"
        fleet.add(Device(PLOTS + 2 + number, pump, KINDS["pump"], True, Text("bơm", "pump")))
    water = PlotsFile.model_validate(
        {
            "sources": [{"id": "pond", "label": {"vi": "ao", "en": "pond"}, **POND}],
            "pumps": [{"id": f"pump-{number}", "source": "pond"} for number in range(pumps)],
            "plots": plots,
        }
    )
    return water, IrrigationEngine(water, fleet, HERE), probe


def _plot(number: int) -> Plot:
    return Plot.model_validate(
        {
            "id": f"lo-{number}",
            "label": {"vi": f"lô {number}", "en": f"plot {number}"},
            "area_m2": 2700,
            "valves": [f"valve-{number}"],
            "pump": f"pump-{number // PLOTS_OF_PUMP}",
            "rate_l_min": 270,
            "soil": {"field_capacity_pct": 32, "wilting_point_pct": 18, "root_depth_m": 0.6},
            "litres_per_day_max": 24500,
            "minutes_per_run_max": 90,
            **WAYS[number % len(WAYS)],
        }
    )


def _say(engine: IrrigationEngine, probe: Device, now: Millis) -> None:
    """The probe, which all plots share, shows that the soil dries."""
    values = {"soil_moisture_pct": 30.0 - now // DAY_MS % 7}
    reading = Reading("soil-1", "soil", "b", 0, now, now, values)
    probe.apply(reading)
    engine.on_reading(probe, reading, now)
