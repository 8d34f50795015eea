"""The messages of a journal, also beside a gateway that writes to it. Reads, and writes nothing."""

import json
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from devices.reading import Millis
from devices.topics import Channel
from gateway.backtest.rows import ClockSet, Piece, Row, Span
from gateway.clock import Correction, Trust
from gateway.delivery import RETAINED
from gateway.fleet import Fleet
from gateway.journal.batch import CHANNEL_CODES
from gateway.journal.database import JournalError
from gateway.journal.memory import known_device
from gateway.reports import apply_report
from gateway.site import Site

ROWS_AT_ONCE = 2000
"""Some ten milliseconds of work; no question to the journal lasts longer, see `journal.export`."""
WARM_UP_MS: Millis = 3 * 86_400_000
"""Played before what is counted: by then devices have reported, windows are full (the longest that
a rule asks about the rain is three days), and what fires has fired."""

LOOKED_BACK = 2_000_000
"""Messages before that which are searched for what devices said of themselves: some seconds. A
hamlet of 340 devices needs weeks for so many."""
_SEARCHED_AT_ONCE = 100_000

_SAID = (
    "SELECT device, received_at, body FROM message WHERE id > ? AND id < ? AND channel = ?"
    " ORDER BY id DESC"
)
_ROWS = (
    "SELECT id, device, channel, measured_at, received_at, body FROM message"
    " WHERE id > ? AND id <= ? ORDER BY id LIMIT ?"
)


class _Period(NamedTuple):
    """Messages that were stamped by one clock, up to `last`."""

    last: int
    begun_by: ClockSet


class JournalRows:
    """A Source. `warm_up_ms` is played before what is counted, if it is there.

    Raises JournalError when the journal has no messages of that time, DeviceConflictError, and
    whatever SQLite says of a file that cannot be read.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        site: Site,
        span: Span,
        warm_up_ms: Millis = WARM_UP_MS,
    ) -> None:
        self._connection = connection
        ends = connection.execute("SELECT min(id), max(id) FROM message").fetchone()
        if ends[0] is None:
            raise JournalError("the journal has no messages yet")
        self._oldest: int = ends[0]
        self._newest: int = ends[1]
        first, self._last = self._first_since(span.start - warm_up_ms), self._newest
        if span.end <= self._received_at(self._newest):
            self._last = self._first_since(span.end) - 1
        if self._last < max(first, self._first_since(span.start)):
            raise JournalError("the journal has no messages of that time")
        self._first = first
        began = self._received_at(first)
        self.span = Span(max(span.start, began), min(span.end, self._received_at(self._newest) + 1))
        self.fleet = _load_fleet(connection, site, self._oldest, first)

    def __iter__(self) -> Iterator[Piece]:
        at, count = self._first - 1, self._last - self._first + 1
        for last, clock_set in _periods(self._connection, self._first, self._last):
            begun_by: ClockSet | None = clock_set
            while at < last:
                rows: list[Row] = self._connection.execute(
                    _ROWS, [at, last, ROWS_AT_ONCE]
                ).fetchall()
                at = rows[-1][0] if len(rows) == ROWS_AT_ONCE else last
                yield Piece(rows, (at - self._first + 1) / count, begun_by)
                begun_by = None

    def _first_since(self, at: Millis) -> int:
        """The first message that came at that time or later; the one after the newest if none did.
        Times grow with the ids, but where a clock was set back."""
        low, high = self._oldest, self._newest + 1
        while low < high:
            middle = (low + high) // 2
            if self._received_at(middle) < at:
                low = middle + 1
            else:
                high = middle
        return low

    def _received_at(self, message: int) -> Millis:
        """Of that message, or of the next one that is there."""
        found: tuple[Millis] = self._connection.execute(
            "SELECT received_at FROM message WHERE id >= ? ORDER BY id LIMIT 1", [message]
        ).fetchone()
        return found[0]


def _periods(connection: sqlite3.Connection, first: int, last: int) -> list[_Period]:
    """What came while nobody knew the time has been stamped anew, and needs no correction."""
    found = connection.execute(
        "SELECT period.last_message, period.since, period.trust,"
        " before.trust, before.since, before.correction, before.last_message >= ?1"
        " FROM clock_period AS period LEFT JOIN clock_period AS before ON before.id = period.id - 1"
        " WHERE coalesce(period.last_message, ?2) >= ?1 AND period.first_message <= ?2"
        " ORDER BY period.id",
        [first, last],
    ).fetchall()
    periods: list[_Period] = []
    for end, since, trust, trusted_before, since_before, by, is_within in found:
        corrected = by and is_within and Trust(trusted_before) is not Trust.NONE
        correction = Correction(since_before, by) if corrected else None
        clock_set = ClockSet(since, Trust(trust) is not Trust.NONE, correction)
        periods.append(_Period(last if end is None else min(end, last), clock_set))
    return periods or [_Period(last, ClockSet(0, trusted=True))]


def _load_fleet(connection: sqlite3.Connection, site: Site, oldest: int, first: int) -> Fleet:
    """The devices as they are described today, each with what it had said of itself before the
    first row: a device that now reports every minute may have done so every hour then. Who said
    nothing for very long is taken to have said what is known of it now. Of their readings nothing
    is known."""
    listed = {config.id: config for config in site.devices}
    fleet = Fleet()
    now_known = {}
    rows = connection.execute(
        "SELECT number, id, kind, adopted, json_extract(snapshot, '$.info') FROM device"
        " ORDER BY number"
    ).fetchall()
    for number, id, kind, adopted, info in rows:
        device = known_device(number, id, kind, bool(adopted), None, listed.get(id))
        fleet.add(device)
        if info:
            now_known[number] = device, info
    end = first
    while now_known and end > max(oldest, first - LOOKED_BACK):
        start = max(end - _SEARCHED_AT_ONCE, oldest)
        said = connection.execute(_SAID, [start - 1, end, CHANNEL_CODES[Channel.INFO]])
        for number, at, body in said.fetchall():
            if number in now_known:
                device, _ = now_known.pop(number)
                apply_report(device, Channel.INFO, body, RETAINED, at)
        end = start
    if end > oldest:
        for device, info in now_known.values():
            device.info = json.loads(info)
            device.take_interval()
    return fleet
