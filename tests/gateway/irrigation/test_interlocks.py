"""What forbids watering: one table, row by row, and nothing forbidden for want of data."""

from dataclasses import replace

import pytest

from gateway.fleet import Fleet
from gateway.irrigation.interlocks import INTERLOCKS, Situation, objection
from tests.gateway.fleets import NOW, device, fleet_of
from tests.gateway.irrigation.garden import plot


def heard(adopted: bool = True, ago_s: int = 0) -> Fleet:
    valve, pump = device("valve-1", "valve", adopted=adopted), device("pump-1", "pump")
    valve.heard_at = pump.heard_at = NOW - ago_s * 1000
    return fleet_of(valve, pump)


CALM = Situation(
    plot(), NOW, heard(), used_today_l=0, rain_mm=0.0, watering=False, clock_trusted=True
)


@pytest.mark.parametrize(
    "situation",
    [
        CALM,
        replace(CALM, rain_mm=None),
        replace(CALM, rain_mm=1.9),
        replace(CALM, used_today_l=940),
        replace(CALM, fleet=heard(ago_s=900)),
        replace(CALM, plot=plot(pump=None)),
    ],
)
def test_nothing_objects(situation: Situation) -> None:
    assert objection(situation) is None


@pytest.mark.parametrize(
    ("situation", "name", "why"),
    [
        (replace(CALM, watering=True), "watering", "it is being watered or waits for it"),
        (replace(CALM, fleet=fleet_of()), "devices", "device valve-1 is not adopted"),
        (replace(CALM, fleet=heard(adopted=False)), "devices", "device valve-1 is not adopted"),
        (replace(CALM, fleet=heard(ago_s=901)), "silence", "nothing is heard of valve-1"),
        (
            replace(CALM, fleet=fleet_of(device("valve-1", "valve"), device("pump-1", "pump"))),
            "silence",
            "nothing is heard of valve-1",
        ),
        (
            replace(CALM, used_today_l=941),
            "ceiling",
            "941 litres flowed today, the limit is 1,000 litres a day",
        ),
        (replace(CALM, used_today_l=5000), "ceiling", "5,000 litres flowed today, the limit"),
        (replace(CALM, rain_mm=2.0), "rain", "2 mm of rain fell in the last hour"),
    ],
)
def test_a_row_objects(situation: Situation, name: str, why: str) -> None:
    found = objection(situation)
    assert found
    interlock, reason = found
    assert interlock.name == name
    assert reason.en.startswith(why)
    assert reason.vi


def test_every_row_has_its_own_name() -> None:
    assert len({interlock.name for interlock in INTERLOCKS}) == len(INTERLOCKS)
