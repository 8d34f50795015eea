"""The days of a weather file that a season plays, and what must be known of them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from firmware_sim.recorded import DayRecord
from gateway.agronomy.reference import reference_et
from gateway.agronomy.weather_checks import CheckedWeather
from gateway.agronomy.weather_day import Station
from gateway.cli.drive.weather import day_records
from gateway.cli.weather_table import estimated

NAMED_MAX = 5
"""Days that are named; of more, only how many."""


class PeriodError(Exception):
    """The file does not tell the weather of that period; the message says what is missing."""


class Recorded(NamedTuple):
    """The days, oldest first, and what of them was not measured."""

    days: tuple[DayRecord, ...]
    notes: tuple[str, ...]


def recorded(
    checked: CheckedWeather, station: Station, first: date | None, days: int | None
) -> Recorded:
    """`days` from `first` on; without them from the file's first to its last day. Raises
    PeriodError."""
    known = {weather.day: weather for weather in checked.days}
    begin, end = min(known), max(known)
    first = begin if first is None else first
    last = end if days is None else first + timedelta(days=days - 1)
    if first < begin or last > end or first > last:
        raise PeriodError(f"{first} to {last} is not within the file, which has {begin} to {end}")
    wanted = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    _refuse("not in the file", [day for day in wanted if day not in known])
    weather = [known[day] for day in wanted]
    _refuse(
        "without tmax or tmin", [day.day for day in weather if None in (day.tmax_c, day.tmin_c)]
    )
    _refuse("without rain (0 where none fell)", [day.day for day in weather if day.rain_mm is None])
    found = [et0 for day in weather if (et0 := reference_et(day, station)) is not None]
    return Recorded(tuple(day_records(weather, station)), tuple(estimated(found, len(weather))))


def _refuse(what: str, days: Sequence[date]) -> None:
    if not days:
        return
    named = ", ".join(map(str, days[:NAMED_MAX]))
    more = f" and {len(days) - NAMED_MAX} more" if len(days) > NAMED_MAX else ""
    raise PeriodError(
        f"{what}: {named}{more}; fill the file, or choose days without gaps by --from and --to"
    )
