"""Reading weather from a table of days: text in, days out, every mistake with its line.

Columns are found by their names (`weather_columns`), between commas, semicolons, tabs or blanks;
lines before the heading are passed over, except that the head of a pyfao56 file tells the station.
Whether the figures can be true is asked by `weather_checks`. Opens no file.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite
from typing import NamedTuple

from gateway.agronomy.weather_columns import UNITS, Column
from gateway.agronomy.weather_day import DailyWeather
from gateway.agronomy.weather_heading import (
    Heading,
    Problem,
    WeatherFileError,
    find_heading,
    split,
)

PROBLEMS_MAX = 20
"""More nobody mends by hand; the cause is one."""
DAYS_MAX = 400_000
"""A thousand years. A longer file is not one of daily weather."""
DAYS_OF_LEAP_YEAR = 366
MISSING = frozenset(
    (
        *("", "nan", "na", "n/a", "#n/a", "null", "none", "-", "--", "---"),
        *("m", "missing", "no data", "no record"),
    )
)
MISSING_NUMBERS = frozenset((-99.0, -99.9, -99.99, -999.0, -999.9, -6999.0, -9999.0))
"""None of them can be measured by what stands in a weather file."""
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_ISO = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})(?:[t ]00:00(?::00(?:\.0+)?)?z?)?")
_SOLID = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_OF_YEAR = re.compile(r"([0-9]{4})[-/.]?([0-9]{3})")
_WRITE_DATES = "dates are written 2026-01-31, or 2026-031 with the day of the year"


class Row(NamedTuple):
    """A day, and the line that tells of it."""

    line: int
    weather: DailyWeather


@dataclass(frozen=True, slots=True)
class WeatherTable:
    """What a file says, not yet doubted. None where it does not tell of the station. `columns`
    are those that were used, by field of DailyWeather; `unused` the headings nobody knows."""

    rows: Sequence[Row]
    columns: dict[str, Column]
    unused: Sequence[str] = ()
    left_out: Sequence[Problem] = ()
    """Lines that tell of the day after a common year's last."""
    latitude: float | None = None
    altitude_m: float | None = None
    wind_height_m: float | None = None
    tall: bool = False
    """Whether the reference that a pyfao56 file brings along is that of alfalfa, not of grass."""


def read_weather(lines: Iterable[str]) -> WeatherTable:
    """The days of a file, oldest first. Raises WeatherFileError with what is wrong where."""
    numbered = enumerate(lines, 1)
    table = _Reader(find_heading(numbered))
    for number, line in numbered:
        if line.strip() and not line.lstrip().startswith("#"):
            table.take(number, line)
    return table.finished()


class _Reader:
    """Takes the lines below the heading."""

    def __init__(self, heading: Heading) -> None:
        self._heading = heading
        self._used = [
            (place, column)
            for place, column in enumerate(heading.columns)
            if column is not None and column.meaning in UNITS
        ]
        self._date = _date_reader(heading.places())
        self._rows: list[Row] = []
        self._problems: list[Problem] = []
        self._left_out: list[Problem] = []

    def take(self, number: int, line: str) -> None:
        """One line with a day."""
        try:
            cells = split(line.strip("\r\n "), self._heading.separator)
            weather = self._weather(cells)
            self._check_order(weather.day)
        except _DayOfLeapYearError as error:
            self._left_out.append(Problem(number, str(error)))
        except ValueError as error:
            self._problems.append(Problem(number, str(error)))
            if len(self._problems) >= PROBLEMS_MAX:
                raise WeatherFileError(self._problems) from None
        else:
            self._rows.append(Row(number, weather))
        if len(self._rows) > DAYS_MAX:
            raise WeatherFileError([Problem(None, f"more than {DAYS_MAX:,} days")])

    def _weather(self, cells: list[str]) -> DailyWeather:
        wanted = len(self._heading.names)
        if len(cells) > wanted and not any(cells[wanted:]):
            cells = cells[:wanted]
        if len(cells) != wanted:
            raise ValueError(f"{len(cells)} values for {wanted} columns")
        values: dict[str, float | None] = {}
        for place, (heading, meaning, unit, _) in self._used:
            value = self._number(cells[place], heading)
            values[meaning] = value if value is None or unit is None else unit.ours(value)
        return DailyWeather(self._date(cells), **values)

    def _number(self, cell: str, heading: str) -> float | None:
        text = cell.replace(",", ".")  # what separates cells is not in one, save for quoted ones
        if _NUMBER.fullmatch(text) and isfinite(value := float(text)):
            return None if value in MISSING_NUMBERS else value
        if cell.casefold() in MISSING:
            return None
        raise ValueError(f"{heading}: {cell[:20]!r} is not a number; leave out what is unknown")

    def _check_order(self, day: date) -> None:
        if not self._rows:
            return
        before = self._rows[-1].weather.day
        if day == before:
            raise ValueError(f"{day} is here twice")
        if day < before:
            raise ValueError(
                f"{day} comes after {before}: sort the days, and see how dates are written"
            )

    def finished(self) -> WeatherTable:
        """All of it. Raises WeatherFileError."""
        if self._problems:
            raise WeatherFileError(self._problems)
        if not self._rows:
            empty = Problem(None, "there is no day below the heading")
            raise WeatherFileError(self._left_out or [empty])
        station = self._heading.station
        columns = {column.meaning: column for _, column in self._used}
        wind = columns.get("wind_m_s")
        names = zip(self._heading.names, self._heading.columns, strict=True)
        return WeatherTable(
            rows=self._rows,
            columns=columns,
            unused=[name for name, column in names if column is None and name],
            latitude=station.get("latitude"),
            altitude_m=station.get("elevation"),
            left_out=self._left_out,
            wind_height_m=station.get("wind", wind and wind.height_m),
            tall=self._heading.tall,
        )


def _date_reader(places: dict[str, int]) -> Callable[[list[str]], date]:
    """How the day is written in this file. What it returns raises ValueError."""
    day = places.get("day")
    whole = places.get("date", None if "year" in places else day)
    if whole is not None:
        return lambda cells: _written_date(cells[whole])
    year, month, in_month = places["year"], places.get("month"), places.get("day_of_month", day)
    if month is not None and in_month is not None:
        return lambda cells: _date(*(_whole(cells[at]) for at in (year, month, in_month)))
    in_year = next(
        places[name] for name in ("day_of_year", "day", "day_of_month") if name in places
    )
    return lambda cells: _day_of(_whole(cells[year]), _whole(cells[in_year]))


def _written_date(text: str) -> date:
    plain = text.casefold()
    if found := _OF_YEAR.fullmatch(plain):
        return _day_of(int(found[1]), int(found[2]))
    if found := _ISO.fullmatch(plain) or _SOLID.fullmatch(plain):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    raise ValueError(f"{text[:20]!r} is no date; {_WRITE_DATES}")


def _date(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError(f"there is no day {year:04}-{month:02}-{day:02}") from None


def _day_of(year: int, day: int) -> date:
    first = _date(year, 1, 1)
    within = 1 <= day <= DAYS_OF_LEAP_YEAR and year < 9999
    found = first + timedelta(days=day - 1) if within else None
    if found is None or found.year != year:
        error = _DayOfLeapYearError if day == DAYS_OF_LEAP_YEAR else ValueError
        raise error(f"the year {year} has no day {day}")
    return found


class _DayOfLeapYearError(ValueError):
    """The day 366 of a common year."""


def _whole(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}(?:\.0*)?", text):
        raise ValueError(f"{text[:20]!r} is no part of a date; {_WRITE_DATES}")
    return int(float(text))
