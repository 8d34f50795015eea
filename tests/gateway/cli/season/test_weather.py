"""Days of a weather file: which can be played, and what is said of the others."""

from datetime import date, timedelta

import pytest

from gateway.agronomy.weather_checks import CheckedWeather, check_weather
from gateway.agronomy.weather_day import Station
from gateway.agronomy.weather_file import read_weather
from gateway.cli.season.weather import PeriodError, recorded

HANOI = Station(21.0, 20.0)
FIRST = date(2024, 3, 1)
HEADING = "date,tmax,tmin,tdew,srad,wind,rain"


def weather(*, without: int | None = None, **cells: str) -> CheckedWeather:
    """Ten days; `without` one of them, and with other cells on the third."""
    rows = [HEADING]
    for number in range(10):
        day = {"tmax": "26", "tmin": "18", "tdew": "15", "srad": "15", "wind": "2", "rain": "1"}
        if number == 2:
            day |= cells
        if number != without:
            rows.append(f"{FIRST + timedelta(days=number)},{','.join(day.values())}")
    return check_weather(read_weather(rows), HANOI)


def test_without_a_period_the_whole_file_counts() -> None:
    found = recorded(weather(), HANOI, None, None)
    assert [day.day for day in found.days] == [FIRST + timedelta(days=n) for n in range(10)]
    assert found.notes == ()
    assert {day.rain_mm for day in found.days} == {1.0}


def test_a_period_is_cut_out() -> None:
    found = recorded(weather(), HANOI, FIRST + timedelta(days=3), 2)
    assert [day.day.day for day in found.days] == [4, 5]


def test_what_was_estimated_is_told() -> None:
    (note,) = recorded(weather(srad="", wind="2"), HANOI, None, None).notes
    assert note == "1 of 10 days: radiation from the day's range of temperature (Eq. 50)"


@pytest.mark.parametrize(
    ("found", "first", "days", "complaint"),
    [
        (weather(without=4), None, None, "not in the file: 2024-03-05"),
        (weather(tmax=""), None, None, "without tmax or tmin: 2024-03-03"),
        (weather(rain=""), None, None, r"without rain \(0 where none fell\): 2024-03-03"),
        (weather(), FIRST, 11, "2024-03-01 to 2024-03-11 is not within the file, which has"),
        (weather(), date(2024, 2, 29), 2, "2024-03-01 to 2024-03-10"),
        (weather(), date(2025, 1, 1), None, "is not within the file"),
    ],
)
def test_what_cannot_be_played_is_refused_by_name(
    found: CheckedWeather, first: date | None, days: int | None, complaint: str
) -> None:
    with pytest.raises(PeriodError, match=complaint):
        recorded(found, HANOI, first, days)


def test_a_gap_outside_the_period_does_no_harm() -> None:
    assert len(recorded(weather(without=4), HANOI, FIRST, 4).days) == 4


def test_a_long_gap_is_not_listed_day_by_day() -> None:
    rows = [HEADING, "2024-01-01,26,18,15,15,2,1", "2024-03-01,26,18,15,15,2,1"]
    with pytest.raises(PeriodError, match="2024-01-06 and 54 more"):
        recorded(check_weather(read_weather(rows), HANOI), HANOI, None, None)
