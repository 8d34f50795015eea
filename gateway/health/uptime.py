"""For how much of a time devices worked, were down, or nobody knows.

Pure. The share of uptime leaves out what is unknown, and is therefore never shown without its
coverage.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from astral import Observer
from astral.sun import sunrise, sunset

from devices.reading import Millis
from gateway.decisions import State

COVERAGE_MIN = 0.9
"""Below it a share says more of the radio than of the device: "không đủ dữ liệu"."""

Window = tuple[Millis, Millis]
"""Start and end."""


class Since(Protocol):
    """A device is in `state` from `since` on; `StateChanged` is one."""

    @property
    def since(self) -> Millis: ...
    @property
    def state(self) -> State: ...


@dataclass(frozen=True, slots=True)
class Uptime:
    """Milliseconds in each state. Uptimes of several devices add up."""

    up_ms: Millis = 0
    down_ms: Millis = 0
    unknown_ms: Millis = 0

    def __add__(self, other: "Uptime") -> "Uptime":
        return Uptime(
            self.up_ms + other.up_ms,
            self.down_ms + other.down_ms,
            self.unknown_ms + other.unknown_ms,
        )

    @property
    def total_ms(self) -> Millis:
        return self.up_ms + self.down_ms + self.unknown_ms

    @property
    def ratio(self) -> float | None:
        """Up as a share of what is known, or None when nothing is."""
        known = self.up_ms + self.down_ms
        return self.up_ms / known if known else None

    @property
    def coverage(self) -> float:
        """What is known as a share of all."""
        return 1 - self.unknown_ms / self.total_ms if self.total_ms else 0.0

    @property
    def sufficient(self) -> bool:
        """Whether the ratio may be shown as a figure."""
        return self.coverage >= COVERAGE_MIN

    @property
    def bounds(self) -> tuple[float, float]:
        """The ratio if all that is unknown was down, and if it was up."""
        if not self.total_ms:
            return 0.0, 1.0
        return self.up_ms / self.total_ms, (self.up_ms + self.unknown_ms) / self.total_ms


def uptime(changes: Sequence[Since], windows: Iterable[Window]) -> Uptime:
    """The time in each state within the windows.

    `changes` are those of one device, in order; one from before the first window is needed to
    know how that begins. Windows do not overlap; a window that lasts still ends now.
    """
    spent = dict.fromkeys(State, 0)
    starts = [change.since for change in changes]
    for start, end in windows:
        at, place = start, bisect_right(starts, start)
        while at < end:
            until = min(starts[place], end) if place < len(starts) else end
            state = changes[place - 1].state if place else State.UNKNOWN
            spent[state] += until - at
            at, place = until, place + 1
    return Uptime(spent[State.UP], spent[State.DOWN], spent[State.UNKNOWN])


def days(timezone: ZoneInfo, first: date, count: int) -> list[Window]:
    """Local calendar days, from midnight to midnight."""
    midnights = [
        _millis(datetime.combine(first + timedelta(days=day), time(), timezone))
        for day in range(count + 1)
    ]
    return list(pairwise(midnights))


def nights(
    latitude: float, longitude: float, timezone: ZoneInfo, first: date, count: int
) -> list[Window]:
    """From sunset of each local day to the next sunrise. A day on which the sun does not set has
    no night."""
    place = Observer(latitude, longitude)
    found: list[Window] = []
    for day in range(count):
        evening = first + timedelta(days=day)
        try:
            dusk = sunset(place, evening, timezone)
            dawn = sunrise(place, evening + timedelta(days=1), timezone)
        except ValueError:  # astral: the sun never reaches the horizon on that day
            continue
        found.append((_millis(dusk), _millis(dawn)))
    return found


def _millis(moment: datetime) -> Millis:
    return round(moment.timestamp() * 1000)
