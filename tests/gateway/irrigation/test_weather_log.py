"""Hours from readings that pause, repeat and disagree; rain that is credited once."""

from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.reading import Millis, Reading
from gateway.clock import Correction
from gateway.fleet import Device
from gateway.irrigation.weather_log import RAIN_MAX_MM_H, WeatherLog
from gateway.plot_records import WeatherHour
from tests.gateway.fleets import device
from tests.gateway.irrigation.garden import HERE
from tests.gateway.irrigation.grown_garden import DAY, HOUR, MINUTE, local

MIDNIGHT = local("2026-03-10 00:00")
TENTH = date(2026, 3, 10)


class Field:
    """A log and its stations; `saved` is what the journal has."""

    def __init__(self, start: Millis = MIDNIGHT) -> None:
        self.now = start
        self.log = WeatherLog(HERE, 60.0)
        self.saved: dict[Millis, WeatherHour] = {}
        self.stations: dict[str, Device] = {}

    def say(self, station: str = "weather-1", **values: float) -> None:
        known = self.stations.setdefault(station, device(station, "weather"))
        reading = Reading(station, "weather", "b", 0, self.now, self.now, values)
        self.save(self.log.take(known, reading, self.now))

    def save(self, hours: Iterable[WeatherHour]) -> None:
        self.saved |= {hour.at: hour for hour in hours}

    def restart(self) -> None:
        self.log = WeatherLog(HERE, 60.0)
        self.log.restore([self.saved[at] for at in sorted(self.saved)], (), self.now)

    def fine_day(self, **more: float) -> None:
        """24 hours of readings."""
        end = self.now + DAY
        while self.now < end:
            hour = HERE.hour(self.now)
            sun = max(0.0, 800.0 - 90 * abs(hour - 12))
            self.say(
                "weather-1",
                air_temperature_c=20.0 + 8 * sun / 800,
                relative_humidity_pct=80.0,
                wind_speed_m_s=1.5,
                solar_w_m2=sun,
                **more,
            )
            self.now += 5 * MINUTE

    def rain(self, day: date = TENTH) -> float | None:
        return self.log.day(day, over=False).rain_mm


def test_a_whole_day_has_an_et0() -> None:
    field = Field()
    field.fine_day(rain_total_mm=5.0)
    found = field.log.day(TENTH, over=True)
    assert found.et0_mm == pytest.approx(4.4, abs=0.6)
    assert found.estimates == ()
    assert found.rain_mm == 0.0


def test_a_day_half_of_which_nobody_saw_has_none_and_the_usual_one_stands_in() -> None:
    field = Field()
    field.fine_day()
    first = field.log.day(TENTH, over=True).et0_mm
    field.now += DAY // 2
    while field.now < MIDNIGHT + 2 * DAY:
        field.say(air_temperature_c=20.0)
        field.now += 5 * MINUTE
    assert field.log.day(date(2026, 3, 11), over=True).et0_mm is None
    assert field.log.usual_et0(date(2026, 3, 12)) == first


def test_what_no_instrument_measures_is_estimated_and_named() -> None:
    field = Field()
    while field.now < MIDNIGHT + DAY:
        field.say(air_temperature_c=20.0 + HERE.hour(field.now) % 12)
        field.now += 10 * MINUTE
    found = field.log.day(TENTH, over=True)
    assert found.et0_mm
    assert "wind-assumed" in found.estimates
    assert found.rain_mm is None


def test_of_several_stations_the_middle_one_and_the_wettest_count() -> None:
    field = Field()
    for minute in range(0, 60, 5):
        field.now = MIDNIGHT + minute * MINUTE
        for station, degrees, rain in (("a", 20.0, 0.0), ("b", 21.0, 0.2), ("c", 55.0, 0.1)):
            field.say(station, air_temperature_c=degrees, rain_total_mm=rain * minute)
    field.save(field.log.roll(MIDNIGHT + HOUR))
    (hour,) = field.saved.values()
    assert hour.temperature_c == 21.0
    assert hour.rain_mm == pytest.approx(11.0)
    assert hour.minutes >= 55


@pytest.mark.parametrize(
    ("totals", "rain"),
    [
        ([5.0], None),
        ([5.0, 5.0], 0.0),
        ([5.0, 7.5, 9.0], 4.0),
        ([50.0, 0.5, 1.5], 1.5),
        ([50.0, 49.9, 51.0], 1.1),
        ([5.0, 5000.0, 5001.0], 1.0),
    ],
)
def test_rain_by_the_counter(totals: list[float], rain: float | None) -> None:
    field = Field()
    for total in totals:
        field.say(rain_total_mm=total)
        field.now += 5 * MINUTE
    assert field.rain() == (None if rain is None else pytest.approx(rain))


@given(
    st.lists(
        st.tuples(st.integers(1, 200), st.floats(0, 20), st.booleans()), min_size=1, max_size=60
    )
)
def test_rain_is_credited_once_whatever_dies_and_whenever(
    steps: list[tuple[int, float, bool]],
) -> None:
    field, total = Field(), 100.0
    field.say(rain_total_mm=total)
    field.save(field.log.roll(field.now + HOUR))
    for minutes, fell, killed in steps:
        field.now += minutes * MINUTE
        total += fell
        field.say(rain_total_mm=total)
        if killed:
            field.restart()
    field.now += 15 * MINUTE
    field.say(rain_total_mm=total)
    field.save(field.log.roll(field.now + HOUR))
    assert sum(hour.rain_mm or 0 for hour in field.saved.values()) == pytest.approx(total - 100)


def test_what_the_counter_shows_after_the_gateway_was_off_has_fallen() -> None:
    field = Field()
    field.say(rain_total_mm=10.0)
    field.save(field.log.roll(field.now + HOUR))
    field.now += 6 * HOUR
    field.restart()
    field.say(rain_total_mm=22.0)
    assert field.rain() == 12.0
    assert field.log.rain_since(field.now - HOUR, field.now) == 12.0
    assert RAIN_MAX_MM_H > 12.0


def test_an_hour_goes_on_after_a_restart() -> None:
    field = Field()
    for minute in range(0, 60, 5):
        field.now = MIDNIGHT + minute * MINUTE
        field.say(air_temperature_c=float(minute))
        if minute == 30:
            field.restart()
    field.save(field.log.roll(MIDNIGHT + HOUR))
    hour = field.saved[MIDNIGHT]
    assert hour.temperature_c == pytest.approx(28, abs=4)
    assert (hour.temperature_min_c, hour.temperature_max_c) == (0.0, 55.0)
    assert hour.minutes >= 45


def test_a_corrected_clock_begins_a_new_hour_and_loses_no_rain() -> None:
    field = Field()
    field.say(rain_total_mm=1.0)
    field.now += 5 * MINUTE
    field.log.correct(Correction(0, 3 * DAY))
    field.now += 3 * DAY
    field.say(rain_total_mm=3.0)
    assert field.rain(HERE.day(field.now)) == 2.0
