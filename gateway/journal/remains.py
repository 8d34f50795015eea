"""Every message that a damaged journal still holds, each once.

SQLite reads them first. What it does not find any more, because a page that led there is damaged
and at times does not look it, is then looked for on every page.
"""

import sqlite3
from collections.abc import Collection, Iterator, Set
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from devices.messages import decode_status
from devices.rejection import RejectedError
from devices.topics import Channel
from gateway.journal.batch import CHANNELS
from gateway.journal.chain import parse
from gateway.journal.database import JournalDamagedError
from gateway.journal.ids import Ids
from gateway.journal.leaves import rows_on_leaf
from gateway.journal.mending import UNREADABLE, kept_first_page
from gateway.journal.pages import Pages, free_pages
from gateway.journal.rescue import IDS_UNKNOWN, TIME_MAX

COLUMNS = "id, device, previous, channel, measured_at, received_at, boot, seq, body"
_FROM = f"SELECT {COLUMNS} FROM message WHERE id >= ? ORDER BY id"  # noqa: S608  # constants
_TYPES = (int, int, int | None, int, int, int, str | None, int | None, bytes)

Row = tuple[Any, ...]


class Remains:
    """What is left of the journal in `file`, which `source` reads. `devices` are the numbers that
    messages may be of; none has an id above `limit`. `found` grows while one iterates."""

    def __init__(
        self, source: sqlite3.Connection, file: Path, devices: Collection[int], limit: int
    ) -> None:
        self._source = source
        self._file = file
        self._devices = devices
        self._limit = limit
        self.found = Ids()

    def messages(self) -> Iterator[tuple[float, Row]]:
        """The columns of each, and how much has been looked through, 0 to 1."""
        newest = self._newest()
        for row in self._through_sqlite():
            if self._is_sound(row) and self.found.add(row[0]):
                yield min(1, row[0] / newest) / 2, row
        with open_leaves(self._file) as leaves:
            # What was deleted because it was old can be told by its page, or else by its age.
            oldest = 1 if leaves.tell_deleted else self.found.first()
            for share, (id, *columns) in leaves.rows():
                if id >= oldest and len(columns) == len(_TYPES) and columns[0] is None:
                    row = (id, *columns[1:])
                    if self._is_sound(row) and self.found.add(id):
                        yield (1 + share) / 2, row

    def _newest(self) -> int:
        with suppress(*UNREADABLE):
            newest = self._source.execute("SELECT max(id) FROM message").fetchone()[0]
            if newest is not None and 0 < newest <= self._limit:
                return int(newest)
        return self._limit

    def _through_sqlite(self) -> Iterator[Row]:
        """In order, and from behind what cannot be read at ever wider steps. So it goes on, too,
        where the messages only seem to end or are far from the last."""
        first = step = 1
        nothing_yet = True
        while first <= self._limit:
            with suppress(*UNREADABLE):
                for row in self._source.execute(_FROM, [first]):
                    if not first <= row[0] <= self._limit:
                        break  # a damaged id, after which nothing is in order
                    if row[0] - first > IDS_UNKNOWN and not nothing_yet:
                        break
                    first, step, nothing_yet = row[0] + 1, 1, False
                    yield row
            first += step
            step *= 2

    def _is_sound(self, row: Row) -> bool:
        """Whether it can be what was written."""
        if not all(isinstance(value, kind) for value, kind in zip(row, _TYPES, strict=True)):
            return False
        id, device, previous, channel, measured_at, received_at, _, seq, body = row
        return (
            0 < id <= self._limit
            and device in self._devices
            and (previous is None or 0 < previous < id)
            and 0 <= channel < len(CHANNELS)
            and max(abs(measured_at), abs(received_at)) < TIME_MAX
            and _is_body(CHANNELS[channel], seq, body)
        )


class Leaves:
    """The rows of a journal's tables, whatever leads to them. `tell_deleted`: pages that hold only
    what was deleted are known, and left out."""

    def __init__(self, pages: Pages, free: set[int] | None) -> None:
        self._pages = pages
        self._free: Set[int] = free or frozenset()
        self.tell_deleted = free is not None

    def rows(self) -> Iterator[tuple[float, Row]]:
        """Rowid and columns of each, and how many of the pages have been looked at, 0 to 1."""
        for number in range(2, self._pages.count + 1):
            if number not in self._free:
                for row in rows_on_leaf(self._pages[number], self._pages):
                    yield number / self._pages.count, row


@contextmanager
def open_leaves(file: Path) -> Iterator[Leaves]:
    """Of a journal and its log. Raises OSError."""
    with ExitStack() as files:
        log = None
        with suppress(FileNotFoundError):
            log = files.enter_context(Path(f"{file}-wal").open("rb"))
        pages = Pages(files.enter_context(file.open("rb")), log)
        yield Leaves(pages, free_pages(pages, kept_first_page(file) or pages[1]))


def _is_body(channel: Channel, seq: int | None, body: bytes) -> bool:
    try:
        if channel is Channel.STATUS:
            decode_status(body)
            return True
        message = parse(body)
    except (RejectedError, JournalDamagedError, RecursionError):
        return False
    if not isinstance(message, dict):
        return False
    return channel is not Channel.TELEMETRY or bool(message.get("seq", seq) == seq)
