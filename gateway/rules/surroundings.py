"""What is around a device that its rules may ask for: the hour, the night, its neighbours, the
weather stations of its plot.
"""

from collections.abc import Iterator

from devices.reading import Millis
from gateway.fleet import Device, Fleet
from gateway.hamlet_time import HamletTime
from gateway.rules.expression.nodes import Median, Rain
from gateway.rules.windows import Recall, Watch

POLAR_LOOK_MS = 86_400_000
"""Where the sun neither rises nor sets within a year, the season is looked at every day."""
WEATHER = "weather"
RAIN_METRIC = "rain_total_mm"
"""The counter of weather stations that says how much rain has fallen."""


class Surroundings:
    """Shared by all devices. `watches` holds, by device, what is remembered of it; `recall` tells
    what was before. `tied` are the devices that rules of others read, and those whose rules do.
    While the clock is not trusted nobody knows the hour."""

    def __init__(self, fleet: Fleet, here: HamletTime, recall: Recall) -> None:
        self.fleet = fleet
        self.here = here
        self.recall = recall
        self.clock_trusted = True
        self.watches: dict[str, Watch] = {}
        self.tied: set[str] = set()
        self._doubted_at: Millis = 0
        self._hour: tuple[Millis, Millis, int] = (0, 0, 0)
        self._night: tuple[Millis, Millis, bool] = (0, 0, False)
        self._stations: tuple[Device, ...] | None = None
        self._neighbours: dict[tuple[tuple[str, str], ...], tuple[Device, ...]] = {}

    def forget_fleet(self) -> None:
        """Devices have come, gone or moved."""
        self._stations = None
        self._neighbours.clear()

    def trust_clock(self, trusted: bool, now: Millis) -> bool:
        """Whether what is told as the time is the time; returns whether that is news."""
        if trusted is self.clock_trusted:
            return False
        self.clock_trusted = trusted
        self._doubted_at = now + 1
        return True

    def hour(self, now: Millis) -> int | None:
        """Of the local day."""
        return self._hour_at(now)[2] if self.clock_trusted else None

    def next_hour(self, after: Millis) -> Millis | None:
        """When it changes, or was known to be right or wrong."""
        if after < self._doubted_at:
            return self._doubted_at
        return self._hour_at(after)[1] if self.clock_trusted else None

    def is_night(self, now: Millis) -> bool | None:
        """Whether the sun is down."""
        return self._night_at(now)[2] if self.clock_trusted else None

    def next_twilight(self, after: Millis) -> Millis | None:
        """When that changes, or was known to be right or wrong."""
        if after < self._doubted_at:
            return self._doubted_at
        return self._night_at(after)[1] if self.clock_trusted else None

    def stations(self, question: Rain, device: Device) -> Iterator[Device]:
        """The weather stations that speak for the plot: those on it, or else all. None for a
        device that is on no plot."""
        plot = question.plot or device.plot
        if plot is None:
            return iter(())
        if self._stations is None:
            adopted = self.fleet.adopted()
            self._stations = tuple(one for one in adopted if one.kind.name == WEATHER)
        own = [one for one in self._stations if one.plot == plot]
        return iter(own or self._stations)

    def neighbours(self, question: Median, device: Device) -> tuple[Device, ...]:
        """The devices that are meant, the asking one among them if it is; none when it lacks what
        they should share with it."""
        of: list[tuple[str, str]] = []
        for field, name in question.of:
            wanted = name if name is not None else getattr(device, field)
            if wanted is None:
                return ()
            of.append((field, wanted))
        key = (("metric", question.metric), *of)
        if key not in self._neighbours:
            self._neighbours[key] = tuple(
                one
                for one in self.fleet.adopted()
                if one.kind.metric(question.metric)
                and all(has(one, field, wanted) for field, wanted in of)
            )
        return self._neighbours[key]

    def _hour_at(self, now: Millis) -> tuple[Millis, Millis, int]:
        begin, end, _ = self._hour
        if not begin <= now < end:
            self._hour = now, self.here.next_hour(now), self.here.hour(now)
        return self._hour

    def _night_at(self, now: Millis) -> tuple[Millis, Millis, bool]:
        begin, end, _ = self._night
        if not begin <= now < end:
            end = self.here.next_twilight(now) or now + POLAR_LOOK_MS
            self._night = now, end, self.here.is_night(now)
        return self._night


def has(device: Device, field: str, wanted: str) -> bool:
    """Whether the device is of that kind, at that place, …"""
    if field == "kind":
        return device.kind.name == wanted
    if field == "tag":
        return wanted in device.tags
    return bool(getattr(device, field) == wanted)
