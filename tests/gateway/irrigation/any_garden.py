"""Plots and weather as Hypothesis makes them up, for what must hold of each."""

from dataclasses import dataclass

from hypothesis import strategies as st

from gateway.plots import Plot
from tests.gateway.irrigation.grown_garden import GrownGarden, tea


@dataclass(frozen=True)
class Nature:
    """What the probe shows, what falls now, and how it blows."""

    moisture: float | None
    rain_mm: float
    wind_m_s: float

    def comes_over(self, garden: GrownGarden) -> None:
        """From now on it is so."""
        garden.moisture["soil-1"] = self.moisture
        garden.rain_mm += self.rain_mm
        assert garden.weather
        garden.weather["wind_speed_m_s"] = self.wind_m_s


NATURES = st.builds(
    Nature,
    moisture=st.none() | st.floats(20, 33).map(lambda value: round(value, 1)),
    rain_mm=st.sampled_from([0.0, 0.0, 3.0, 20.0]),
    wind_m_s=st.sampled_from([1.0, 1.0, 9.0]),
)


def any_plot(at: str, asks: st.SearchStrategy[bool]) -> st.SearchStrategy[Plot]:
    """One that waters itself, with limits that cut its waterings or do not; a schedule's time is
    `at`."""
    return st.builds(
        lambda mode, minutes, litres, windows, asks: tea(
            mode=mode,
            schedule={"at": [at], "depth_mm": 5},
            thresholds={"start_pct": 25, "stop_pct": 28},
            minutes_per_run_max=minutes,
            litres_per_day_max=litres,
            windows=windows,
            ask_first=asks,
        ),
        mode=st.sampled_from(["schedule", "soil", "balance"]),
        minutes=st.sampled_from([10, 30, 600]),
        litres=st.sampled_from([4_000, 100_000]),
        windows=st.sampled_from([[], [{"from": "05:30", "to": "09:00"}]]),
        asks=asks,
    )
