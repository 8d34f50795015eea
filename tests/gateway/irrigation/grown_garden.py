"""A garden with probes and a weather station; while no water flows, hours pass in a blink."""

from collections.abc import Sequence
from datetime import date, datetime

from devices.metric import Value
from devices.reading import Millis
from gateway.decisions import Explanation
from gateway.plots import Plot, Pump, Source
from tests.gateway.fleets import device
from tests.gateway.irrigation.garden import HERE, SECOND, Garden, plot

MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
REPORT_MS = 5 * MINUTE
STATION = "weather-1"


def local(text: str) -> Millis:
    """A time in Vietnam: 2026-11-22 07:00."""
    return round(datetime.fromisoformat(f"{text}:00+07:00").timestamp() * 1000)


def tea(id: str = "lo-1", **changes: object) -> Plot:
    """A plot with a probe, limits that are wide, and soil that holds 84 mm."""
    return plot(
        id,
        **{
            "sensors": [id.replace("lo", "soil")],
            "litres_per_day_max": 100_000,
            "minutes_per_run_max": 600,
            "rate_l_min": 240,
            **changes,
        },
    )


class GrownGarden(Garden):
    """`moisture`, `weather` and `rain_mm` are what the instruments show; None: nothing is said."""

    def __init__(
        self,
        *plots: Plot,
        start: Millis,
        pumps: Sequence[Pump] = (),
        sources: Sequence[Source] = (),
    ) -> None:
        self.moisture: dict[str, float | None] = {}
        self.weather: dict[str, Value] | None = {
            "air_temperature_c": 22.0,
            "relative_humidity_pct": 80.0,
            "wind_speed_m_s": 1.0,
            "solar_w_m2": 150.0,
        }
        self.rain_mm = 100.0
        super().__init__(*plots, start=start, pumps=pumps, sources=sources)
        for id in {sensor for one in plots for sensor in one.sensors}:
            self.fleet.add(device(id, "soil"))
            self.moisture[id] = None
        self.fleet.add(device(STATION, "weather"))
        for known in self.fleet:
            known.interval_s = REPORT_MS // SECOND

    def report(self, *, only: str | None = None) -> None:
        super().report(only=only)
        if only is None:
            for id, value in self.moisture.items():
                if value is not None:
                    self.hear(id, {"soil_moisture_pct": value})
            if self.weather is not None and self.fleet.get(STATION) is not None:
                self.hear(STATION, {**self.weather, "rain_total_mm": self.rain_mm})

    def last_until(self, end: Millis) -> None:
        """Time passes: second by second while water flows, else from one event to the next."""
        while self.now < end:
            if self.engine.runs():
                self.live(1)
                continue
            deadline = self.engine.next_deadline()  # by the gateway's clock
            due = None if deadline is None else deadline - self.clock_error
            reports = self.now // REPORT_MS * REPORT_MS + REPORT_MS
            self.now = min(end, max(min(due or reports, reports), self.now + 1))
            if self.now % REPORT_MS == 0:
                self.report()
            self.tick()
            self._deliver()

    @property
    def today(self) -> date:
        return HERE.day(self.clock)

    def last_said(self, of: str = "lo-1") -> Explanation:
        return [one for one in self.said if one.plot == of][-1]

    def decided(self, of: str = "lo-1") -> list[tuple[str, str]]:
        """Action and cause of each look that was told."""
        return [
            (one.action, str(one.inputs["cause"]))
            for one in self.said
            if one.plot == of and "cause" in one.inputs
        ]
