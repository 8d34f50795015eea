"""Finding the heading of a table of weather, and what stands before it.

Knows columns and the station that the head of a pyfao56 file tells of, and nothing of days.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from gateway.agronomy.weather_columns import Column, UnknownUnitError, column_of

HEADING_WITHIN = 100
"""Lines: those before the heading of a download tell of station, licence and columns."""
LOW_WIND_M = 2.0
"""The height for which ET0 wants it."""
_STATION = re.compile(
    r"\s*(-?[0-9]+\.?[0-9]*)\s+(?:Weather station (elevation|latitude)|(Wind) speed measurement)"
)
_TALL = re.compile(r"\s*T\s+Reference crop")
_WANTED = {"tmax_c": "the highest temperature (tmax)", "tmin_c": "the lowest temperature (tmin)"}


class Problem(NamedTuple):
    """What is wrong, and in which line; None: in the file as a whole."""

    line: int | None
    message: str

    def __str__(self) -> str:
        return self.message if self.line is None else f"line {self.line}: {self.message}"


class WeatherFileError(ValueError):
    """The file cannot be used."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Heading:
    """The columns in their order, None for one that nobody knows. `separator` is None between
    blanks. `station` holds elevation, latitude and wind height as far as the file tells them;
    `tall` says that its reference is alfalfa."""

    line: int
    separator: str | None
    names: Sequence[str]
    columns: Sequence[Column | None]
    station: dict[str, float] = field(default_factory=dict)
    tall: bool = False

    def places(self) -> dict[str, int]:
        """Where each known column stands."""
        return {column.meaning: at for at, column in enumerate(self.columns) if column is not None}


def find_heading(numbered: Iterator[tuple[int, str]]) -> Heading:
    """The first line that names a date and both temperatures; what follows is left in the
    iterator. Raises WeatherFileError."""
    best = Heading(0, None, (), ())
    station: dict[str, float] = {}
    tall = False
    for number, line in numbered:
        tall = tall or _TALL.match(line) is not None
        if told := _STATION.match(line):
            station[told[2] or told[3].lower()] = float(told[1])
        heading = _heading(number, line, station)
        if not _lacking(heading.places()):
            _check_once(heading)
            return replace(heading, tall=tall)
        if len(heading.places()) > len(best.places()):
            best = heading
        if number >= HEADING_WITHIN:
            break
    if not best.line:
        wanted = "its first line must name the columns: date, tmax, tmin and others"
        raise WeatherFileError([Problem(None, f"the file has no heading; {wanted}")])
    there = ", ".join(best.names)
    raise WeatherFileError(
        [
            Problem(best.line, f"no column for {name}; there are: {there}")
            for name in _lacking(best.places())
        ]
    )


def split(line: str, separator: str | None) -> list[str]:
    """The cells of a line. Raises ValueError for quotation marks that do not close."""
    if separator is None:
        return line.split()
    if '"' not in line:
        return [cell.strip() for cell in line.split(separator)]
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]
    except csv.Error as error:
        raise ValueError(f"quotation marks: {error}") from None


def _heading(number: int, line: str, station: dict[str, float]) -> Heading:
    text = line.strip("\r\n \ufeff").removeprefix("#")
    separator = next((mark for mark in ";\t," if mark in text), None)
    try:
        names = split(text, separator)
        columns = _without_second_best([column_of(name) for name in names])
        return Heading(number, separator, names, columns, station)
    except UnknownUnitError as error:
        raise WeatherFileError([Problem(number, str(error))]) from None
    except ValueError:
        return Heading(number, separator, (), ())


def _lacking(known: Iterable[str]) -> list[str]:
    there = set(known)
    dated = {"date", "day"} & there or ("year" in there and {"day_of_year", "day_of_month"} & there)
    lacking = [] if dated else ["the date (date, or year and day of the year)"]
    return lacking + [name for meaning, name in _WANTED.items() if meaning not in there]


def _without_second_best(columns: Sequence[Column | None]) -> list[Column | None]:
    """Of wind at two heights that nearer to the grass counts, and of rain and precipitation the
    whole."""
    known = [column for column in columns if column is not None]
    low = any(column.height_m == LOW_WIND_M for column in known)
    whole = any(_is_whole(column) for column in known)

    def second(column: Column) -> bool:
        higher = column.height_m is not None and column.height_m > LOW_WIND_M
        return (low and higher) or (whole and column.meaning == "rain_mm" and not _is_whole(column))

    return [None if column is None or second(column) else column for column in columns]


def _is_whole(column: Column) -> bool:
    return column.meaning == "rain_mm" and "prec" in column.heading.casefold()


def _check_once(heading: Heading) -> None:
    seen: dict[str, str] = {}
    for column in heading.columns:
        if column is None:
            continue
        if column.meaning in seen:
            twice = f"columns {seen[column.meaning]!r} and {column.heading!r} say the same"
            raise WeatherFileError(
                [Problem(heading.line, f"{twice}: rename the one that shall not count")]
            )
        seen[column.meaning] = column.heading
