"""The time of day in the hamlet: its clock, its days, its sun.

Owns the step between milliseconds and what people say: "half past six", "an hour before sunset".
Knows nothing of rules; whether the gateway's time can be trusted is asked elsewhere.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from zoneinfo import ZoneInfo

from astral import Observer
from astral.sun import sunrise, sunset

from devices.reading import Millis

SUN_DAYS_KEPT = 1024
"""Sunrises and sunsets remembered: those of a year and a half. One takes some 100 µs to compute."""
DAYS_AHEAD_MAX = 366
"""Within a year every time of day comes, or it never does: near the poles."""

_MINUTE_MS = 60_000
_HOUR_MS = 3_600_000


class Sun(Enum):
    """What the sun does every day; the values are how rules say it."""

    RISE = "sunrise"
    SET = "sunset"


@dataclass(frozen=True, slots=True)
class TimeOfDay:
    """`minutes` after midnight by the clock, or after (below zero: before) what the sun does."""

    minutes: int
    sun: Sun | None = None


@dataclass(frozen=True, slots=True)
class HamletTime:
    """Where the hamlet is and by which clock it lives; degrees, north and east above zero."""

    zone: ZoneInfo
    latitude: float
    longitude: float

    def local(self, at: Millis) -> datetime:
        """What the clock on the wall shows."""
        return datetime.fromtimestamp(at / 1000, self.zone)

    def day(self, at: Millis) -> date:
        """The day by the calendar on the wall."""
        return self.local(at).date()

    def on(self, day: date, wanted: TimeOfDay) -> Millis | None:
        """When that time comes on that day; None when the sun does not do it on that day.

        A time that the change to summer time leaves out comes an hour later; one that comes twice
        is meant the first time.
        """
        if wanted.sun is None:
            clock = time(*divmod(wanted.minutes, 60))
            return _millis(datetime.combine(day, clock, self.zone))
        at = _sun(self, day, wanted.sun)
        return None if at is None else at + wanted.minutes * _MINUTE_MS

    def next(self, wanted: TimeOfDay, after: Millis) -> Millis | None:
        """When that time comes next; None when it does not within a year."""
        first = self.day(after) - timedelta(days=1)  # an hour after sunset may be on the next day
        for ahead in range(DAYS_AHEAD_MAX + 2):
            at = self.on(first + timedelta(days=ahead), wanted)
            if at is not None and at > after:
                return at
        return None

    def hour(self, at: Millis) -> int:
        """0 to 23."""
        return self.local(at).hour

    def next_hour(self, after: Millis) -> Millis:
        """When `hour` changes next. Zones are whole quarters of an hour from UTC."""
        shown = self.local(after)
        into = (shown.minute * 60 + shown.second) * 1000 + after % 1000
        return after - into + _HOUR_MS

    def is_night(self, at: Millis) -> bool:
        """Whether the sun is down: from sunset to sunrise."""
        day = self.day(at)
        rise, set_ = _sun(self, day, Sun.RISE), _sun(self, day, Sun.SET)
        if rise is None or set_ is None:  # a polar day or night: the season says which
            return (self.latitude > 0) is not (3 < day.month < 10)
        return not rise <= at < set_

    def next_twilight(self, after: Millis) -> Millis | None:
        """When `is_night` may change next."""
        ends = (self.next(TimeOfDay(0, sun), after) for sun in Sun)
        return min((at for at in ends if at is not None), default=None)


@lru_cache(SUN_DAYS_KEPT)
def _sun(here: HamletTime, day: date, sun: Sun) -> Millis | None:
    place = Observer(here.latitude, here.longitude)
    find = sunrise if sun is Sun.RISE else sunset
    try:
        return _millis(find(place, day, here.zone))
    except ValueError:  # astral: the sun never reaches the horizon on that day
        return None


def _millis(moment: datetime) -> Millis:
    return round(moment.timestamp() * 1000)
