"""The last seven days: how much of the time devices worked, and how much of it is known.

Lights are judged by their nights, everything else by local calendar days.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.clock import Millis
from gateway.fleet import Device, Fleet
from gateway.health.uptime import Uptime, Window, days, nights, uptime
from gateway.history import History
from gateway.site import PlaceConfig

DAYS = 7
DAY_MS = 86_400_000
FRESH_MS = 60_000
"""A week changes by a thousandth in that time; computing it takes tens of milliseconds."""
JUDGED_BY_NIGHT = frozenset({"light"})


@dataclass(frozen=True, slots=True)
class Period:
    """One night or day from `start` to `end`, which is now while it still goes on."""

    start: Millis
    end: Millis
    uptime: Uptime


@dataclass(frozen=True, slots=True)
class Week:
    """Seven periods, oldest first, and all of them together. `nightly`: they are nights."""

    nightly: bool
    periods: tuple[Period, ...]
    whole: Uptime


class Weeks:
    """The weeks of all devices, computed in a worker thread and kept for a minute."""

    def __init__(self, place: PlaceConfig, fleet: Fleet, history: History) -> None:
        self._place = place
        self._zone = ZoneInfo(place.timezone)
        self._fleet = fleet
        self._history = history
        self._lock = asyncio.Lock()
        self._computed_at: Millis | None = None
        self._windows: Mapping[bool, Sequence[Window]] = {}
        self._uptimes: Mapping[str, Sequence[Uptime]] = {}
        self._of_kinds: dict[str, Week | None] = {}

    def today(self, now: Millis) -> date:
        """The local date."""
        return datetime.fromtimestamp(now / 1000, UTC).astimezone(self._zone).date()

    def midnight(self, now: Millis) -> Millis:
        """When the local day began."""
        start = datetime.combine(self.today(now), datetime.min.time(), self._zone)
        return round(start.timestamp() * 1000)

    def nights(self, start: Millis, end: Millis) -> list[Window]:
        """The nights that touch the range."""
        first = self.today(start) - timedelta(days=1)
        count = (self.today(end) - first).days + 1
        found = nights(self._place.latitude, self._place.longitude, self._zone, first, count)
        return [window for window in found if window[1] > start and window[0] < end]

    async def refresh(self, now: Millis) -> None:
        """Compute everything anew when it is older than a minute."""
        async with self._lock:
            if self._computed_at is not None and 0 <= now - self._computed_at < FRESH_MS:
                return
            windows = {nightly: self._last_windows(nightly, now) for nightly in (False, True)}
            nightly = {d.id: d.kind.name in JUDGED_BY_NIGHT for d in self._fleet.adopted()}
            self._uptimes = await asyncio.to_thread(self._compute, nightly, windows, now)
            self._of_kinds = {}
            self._windows = windows
            self._computed_at = now

    def of_kind(self, kind: str) -> Week | None:
        """The week of all devices of a kind, as of the last `refresh`; None without any."""
        if kind not in self._of_kinds:
            devices = [d.id for d in self._fleet.adopted() if d.kind.name == kind]
            self._of_kinds[kind] = self._week(devices, kind)
        return self._of_kinds[kind]

    def of_device(self, device: Device) -> Week | None:
        """The week of one device; None when it was not there at the last `refresh`."""
        return self._week([device.id], device.kind.name)

    def _week(self, devices: Iterable[str], kind: str) -> Week | None:
        rows = [self._uptimes[id] for id in devices if id in self._uptimes]
        if not rows:
            return None
        nightly = kind in JUDGED_BY_NIGHT
        periods = tuple(
            Period(start, end, _together(uptimes[index] for uptimes in rows))
            for index, (start, end) in enumerate(self._windows[nightly])
        )
        return Week(nightly, periods, _together(period.uptime for period in periods))

    def _last_windows(self, nightly: bool, now: Millis) -> list[Window]:
        if nightly:
            found = self.nights(now - (DAYS + 1) * DAY_MS, now)
        else:
            found = days(self._zone, self.today(now) - timedelta(days=DAYS), DAYS + 1)
        begun = [(start, min(end, now)) for start, end in found if start < now]
        return begun[-DAYS:]

    def _compute(
        self,
        nightly: Mapping[str, bool],
        windows: Mapping[bool, Sequence[Window]],
        now: Millis,
    ) -> Mapping[str, Sequence[Uptime]]:
        start = min(window[0] for found in windows.values() for window in found)
        changes = self._history.states(start, now)
        return {
            device: [uptime(changes.get(device, ()), [window]) for window in windows[by_night]]
            for device, by_night in nightly.items()
        }


def _together(uptimes: Iterable[Uptime]) -> Uptime:
    return sum(uptimes, Uptime())
