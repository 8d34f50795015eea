"""The newest messages on disk, kept in memory until they are forwarded.

A forwarder that keeps up finds here what it would have to read back from the file. Nothing depends
on it: what is not here is in the journal.
"""

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from gateway.journal.batch import MessageRow

BYTES_MAX = 8_000_000
"""Some 14,000 messages: what comes at full speed while one batch is on its way to the store. A
store that is away costs no more than that."""
ROW_BYTES = 250
"""What a row takes beside its body."""


class _Committed(NamedTuple):
    """A batch that is on disk: the ids of its rows follow one another."""

    rows: Sequence[MessageRow]
    first: int
    last: int
    bytes: int

    def telemetry_after(self, cursor: int) -> Iterator[MessageRow]:
        rows = self.rows if cursor < self.first else self.rows[cursor + 1 - self.first :]
        return (row for row in rows if row[3] == 0)


class RecentMessages:
    """Rows in the order of their ids, none left out in between. Any thread may call."""

    def __init__(self) -> None:
        self._batches: deque[_Committed] = deque()
        self._bytes = 0
        self._access = threading.Lock()

    def add(self, rows: Sequence[MessageRow]) -> None:
        """These were committed, behind those of the last call; they must not change any more."""
        if not rows:
            return
        size = sum(ROW_BYTES + len(row[8]) for row in rows)
        batch = _Committed(rows, rows[0][0], rows[-1][0], size)
        with self._access:
            self._batches.append(batch)
            self._bytes += size
            while self._bytes > BYTES_MAX:
                self._drop_oldest()

    def forget(self, upto: int) -> None:
        """Those up to that id are not needed any more."""
        with self._access:
            while self._batches and self._batches[0].last <= upto:
                self._drop_oldest()

    def telemetry_after(self, cursor: int, limit: int) -> Sequence[MessageRow] | None:
        """The oldest telemetry with an id above `cursor`, at most `limit`, fewer only when there
        is no more of it; None when only the journal can tell."""
        with self._access:
            if not self._batches or self._batches[0].first > cursor + 1:
                return None
            batches = [batch for batch in self._batches if batch.last > cursor]
        rows = chain.from_iterable(batch.telemetry_after(cursor) for batch in batches)
        return list(islice(rows, limit))

    def _drop_oldest(self) -> None:
        self._bytes -= self._batches.popleft().bytes
