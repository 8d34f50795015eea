"""Keeps rollups up to date: device by device, so that the work is spread over the hours.

It blocks: a worker thread calls it, one at a time.
"""

from collections import deque
from zoneinfo import ZoneInfo

from devices.reading import Millis
from gateway.fleet import Device, Fleet
from gateway.journal.chain import Telemetry, walk
from gateway.journal.periods import held_from
from gateway.journal.reader import JournalReader
from gateway.journal.rollup import Day, LocalDays, fold
from gateway.journal.rollup_rows import Rolled, read_cursors, read_day, save
from gateway.journal.writer import JournalWriter

DEVICES_AT_ONCE = 20
"""Saved in one transaction where many are to be, which commits have to wait for."""
MESSAGES_AT_ONCE = 5000
"""Folded in one piece: bounds the memory where a device has said much since the last time."""


class RollupJob:
    """Folds what devices said into their days. Memory of how far it got is the journal's."""

    def __init__(
        self, reader: JournalReader, writer: JournalWriter, fleet: Fleet, zone: ZoneInfo
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._fleet = fleet
        self._days = LocalDays(zone)
        self._rotation: deque[Device] = deque()
        with reader.connection() as connection:
            self._cursors = read_cursors(connection)

    def run(self, devices: int, hours_from: Millis) -> None:
        """Bring the next so many devices up to date, in one transaction; hours of days that began
        before `hours_from` are dropped. Raises StoppedError when nothing is written any more."""
        if not self._rotation:  # who has waited longest comes first, also after a start
            self._rotation.extend(sorted(self._devices(), key=self._cursor))
        chosen = [self._rotation.popleft() for _ in range(min(devices, len(self._rotation)))]
        rolled = [found for device in chosen if (found := self._roll(device, hours_from))]
        if not rolled:
            return
        self._writer.run(lambda connection: save(connection, rolled)).result()
        self._cursors.update((one.device, one.cursor) for one in rolled)

    def catch_up(self) -> None:
        """Bring all devices up to date, before messages are deleted. Raises StoppedError."""
        self._rotation.clear()
        for _ in range(0, len(self._fleet), DEVICES_AT_ONCE):
            self.run(DEVICES_AT_ONCE, 0)

    def first_missing(self) -> int | None:
        """No message before this one is needed for rollups any more; None when none is at all."""
        return min(
            (
                cursor + 1
                for device in self._devices()
                if (cursor := self._cursor(device)) < (device.committed_message or 0)
            ),
            default=None,
        )

    def _devices(self) -> tuple[Device, ...]:
        """In one step, for the event loop may add one meanwhile."""
        return tuple(self._fleet)

    def _cursor(self, device: Device) -> int:
        return self._cursors.get(device.number, 0)

    def _roll(self, device: Device, hours_from: Millis) -> Rolled | None:
        """The days of a device that changed since the last time; None when it has been silent, or
        the times of what it said are not final."""
        newest = device.committed_message or 0
        oldest = self._cursor(device) + 1
        if newest < oldest:
            return None
        days: dict[Millis, Day] = {}
        with self._reader.connection() as connection:
            held = held_from(connection)
            if held is not None and newest >= held:
                return None  # among them is what will be stamped anew
            some: list[Telemetry] = []
            for message in walk(connection, newest, oldest):
                some.append(message)
                if len(some) == MESSAGES_AT_ONCE:
                    self._fold(device, some, days)
                    some = []
            self._fold(device, some, days)
            for start, day in days.items():
                if known := read_day(connection, device.number, start):
                    known.add(day)
                    days[start] = known
        return Rolled(device.number, days, newest, hours_from)

    def _fold(self, device: Device, messages: list[Telemetry], days: dict[Millis, Day]) -> None:
        for start, day in fold(messages, device.kind, self._days).items():
            days.setdefault(start, Day()).add(day)
