"""What leaves the hamlet for another store: journal rows, and how far each store has got.

The journal implements `OutboundSource`, once for readings and once for the states of devices; the
forwarder reads them. Each stream of rows into a store has a cursor of its own, by name: the id of
the last row that the store holds, or that was set aside because it never will.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from gateway.clock import Millis


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that a store will never take, and why."""

    row_id: int
    reason: str


class OutboundRows(NamedTuple):
    """Rows in columns of the same length, in the order of their ids; `devices` are numbers.

    A message is what was said, as JSON objects are in Python; it is the receiver's to change.
    `upto` is the id behind which to go on: every row up to it is in the columns, or in `set_aside`
    because the journal itself knows that no store can use it. Columns and not a record a row,
    because this is the hot path of forwarding.
    """

    upto: int
    ids: Sequence[int]
    devices: Sequence[int]
    measured_at: Sequence[Millis]
    messages: Sequence[dict[str, Any]]
    set_aside: Sequence[SetAside] = ()


class OutboundSource(Protocol):
    """The journal as a forwarder sees it. Its methods block, so worker threads call them: any
    thread, several at a time. They raise StoreError while the disk cannot be read."""

    def read_after(self, cursor: int, limit: int) -> OutboundRows:
        """The oldest committed rows with an id above `cursor`, at most `limit`; fewer only when
        there are no more of them now, or when those that follow must wait."""
        ...

    def newest(self) -> int:
        """The id of the newest committed row; 0 when there is none."""
        ...

    def oldest_received_after(self, cursor: int) -> Millis | None:
        """When the oldest row with an id above `cursor` was received; None when there is none."""
        ...

    def cursor(self, name: str) -> int:
        """The saved cursor of that name; 0 for one that is new."""
        ...

    def save_cursor(self, name: str, cursor: int, set_aside: Sequence[SetAside]) -> None:
        """Save the cursor and, in the same transaction, what was set aside on the way to it.

        Returns after the commit.
        """
        ...
