"""Rain of the last hour from counters that reset, pause and disagree."""

import pytest

from gateway.irrigation.rain import RainGauge
from tests.gateway.fleets import NOW

MINUTE = 60_000


@pytest.mark.parametrize(
    ("samples", "rain"),
    [
        ([], None),
        ([(0, 5.0)], None),
        ([(-10, 5.0), (0, 7.5)], 2.5),
        ([(-10, 5.0), (0, 5.0)], 0.0),
        ([(-70, 5.0), (-50, 6.0), (0, 7.0)], 2.0),
        ([(-90, 1.0), (-70, 5.0), (-50, 6.0), (0, 7.0)], 2.0),
        ([(-20, 50.0), (-10, 0.5), (0, 1.5)], 1.0),
        ([(-50, 1.0), (-31, 9.0)], None),
    ],
)
def test_the_last_hour(samples: list[tuple[int, float]], rain: float | None) -> None:
    gauge = RainGauge()
    for minute, total in samples:
        gauge.take("weather-1", NOW + minute * MINUTE, total)
    assert gauge.last_hour_mm(NOW) == rain


def test_the_wettest_station_counts() -> None:
    gauge = RainGauge()
    for station, total in (("a", 1.0), ("b", 4.0)):
        gauge.take(station, NOW - MINUTE, 0.0)
        gauge.take(station, NOW, total)
    assert gauge.last_hour_mm(NOW) == 4.0
