"""The weather that a season is foreseen with: days of a file, or of the simulated climate."""

import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from firmware_sim.climate import Climate
from firmware_sim.weather import Sky
from gateway.agronomy.reference import ReferenceEt, reference_et
from gateway.cli.complaints import refuse
from gateway.cli.weather_table import estimated, some, station_weather, unread
from gateway.hamlet_time import HamletTime, TimeOfDay
from gateway.irrigation.season import SeasonDay
from gateway.site import Site

_MIDNIGHT = TimeOfDay(0)


class Weather(NamedTuple):
    """Where the weather of the season is taken from: a file, or the simulated climate."""

    file: Path | None
    wind_height: float | None
    seed: int


def weather_of(site: Site, weather: Weather, first: date, days: int) -> list[SeasonDay]:
    """That of `days` from `first` on. Of a file each day is that of its newest year; what of it is
    not measured is told on stderr. Ends the command when the file cannot be used, or lacks a
    day."""
    wanted = [first + timedelta(number) for number in range(days)]
    if weather.file is None:
        return _simulated(site, weather.seed, wanted)
    place = site.config.place
    read = station_weather(
        weather.file,
        None,
        None,
        weather.wind_height,
        otherwise=(place.latitude, place.altitude_m),
    )
    known: dict[tuple[int, int], tuple[ReferenceEt, float]] = {}
    for day in read.checked.days:
        et0 = reference_et(day, read.station)
        if et0 is not None and day.rain_mm is not None:
            known[day.day.month, day.day.day] = et0, day.rain_mm
    missing = [day for day in wanted if _of_year(day) not in known]
    if missing:
        refuse(
            f"{weather.file}: no year in it has temperatures and rain for {len(missing)} of the"
            f" {days} days, first for {missing[0]:%m-%d}; name a longer file, or fewer --days"
        )
    found = [known[_of_year(day)] for day in wanted]
    flags = [str(flag) for flag in read.checked.flags]
    for note in (
        *unread(read.table),
        *read.checked.doubts,
        *some(flags),
        *estimated([et0 for et0, _ in found], days),
    ):
        print(f"hamlet: {note}", file=sys.stderr)
    return [SeasonDay(day, et0.mm, rain) for day, (et0, rain) in zip(wanted, found, strict=True)]


def _of_year(day: date) -> tuple[int, int]:
    """The day of every year; a leap day is as the day before."""
    return (2, 28) if (day.month, day.day) == (2, 29) else (day.month, day.day)


def _simulated(site: Site, seed: int, wanted: Sequence[date]) -> list[SeasonDay]:
    place = site.config.place
    where = (place.latitude, place.longitude, place.altitude_m)
    here = HamletTime(ZoneInfo(place.timezone), place.latitude, place.longitude)
    sky = Sky(
        Climate(seed, place=where, timezone=place.timezone), here.on(wanted[0], _MIDNIGHT) or 0
    )
    found = []
    for day in wanted:
        before = sky.evaporation_mm, sky.rain_mm
        sky.advance(here.on(day + timedelta(1), _MIDNIGHT) or sky.now)
        et0, rain = sky.evaporation_mm - before[0], sky.rain_mm - before[1]
        found.append(SeasonDay(day, max(et0, 0.0), max(rain, 0.0)))
    return found
