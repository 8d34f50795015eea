"""What keeps water back: one table, row by row, at its limit, unknown, overridden, and during a
run."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from devices.reading import Millis
from devices.text import Text
from gateway.fleet import Fleet
from gateway.irrigation.climate import UNKNOWN, Weather
from gateway.irrigation.interlocks import INTERLOCKS, OVERRIDABLE, objection, objections, passed
from gateway.irrigation.situation import Situation
from gateway.plot_records import NoGo
from gateway.plots import Mode, Source
from gateway.plots.guard import NoGoReason
from tests.gateway.fleets import NOW, device, fleet_of, reading
from tests.gateway.irrigation.garden import HERE, plot

DRIP: dict[str, Any] = {"emitters": {"method": "drip"}}
NO_GUARD: dict[str, Any] = {
    "guard": {
        "wind_max_m_s": None,
        "rain_1h_max_mm": None,
        "rain_24h_max_mm": None,
        "temperature_min_c": None,
        "forecast": False,
    }
}
EVENING: dict[str, Any] = {"windows": [{"from": "17:00", "to": "sunset+3h"}]}
OVER_MIDNIGHT: dict[str, Any] = {"windows": [{"from": "22:00", "to": "07:01"}]}
POND = Source(id="pond", label=Text("ao", "the pond"), litres_per_day_max=2000)


def heard(adopted: bool = True, ago_s: int = 0, now: Millis = NOW) -> Fleet:
    valve, pump = device("valve-1", "valve", adopted=adopted), device("pump-1", "pump")
    valve.heard_at = pump.heard_at = now - ago_s * 1000
    return fleet_of(valve, pump)


def probed(percent: float, age_min: float) -> Fleet:
    fleet = heard()
    probe = device("soil-1", "soil")
    reading(probe, NOW - round(age_min * 60_000), soil_moisture_pct=percent)
    fleet.add(probe)
    return fleet


def dry(reason: NoGoReason, begin: str, end: str) -> tuple[NoGo, ...]:
    first, last = date.fromisoformat(begin), date.fromisoformat(end)
    return (NoGo("n", "lo-1", first, last, reason, "person:hoa", NOW),)


def moved(situation: Situation, local: str) -> Situation:
    """The same at another time, all devices heard."""
    moment = datetime.fromisoformat(local).replace(tzinfo=HERE.zone)
    now = round(moment.timestamp() * 1000)
    return replace(situation, now=now, fleet=heard(now=now))


CALM = Situation(plot(), NOW, HERE, heard(), "rule:dry", 360.0)
PROBED = replace(CALM, requester="plan:soil", mode=Mode.SOIL, plot=plot(sensors=["soil-1"]))
SPRAYED_DAYS = dry(NoGoReason.SPRAYING, "2026-11-20", "2026-11-21")
PLUCKED_DAYS = dry(NoGoReason.PLUCKING, "2026-11-23", "2026-11-24")
SPRAYED = replace(CALM, dry_days=SPRAYED_DAYS)
PLUCKED = replace(CALM, dry_days=PLUCKED_DAYS)
RESTING = replace(CALM, dry_days=dry(NoGoReason.OTHER, "2026-11-22", "2026-11-22"))


def weather(**known: float) -> Situation:
    return replace(CALM, weather=UNKNOWN._replace(**known))


def storm(**changes: Any) -> Situation:
    awful = Weather(30.0, 5.0, 50.0, 90.0, 80.0)
    return replace(CALM, plot=plot(**changes), weather=awful)


@pytest.mark.parametrize(
    "situation",
    [
        CALM,
        weather(rain_1h_mm=1.9),
        weather(rain_24h_mm=7.9),
        weather(forecast_mm=0.49),
        weather(forecast_mm=0.0),
        replace(PROBED, fleet=probed(24.0, 1), weather=Weather(forecast_mm=9.0)),
        replace(weather(forecast_mm=9.0), requester="plan:balance", mode=Mode.BALANCE),
        replace(weather(forecast_mm=9.0), requester="person:hoa"),
        weather(temperature_c=12.0),
        weather(temperature_c=45.0),
        weather(wind_m_s=4.0),
        replace(weather(wind_m_s=30.0), plot=plot(**DRIP)),
        storm(**NO_GUARD),
        replace(CALM, used_today_l=940),
        replace(CALM, source=POND, source_used_l=1940),
        replace(CALM, source=POND.model_copy(update={"litres_per_day_max": None})),
        replace(CALM, fleet=heard(ago_s=900)),
        replace(CALM, plot=plot(pump=None)),
        replace(CALM, plot=plot(**OVER_MIDNIGHT)),
        replace(CALM, plot=plot(**EVENING), requester="person:hoa"),
        moved(replace(CALM, plot=plot(**EVENING)), "2026-11-21T17:00"),
        replace(SPRAYED, plot=plot(**DRIP)),
        moved(SPRAYED, "2026-11-19T23:59"),
        replace(SPRAYED, plot=plot(guard={"spray_hours": 7})),
        replace(PLUCKED, plot=plot(guard={"pluck_days": 0})),
        replace(SPRAYED, dry_days=[replace(one, entry="e1") for one in SPRAYED_DAYS]),
        replace(PLUCKED, dry_days=[replace(one, entry="e1") for one in PLUCKED_DAYS]),
        moved(RESTING, "2026-11-23T00:00"),
        replace(PROBED, fleet=probed(24.0, 180)),
        replace(PROBED, fleet=heard(), requester="rule:dry"),
    ],
)
def test_nothing_objects(situation: Situation) -> None:
    assert objection(situation) is None


ROWS = [
    (replace(CALM, requester="plan:schedule"), "mode", "it is watered on request only"),
    (replace(CALM, mode=Mode.OFF, requester="person:hoa"), "off", "watering of this plot is sw"),
    (replace(CALM, watering=True), "watering", "it is being watered or waits for it"),
    (replace(CALM, fleet=heard(adopted=False)), "devices", "device valve-1 is not adopted"),
    (replace(CALM, never=Text("x", "it needs too much")), "supply", "it needs too much"),
    (replace(CALM, clock_trusted=False), "clock", "the gateway does not know the time"),
    (replace(CALM, fleet=heard(ago_s=901)), "silence", "nothing is heard of valve-1"),
    (
        replace(CALM, fleet=fleet_of(device("valve-1", "valve"), device("pump-1", "pump"))),
        "silence",
        "nothing is heard of valve-1",
    ),
    (
        replace(CALM, astray=plot("lo-2")),
        "astray",
        "water flows or just flowed where it should not",
    ),
    (SPRAYED, "spraying", "it was sprayed; no water from above until 00:00 on 23/11"),
    (replace(SPRAYED, plot=plot(guard={"spray_hours": 8})), "spraying", "it was sprayed"),
    (PLUCKED, "plucking", "it is plucked from 23/11 to 24/11"),
    (replace(PLUCKED, plot=plot(**DRIP)), "plucking", "it is plucked from 23/11 to 24/11"),
    (RESTING, "dry-days", "dry days are set from 22/11 to 22/11"),
    (
        replace(CALM, used_today_l=941),
        "ceiling",
        "941 litres flowed today, the limit is 1.0\N{NO-BREAK SPACE}m³ a day",
    ),
    (
        replace(CALM, used_today_l=5000),
        "ceiling",
        "5.0\N{NO-BREAK SPACE}m³ flowed today, the limit",
    ),
    (
        replace(CALM, source=POND, source_used_l=1941),
        "source",
        "1.9\N{NO-BREAK SPACE}m³ were taken from the pond today, "
        "the limit is 2.0\N{NO-BREAK SPACE}m³ a day",
    ),
    (weather(rain_1h_mm=2.0), "rain-1h", "2 mm of rain fell in the last hour"),
    (weather(rain_24h_mm=8.0), "rain-24h", "8 mm of rain fell in the last 24 hours"),
    (
        weather(forecast_mm=0.5),
        "forecast",
        "0.5 mm of rain are forecast, the watering would give 0.5 mm",
    ),
    (weather(temperature_c=11.9), "cold", "it is cold: 11.9 °C, the limit is 12 °C"),
    (
        replace(weather(temperature_c=35.1), plot=plot(guard={"temperature_max_c": 35.0})),
        "hot",
        "it is hot: 35.1 °C, the limit is 35 °C",
    ),
    (weather(wind_m_s=4.1), "wind", "the wind blows at 4.1 m/s, sprinklers want no more than 4"),
    (
        replace(CALM, plot=plot(**EVENING)),
        "window",
        "it is outside the plot's hours, which begin at 17:00",
    ),
    (
        replace(CALM, plot=plot(windows=[{"from": "05:00", "to": "07:00"}])),
        "window",
        "it is outside the plot's hours, which begin at 05:00",
    ),
    (replace(PROBED, fleet=heard()), "probe", "no probe tells the soil's moisture"),
    (replace(PROBED, fleet=probed(24.0, 181)), "probe", "no probe tells the soil's moisture"),
    (replace(PROBED, fleet=probed(0.0, 1)), "probe", "no probe tells the soil's moisture"),
    (replace(PROBED, fleet=probed(61.0, 1)), "probe", "no probe tells the soil's moisture"),
]
DURING = {
    "off", "mode", "astray", "spraying", "plucking", "dry-days", "rain-1h", "rain-24h", "cold",
    "hot", "wind", "window",
}  # fmt: skip


@pytest.mark.parametrize(("situation", "name", "why"), ROWS)
def test_a_row_objects_alone(situation: Situation, name: str, why: str) -> None:
    (found,) = objections(situation)
    assert found.interlock.name == name
    assert found.reason.en.startswith(why)
    assert found.reason.vi
    assert passed(situation) == []


@pytest.mark.parametrize(("situation", "name", "why"), ROWS)
def test_a_technician_lets_weather_and_works_pass_and_nothing_else(
    situation: Situation, name: str, why: str
) -> None:
    overridden = replace(situation, overridden=frozenset(OVERRIDABLE))
    found = objection(overridden)
    assert (found is None) is (name in OVERRIDABLE)
    assert [row.name for row in passed(overridden)] == [name] * (found is None)


@pytest.mark.parametrize(("situation", "name", "why"), ROWS)
def test_what_arises_during_a_run_ends_it(situation: Situation, name: str, why: str) -> None:
    found = objection(situation, during=True)
    assert (found is not None) is (name in DURING)


def test_every_row_is_tried_and_has_its_own_name() -> None:
    names = [row.name for row in INTERLOCKS]
    assert sorted(names) == sorted({name for _, name, _ in ROWS})


def test_the_first_row_that_objects_gives_the_reason() -> None:
    both = replace(weather(rain_24h_mm=9.0, wind_m_s=9.0), mode=Mode.OFF)
    assert [found.interlock.name for found in objections(both)] == ["off", "rain-24h", "wind"]


def test_only_the_overridden_row_passes() -> None:
    windy = replace(weather(rain_24h_mm=9.0, wind_m_s=9.0), overridden=frozenset({"wind"}))
    assert [found.interlock.name for found in objections(windy)] == ["rain-24h"]
    assert [row.name for row in passed(windy)] == ["wind"]


def test_less_than_a_minute_under_the_lower_of_two_ceilings() -> None:
    situation = replace(CALM, used_today_l=100, source=POND, source_used_l=1500)
    assert situation.left_today_l == 500
    assert replace(situation, used_today_l=700).left_today_l == 300
    assert replace(situation, source_used_l=2500).left_today_l == 0
