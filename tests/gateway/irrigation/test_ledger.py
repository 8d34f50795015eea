"""The balance of a plot over days: no millimetre comes from nowhere, whatever happens."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.reading import Millis
from gateway.clock import Correction
from gateway.decisions import Decision, Run, RunState
from gateway.fleet import Fleet
from gateway.irrigation.fieldbook import Fieldbook, next_keeping
from gateway.irrigation.ledger import GAP_DAYS_MAX
from gateway.plot_records import BalanceDay, PlotMemory, WeatherHour
from tests.gateway.fleets import device, reading
from tests.gateway.irrigation.garden import HERE
from tests.gateway.irrigation.grown_garden import HOUR, local, tea

PLOT = tea(emitters={"efficiency_pct": 80})
START = local("2026-03-10 12:00")


class Field:
    """The books of one plot, and what the journal has of them."""

    def __init__(self) -> None:
        self.now = START
        self.fleet = Fleet()
        for id, kind in (("soil-1", "soil"), ("weather-1", "weather")):
            self.fleet.add(device(id, kind))
        self.days: dict[object, BalanceDay] = {}
        self.hours: dict[Millis, WeatherHour] = {}
        self.runs: list[Run] = []
        self.rain_mm = 10.0
        self.books = Fieldbook([PLOT], self.fleet, HERE, 60.0)

    def save(self, decisions: Iterable[Decision]) -> None:
        for one in decisions:
            if isinstance(one, BalanceDay):
                self.days[one.day] = one
            elif isinstance(one, WeatherHour):
                self.hours[one.at] = one

    def kill(self) -> None:
        self.books = Fieldbook([PLOT], self.fleet, HERE, 60.0)
        memory = PlotMemory(
            balances=[self.days[day] for day in sorted(self.days)],  # type: ignore[type-var]
            hours=[self.hours[at] for at in sorted(self.hours)],
        )
        self.books.restore(memory, self.runs, self.now)

    def sleep(self, hours: int) -> None:
        """The gateway is off."""
        self.now += hours * HOUR

    def live(self, hours: int, *, weather: bool = True) -> None:
        """It is on."""
        end = self.now + hours * HOUR
        while self.now < end:
            self.now = min(next_keeping(self.now), end)
            if weather:
                self.see(air_temperature_c=24.0, rain_total_mm=self.rain_mm)
            self.save(self.books.keep(self.now))

    def see(self, **values: float) -> None:
        station = self.fleet.get("weather-1")
        assert station
        self.save(self.books.take_weather(station, reading(station, self.now, **values), self.now))

    def probe(self, moisture_pct: float) -> None:
        probe = self.fleet.get("soil-1")
        assert probe
        reading(probe, self.now, soil_moisture_pct=moisture_pct)
        self.books.take_probe(probe, self.now)

    def water(self, litres: float) -> None:
        run = Run(
            f"lo-1.{self.now}", "lo-1", "plan:balance", RunState.DONE, self.now, self.now,
            self.now, litres, litres, ended_at=self.now,
        )  # fmt: skip
        self.runs.append(run)
        self.save(self.books.end_run(run, self.now))


def check(days: Iterable[BalanceDay]) -> None:
    before: BalanceDay | None = None
    for day in days:
        gained = day.effective_rain_mm + day.irrigation_mm
        expected = day.before_mm + day.et_mm - gained + day.percolation_mm + day.correction_mm
        assert day.depletion_mm == pytest.approx(expected, abs=1e-6)
        assert 0 <= day.depletion_mm <= day.taw_mm
        if before is not None:
            assert before.closed
            if "start" in day.estimates:
                assert (day.day - before.day).days > GAP_DAYS_MAX
            else:
                assert day.day == before.day + timedelta(days=1)
                assert day.before_mm == pytest.approx(before.depletion_mm, abs=1e-9)
        before = day


class Step(NamedTuple):
    hours: int
    rain: float
    litres: float
    moisture: float | None
    weather: bool
    killed: bool
    asleep: int


STEPS = st.lists(
    st.builds(
        Step,
        hours=st.integers(0, 30),
        rain=st.sampled_from([0.0, 0.0, 0.6, 5.0, 60.0]),
        litres=st.sampled_from([0.0, 0.0, 1000.0, 30_000.0]),
        moisture=st.none() | st.floats(0, 60),
        weather=st.booleans(),
        killed=st.booleans(),
        asleep=st.integers(0, 24 * (GAP_DAYS_MAX - 2)),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(STEPS)
def test_water_is_conserved_whatever_happens(steps: list[Step]) -> None:
    field = Field()
    field.live(1)
    for step in steps:
        if step.moisture is not None:
            field.probe(step.moisture)
        field.rain_mm += step.rain
        field.live(step.hours, weather=step.weather)
        if step.litres:
            field.water(step.litres)
        if step.killed:
            field.sleep(step.asleep)
            field.kill()
    field.live(1)
    days = [field.days[day] for day in sorted(field.days)]  # type: ignore[type-var]
    check(days)
    litres = sum(run.litres for run in field.runs)
    assert sum(day.irrigation_mm for day in days) == pytest.approx(litres * 0.8 / 720), "all of it"


def test_all_rain_is_in_some_day() -> None:
    field = Field()
    field.live(2)
    for _ in range(6):
        field.rain_mm += 7.0
        field.live(11)
    field.live(24)
    credited = sum(day.rain_mm or 0.0 for day in field.days.values())
    assert credited == pytest.approx(42.0)


def test_a_first_day_without_probes_assumes_and_says_so() -> None:
    field = Field()
    field.live(1)
    (day,) = field.days.values()
    assert day.depletion_mm == pytest.approx(33.6 / 2, abs=1)
    assert "start-assumed" in day.estimates


def test_with_probes_it_begins_by_them() -> None:
    field = Field()
    field.probe(27.0)
    field.live(1)
    (day,) = field.days.values()
    assert day.depletion_mm == pytest.approx((32 - 27) * 6, abs=1)
    assert "start-by-probes" in day.estimates


def test_a_balance_that_is_wrong_is_led_to_the_probes_and_shows_it() -> None:
    field = Field()
    field.live(1)
    for hour in range(10 * 24):
        field.probe(20.0 + hour % 2 / 100)
        field.live(1)
    corrections = [day.correction_mm for day in field.days.values()]
    assert corrections[1] > 5
    assert abs(corrections[-1]) < abs(corrections[1])
    newest = max(field.days.values(), key=lambda day: day.day)
    assert newest.depletion_mm == pytest.approx(72, abs=8)


def test_fresh_water_is_not_corrected_away_before_it_has_sunk_in() -> None:
    field = Field()
    field.probe(25.0)
    field.live(1)
    field.water(20_000.0)
    field.probe(25.1)
    newest = field.days[HERE.day(field.now)]
    assert newest.correction_mm == 0.0


def test_days_without_weather_go_on_with_the_usual_thirst_and_are_marked() -> None:
    field = Field()
    field.live(1)
    field.live(72, weather=False)
    closed = [day for day in field.days.values() if day.closed]
    assert closed[-1].et0_mm is None
    assert closed[-1].et_mm > 2
    assert "et0-unknown" in closed[-1].estimates
    assert "rain-unknown" in closed[-1].estimates


def test_days_off_are_caught_up_and_weeks_are_not() -> None:
    field = Field()
    field.live(1)
    begun = field.days[HERE.day(field.now)]
    field.sleep(3 * 24)
    field.kill()
    field.live(1)
    assert len(field.days) == 4
    check(field.days[day] for day in sorted(field.days))  # type: ignore[type-var]
    field.sleep((GAP_DAYS_MAX + 1) * 24)
    field.kill()
    field.live(1)
    newest = field.days[HERE.day(field.now)]
    assert "start-assumed" in newest.estimates
    assert newest.before_mm == pytest.approx(begun.before_mm, abs=2)


def test_a_restart_goes_on_with_the_same_day() -> None:
    field = Field()
    field.live(5)
    field.water(5000.0)
    before = field.days[HERE.day(field.now)]
    field.kill()
    field.save(field.books.ledger.update(field.now))
    assert field.days[before.day] == replace(before)


AHEAD_H = 400 * 24


@pytest.mark.parametrize("killed", ["", "ahead", "back", "twice"])
def test_a_clock_that_was_far_ahead_does_not_stop_the_days(killed: str) -> None:
    field = Field()
    field.live(24)
    field.now += AHEAD_H * HOUR
    field.live(36)
    ahead = field.books.ledger.balance("lo-1")
    field.now -= AHEAD_H * HOUR
    if killed == "ahead":  # it starts with the right time
        field.kill()
    else:
        field.books.correct(Correction(START + AHEAD_H * HOUR // 2, -AHEAD_H * HOUR))
    field.live(2)
    back = field.books.ledger.balance("lo-1")
    assert ahead
    assert back
    assert back.depletion_mm == pytest.approx(ahead.depletion_mm, abs=2.0)
    for _ in range({"back": 1, "twice": 2}.get(killed, 0)):
        field.kill()
        field.live(2)
    field.live(5 * 24)
    found = field.books.ledger.balance("lo-1")
    assert found
    assert found.day == HERE.day(field.now)
    assert found.depletion_mm > back.depletion_mm + 5


def test_water_of_a_clock_that_was_ahead_sinks_in_as_any() -> None:
    field = Field()
    field.now += AHEAD_H * HOUR
    field.live(1)
    field.water(500.0)
    field.now -= AHEAD_H * HOUR
    field.books.correct(Correction(START + AHEAD_H * HOUR // 2, -AHEAD_H * HOUR))
    assert field.books.ledger.is_sinking("lo-1", field.now)
    field.live(4)
    assert not field.books.ledger.is_sinking("lo-1", field.now)
