"""`hamlet irrigation et0`: reference evapotranspiration of a file of daily weather.

On stdout nothing but the table; what was estimated, left out or missing is told on stderr.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from enum import Enum
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from gateway.agronomy.estimates import Climate, Estimate
from gateway.agronomy.radiation import K_RS_INLAND
from gateway.agronomy.reference import Method, ReferenceEt, hargreaves_et, reference_et
from gateway.agronomy.weather_checks import CheckedWeather
from gateway.agronomy.weather_day import DailyWeather, Station
from gateway.agronomy.weather_file import WeatherTable
from gateway.cli.weather_table import estimated, some, station_weather, unread

DECIMALS = 3
"""Of mm: who compares shall see the equations and not our rounding."""
APART_MM = 0.2
"""By which ET0 of a day differs when one of two humidity sensors is wrong, or the air changed."""


class Humidity(Enum):
    """Which measurement counts where a file has both."""

    DEW_POINT = "dew-point"
    RELATIVE = "relative"


class Et0Day(NamedTuple):
    """A day of the file; `et0` is None where its temperatures are unknown."""

    weather: DailyWeather
    et0: ReferenceEt | None


def print_et0(
    weather: Annotated[
        Path,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="A table of days. Columns by name: date (or year and day of the year), tmax, tmin"
            " in °C; as far as measured rhmax, rhmin in % or tdew in °C, srad in MJ/m² a day or"
            " sunshine in hours, wind in m/s, rain. A .wth file of pyfao56 will do.",
        ),
    ],
    latitude: Annotated[
        float | None, typer.Option(help="Degrees, south negative. Not needed for .wth files.")
    ] = None,
    altitude: Annotated[
        float | None, typer.Option(help="Metres above the sea. Not needed for .wth files.")
    ] = None,
    wind_height: Annotated[
        float | None,
        typer.Option(help="At how many metres above the ground the wind was measured."),
    ] = None,
    method: Annotated[
        Method, typer.Option(help="Hargreaves takes the temperatures alone.")
    ] = Method.PENMAN_MONTEITH,
    humidity: Annotated[
        Humidity, typer.Option(help="Which of the two counts on days that have both.")
    ] = Humidity.DEW_POINT,
    k_rs: Annotated[
        float,
        typer.Option(
            min=0.1,
            max=0.25,
            help="Where radiation is estimated from temperatures: 0.16 inland, 0.19 at the coast.",
        ),
    ] = K_RS_INLAND,
    dew_below_tmin: Annotated[
        float,
        typer.Option(
            min=0.0,
            max=10.0,
            help="Where humidity is estimated from tmin: °C from the dew point to tmin, 2 to 3 in"
            " dry climates.",
        ),
    ] = 0.0,
    units_are_right: Annotated[
        bool,
        typer.Option("--units-are-right", help="Take figures that look like another unit."),
    ] = False,
    details: Annotated[
        bool, typer.Option("--details", help="Two more columns: method and estimates.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of CSV.")] = False,
) -> None:
    """Reference evapotranspiration by FAO-56: a table of date and mm.

    The exit status is 1 when some day has none, because its temperatures are unknown, and 2 when
    the file cannot be used.
    """
    table, station, checked = station_weather(
        weather, latitude, altitude, wind_height, units_are_right=units_are_right
    )
    climate = Climate(k_rs, dew_below_tmin, rh_first=humidity is Humidity.RELATIVE)
    days = [_day(day, station, climate, method) for day in checked.days]
    notes = [*_overruled(table, station), *_notes(table, checked, days)]
    if method is Method.PENMAN_MONTEITH and set(table.columns) >= _HUMIDITIES:
        notes += _apart(days, station, climate)
    for note in notes:
        print(f"hamlet: {note}", file=sys.stderr)
    if as_json:
        print(json.dumps(_as_dict(station, checked, days, notes), indent=1, ensure_ascii=False))
    else:
        _print_csv(days, details)
    if any(day.et0 is None for day in days):
        raise typer.Exit(1)


def _overruled(table: WeatherTable, station: Station) -> Iterator[str]:
    """What the call says of the place, and the file otherwise."""
    for name, of_file, taken in (
        ("latitude", table.latitude, station.latitude),
        ("altitude", table.altitude_m, station.altitude_m),
        ("wind height", table.wind_height_m, station.wind_height_m),
    ):
        if of_file is not None and of_file != taken:
            yield f"{name} {taken:g}, as called; the file says {of_file:g}"


def _day(weather: DailyWeather, station: Station, climate: Climate, method: Method) -> Et0Day:
    if method is Method.HARGREAVES:
        return Et0Day(weather, hargreaves_et(weather, station))
    return Et0Day(weather, reference_et(weather, station, climate))


def _notes(table: WeatherTable, checked: CheckedWeather, days: Sequence[Et0Day]) -> Iterator[str]:
    """What whoever uses the figures must know."""
    yield from unread(table)
    if table.tall:
        yield "ETref of the file is that of alfalfa (T); ET0 is that of grass, which takes less"
    yield from checked.doubts
    yield from some([str(flag) for flag in checked.flags])
    yield from some([str(gap) for gap in checked.gaps])
    yield from some([f"{day.weather.day}: no tmax or tmin, no ET0" for day in days if not day.et0])
    yield from estimated([day.et0 for day in days if day.et0], len(days))
    if all(day.et0 and set(day.et0.estimates) >= _ALL_BUT_TEMPERATURES for day in days):
        yield "nothing but temperatures is known; for a second opinion: --method hargreaves"


def _apart(days: Sequence[Et0Day], station: Station, climate: Climate) -> Iterator[str]:
    """A word where the dew point and relative humidity tell of different air."""
    turned = replace(climate, rh_first=not climate.rh_first)
    others = [reference_et(day.weather, station, turned) for day in days]
    apart = sum(
        day.et0 is not None and other is not None and abs(day.et0.mm - other.mm) > APART_MM
        for day, other in zip(days, others, strict=True)
    )
    if apart:
        yield (
            f"{apart} of {len(days)} days: dew point and relative humidity make ET0s more than"
            f" {APART_MM:g} mm apart; --humidity says which of them counts"
        )


_HUMIDITIES = {"dew_point_c", "rh_max_pct", "rh_min_pct"}
_ALL_BUT_TEMPERATURES = {
    Estimate.RADIATION_FROM_TEMPERATURES,
    Estimate.HUMIDITY_FROM_TMIN,
    Estimate.WIND_ASSUMED,
}


def _print_csv(days: Sequence[Et0Day], details: bool) -> None:
    print("date,et0_mm,method,estimates" if details else "date,et0_mm")
    for weather, et0 in days:
        line = f"{weather.day}," + ("" if et0 is None else f"{et0.mm:.{DECIMALS}f}")
        if details:
            how = ("", "") if et0 is None else (et0.method.value, " ".join(_names(et0)))
            line += f",{how[0]},{how[1]}"
        print(line)


def _names(et0: ReferenceEt) -> list[str]:
    return [estimate.value for estimate in et0.estimates]


def _as_dict(
    station: Station, checked: CheckedWeather, days: Sequence[Et0Day], notes: Sequence[str]
) -> dict[str, object]:
    return {
        "station": asdict(station),
        "days": [
            {
                "date": weather.day.isoformat(),
                "et0_mm": None if et0 is None else round(et0.mm, DECIMALS),
                "method": None if et0 is None else et0.method.value,
                "estimates": [] if et0 is None else _names(et0),
            }
            for weather, et0 in days
        ],
        "gaps": [{"first": str(gap.first), "last": str(gap.last)} for gap in checked.gaps],
        "notes": notes,
    }
