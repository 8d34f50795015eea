"""Rows on their way into a store: which lines they became, and which are none."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.outbound import OutboundRows, OutboundSource, SetAside

ROWS_AT_ONCE = 500
"""Read and encoded in one go: they stay in the processor's cache, and the event loop waits for
them a millisecond at most."""


@dataclass(slots=True)
class Lines:
    """`lines[n]` says what row `ids[n]` says. `upto` is the row behind which to go on."""

    upto: int
    ids: list[int]
    lines: list[bytes]
    set_aside: list[SetAside]

    @property
    def rows(self) -> int:
        """How many rows these are, those included that no store can take."""
        return len(self.ids) + len(self.set_aside)


Encode = Callable[[OutboundRows], Lines]


@dataclass(frozen=True, slots=True)
class Stream:
    """A sequence of rows, how they are said in line protocol, and the name of its cursor."""

    name: str
    source: OutboundSource
    encode: Encode

    def read(self, cursor: int, limit: int) -> Lines:
        """The oldest rows after the cursor as lines; blocks."""
        batch = Lines(cursor, [], [], [])
        while batch.rows < limit:
            wanted = min(limit - batch.rows, ROWS_AT_ONCE)
            some = self.encode(self.source.read_after(batch.upto, wanted))
            batch.upto = some.upto
            batch.ids += some.ids
            batch.lines += some.lines
            batch.set_aside += some.set_aside
            if some.rows < wanted:
                break
        return batch
