"""A journal in memory for tests of the forwarder, and rows to put into it."""

import json
import threading
from collections.abc import Callable, Sequence

from devices.kinds import KINDS
from devices.text import Text
from gateway.clock import Millis
from gateway.fleet import Device, Fleet
from gateway.outbound import OutboundRow, SetAside

T0: Millis = 1_795_400_000_000
DEADLINE_S = 60.0


class MemoryJournal:
    """An `OutboundSource` whose changes a test can wait for."""

    def __init__(self) -> None:
        self.rows: list[OutboundRow] = []
        self.cursors: dict[str, int] = {}
        self.aside: dict[str, list[SetAside]] = {}
        self.reads: list[int] = []
        self._changed = threading.Condition()

    def add(self, device: str, kind: str = "soil", **values: object) -> int:
        """Append a row one second after the last; returns its id."""
        number = len(self.rows) + 1
        body = json.dumps({"seq": number, **values}).encode()
        self.rows.append(OutboundRow(number, device, kind, T0 + number * 1000, body))
        return number

    def read_after(self, cursor: int, limit: int) -> Sequence[OutboundRow]:
        with self._changed:
            rows = self.rows[cursor : cursor + limit]
            self.reads.append(len(rows))
            self._changed.notify_all()
        return rows

    def newest(self) -> int:
        return len(self.rows)

    def oldest_received_after(self, cursor: int) -> Millis | None:
        return self.rows[cursor].measured_at if cursor < len(self.rows) else None

    def cursor(self, sink: str) -> int:
        return self.cursors.get(sink, 0)

    def save_cursor(self, sink: str, cursor: int, set_aside: Sequence[SetAside]) -> None:
        with self._changed:
            self.cursors[sink] = cursor
            self.aside.setdefault(sink, []).extend(set_aside)
            self._changed.notify_all()

    def aside_ids(self, sink: str) -> list[int]:
        return sorted(row.row_id for row in self.aside.get(sink, []))

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Block until a read or a save has made `condition` true."""
        with self._changed:
            assert self._changed.wait_for(condition, DEADLINE_S)


def fleet_of(*devices: tuple[str, str | None, str | None]) -> Fleet:
    """A fleet of soil probes: id, place, plot."""
    fleet = Fleet()
    for number, (device, place, plot) in enumerate(devices, 1):
        label = Text(device, device)
        fleet.add(Device(number, device, KINDS["soil"], True, label, place=place, plot=plot))
    return fleet
