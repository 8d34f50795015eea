"""A journal in memory for tests of the forwarder, and rows to put into it."""

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from devices.kinds import KINDS
from devices.text import Text
from gateway.clock import Millis
from gateway.fleet import Device, Fleet
from gateway.outbound import OutboundRows, SetAside

T0: Millis = 1_795_400_000_000
DEADLINE_S = 60.0


class MemoryRow(NamedTuple):
    """A message on its way to a store."""

    id: int
    device: int
    measured_at: Millis
    message: Mapping[str, object]


class MemoryJournal:
    """An `OutboundSource` whose changes a test can wait for, and the devices that it knows."""

    def __init__(self, fleet: Fleet | None = None) -> None:
        self.fleet = Fleet() if fleet is None else fleet
        self.rows: list[MemoryRow] = []
        self.cursors: dict[str, int] = {}
        self.aside: dict[str, list[SetAside]] = {}
        self.reads: list[int] = []
        self._changed = threading.Condition()

    def add(self, device: str, kind: str = "soil", **values: object) -> int:
        """Append a row one second after the last; returns its id."""
        id = len(self.rows) + 1
        found = self.fleet.get(device)
        if found is None:
            number = len(self.fleet) + 1
            found = Device(number, device, KINDS[kind], True, Text(device, device))
            self.fleet.add(found)
        self.rows.append(MemoryRow(id, found.number, T0 + id * 1000, {"seq": id, **values}))
        return id

    def read_after(self, cursor: int, limit: int) -> OutboundRows:
        with self._changed:
            rows = self.rows[cursor : cursor + limit]
            self.reads.append(len(rows))
            self._changed.notify_all()
        return rows_of(cursor, rows)

    def newest(self) -> int:
        return len(self.rows)

    def oldest_received_after(self, cursor: int) -> Millis | None:
        return self.rows[cursor].measured_at if cursor < len(self.rows) else None

    def cursor(self, name: str) -> int:
        return self.cursors.get(name, 0)

    def save_cursor(self, name: str, cursor: int, set_aside: Sequence[SetAside]) -> None:
        with self._changed:
            self.cursors[name] = cursor
            self.aside.setdefault(name, []).extend(set_aside)
            self._changed.notify_all()

    def aside_ids(self, sink: str) -> list[int]:
        return sorted(row.row_id for row in self.aside.get(sink, []))

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Block until a read or a save has made `condition` true."""
        with self._changed:
            assert self._changed.wait_for(condition, DEADLINE_S)


def rows_of(cursor: int, rows: Sequence[MemoryRow]) -> OutboundRows:
    """The rows in columns, as the journal gives them."""
    upto = rows[-1].id if rows else cursor
    ids, devices, times, messages = zip(*rows, strict=True) if rows else ((), (), (), ())
    return OutboundRows(upto, ids, devices, times, [dict(message) for message in messages])


def fleet_of(*devices: tuple[str, str | None, str | None], kind: str = "soil") -> Fleet:
    """A fleet of one kind: id, place, plot."""
    fleet = Fleet()
    for number, (device, place, plot) in enumerate(devices, 1):
        label = Text(device, device)
        fleet.add(Device(number, device, KINDS[kind], True, label, place=place, plot=plot))
    return fleet
