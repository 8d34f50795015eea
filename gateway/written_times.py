"""Times of day and cron lines as people write them in the files of a site."""

import re

from cronsim import CronSimError

from gateway.duration import parse_duration
from gateway.hamlet_time import HamletTime, Sun, TimeOfDay
from gateway.located_yaml import did_you_mean
from gateway.schedule import Cron

SUN_OFFSET_MAX_MINUTES = 6 * 60
"""Further from sunset it is nearer to the next sunrise, and a time by the clock is meant."""
CRON_FIELDS = 5
CRON_MAX = 200
"""Characters. All 60 minutes written out need 170."""

_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})")
_BY_SUN = re.compile(r"([a-z]+)(?: ?([+-]) ?(.+))?", re.DOTALL)
_SHAPES = "06:30, sunrise, sunset-30m or sunrise+1h"
_CRON_NAMES = "minute hour day month weekday, e.g. '0 6 * * mon-fri'"


def parse_time_of_day(text: str) -> TimeOfDay:
    """A time by the clock or by the sun. Raises ValueError in words for whoever wrote it."""
    if clock := _CLOCK.fullmatch(text):
        hour, minute = int(clock[1]), int(clock[2])
        if hour < 24 and minute < 60:
            return TimeOfDay(hour * 60 + minute)
        raise ValueError(f"{text!r} is no time of day: they go from 00:00 to 23:59")
    by_sun = _BY_SUN.fullmatch(text)
    if by_sun is None:
        raise ValueError(f"a time of day is written like {_SHAPES}")
    names = [sun.value for sun in Sun]
    if by_sun[1] not in names:
        meant = did_you_mean(by_sun[1], names)
        raise ValueError(f"a time of day is written like {_SHAPES}{meant}")
    minutes = 0 if by_sun[2] is None else _parse_offset(by_sun[3])
    return TimeOfDay(-minutes if by_sun[2] == "-" else minutes, Sun(by_sun[1]))


def parse_cron(text: str, here: HamletTime) -> Cron:
    """A cron line that comes true some day. Raises ValueError in words for whoever wrote it,
    beginning with what is wrong with it: "needs five parts"."""
    if len(text) > CRON_MAX:
        raise ValueError(f"is {len(text)} characters long, at most {CRON_MAX} are allowed")
    if len(text.split()) != CRON_FIELDS:
        raise ValueError(f"needs {CRON_FIELDS} parts: {_CRON_NAMES}")
    try:
        moment = Cron(text).next(0, here)
    except CronSimError as error:
        part = str(error).removeprefix("Bad ").replace("-of-", " of the ")
        raise ValueError(f"has a wrong {part}; it is {_CRON_NAMES}") from None
    if moment is None:
        raise ValueError(f"names a day that never comes; it is {_CRON_NAMES}")
    return Cron(text)


def _parse_offset(text: str) -> int:
    minutes, rest = divmod(parse_duration(text), 60_000)
    if rest or minutes > SUN_OFFSET_MAX_MINUTES:
        raise ValueError("whole minutes are added or taken away, at most 6h")
    return minutes
