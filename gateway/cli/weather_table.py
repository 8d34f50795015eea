"""A file of daily weather, as a technician names it for a command: read, placed and checked."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import typer

from gateway.agronomy.estimates import ESTIMATED
from gateway.agronomy.reference import ReferenceEt
from gateway.agronomy.weather_checks import CheckedWeather, check_weather
from gateway.agronomy.weather_day import Station
from gateway.agronomy.weather_file import WeatherTable, read_weather
from gateway.agronomy.weather_heading import WeatherFileError
from gateway.cli.complaints import USAGE, refuse

LINE_MAX = 10_000
"""Characters. Longer lines are no table; they are cut, and refused as such."""

TOLD_MAX = 10
"""Lines of one kind on stderr; more nobody reads."""


class StationWeather(NamedTuple):
    """What a file says, where it was measured, and what of it can be true."""

    table: WeatherTable
    station: Station
    checked: CheckedWeather


def station_weather(
    file: Path,
    latitude: float | None,
    altitude: float | None,
    wind_height: float | None,
    *,
    units_are_right: bool = False,
    otherwise: tuple[float | None, float | None] = (None, None),
) -> StationWeather:
    """What the call says of the station counts, then what the file says, then the latitude and
    altitude of `otherwise`. Ends the command with every mistake of the file."""
    try:
        table = read_weather(_lines(file))
        latitude = _first(latitude, table.latitude, otherwise[0])
        altitude = _first(altitude, table.altitude_m, otherwise[1])
        station = _station(table, latitude, altitude, _first(wind_height, table.wind_height_m))
        checked = check_weather(table, station, units_are_right=units_are_right)
    except WeatherFileError as error:
        for problem in error.problems:
            print(f"hamlet: {file}: {problem}", file=sys.stderr)
        raise typer.Exit(USAGE) from None
    return StationWeather(table, station, checked)


def unread(table: WeatherTable) -> Iterator[str]:
    """What of the file whoever reads the figures may think was taken."""
    if table.unused:
        yield f"columns not used: {', '.join(table.unused)}"
    yield from some([f"{problem}; left out" for problem in table.left_out])


def estimated(found: Sequence[ReferenceEt], days: int) -> Iterator[str]:
    """On how many of the days what was not measured."""
    counts = Counter(estimate for et0 in found for estimate in et0.estimates)
    for estimate, count in counts.items():
        yield f"{count} of {days} days: {ESTIMATED[estimate].en}"


def some(lines: Sequence[str]) -> Iterator[str]:
    """The first TOLD_MAX, and how many more there are."""
    yield from lines[:TOLD_MAX]
    if len(lines) > TOLD_MAX:
        yield f"and {len(lines) - TOLD_MAX} more like this"


def _lines(file: Path) -> Iterator[str]:
    try:
        with file.open(encoding="utf-8-sig", errors="replace") as stream:
            while line := stream.readline(LINE_MAX):
                yield line
    except OSError as error:
        refuse(f"{file}: {error.strerror}")


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


def _station(
    table: WeatherTable, latitude: float | None, altitude: float | None, wind_height: float | None
) -> Station:
    if latitude is None or altitude is None:
        refuse("the file does not tell where it was measured: add --latitude and --altitude")
    if wind_height is None and "wind_m_s" in table.columns:
        refuse(
            "at which height was the wind measured? Add --wind-height: often 2, at airports 10."
            " Wind of 10 m taken for that of 2 m would be a third too much"
        )
    try:
        return Station(latitude, altitude, 2.0 if wind_height is None else wind_height)
    except ValueError as error:
        refuse(str(error))
