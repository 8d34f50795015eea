"""What leaves the hamlet for another store: journal rows, and how far each store has got.

The journal implements `OutboundSource`; the forwarder reads it. A sink is another store by name,
e.g. `influxdb`; each has a cursor of its own: the id of the last row that it holds, or that was
set aside because it never will.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gateway.clock import Millis


@dataclass(frozen=True, slots=True)
class OutboundRow:
    """One accepted telemetry message as the journal holds it.

    `id` grows with every row, first 1. `body` is the validated payload as it was sent.
    """

    id: int
    device: str
    kind: str
    measured_at: Millis
    body: bytes


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that a store will never take, and why."""

    row_id: int
    reason: str


class OutboundSource(Protocol):
    """The journal as a forwarder sees it. Its methods block, so worker threads call them: any
    thread, several at a time."""

    def read_after(self, cursor: int, limit: int) -> Sequence[OutboundRow]:
        """The oldest committed rows with an id above `cursor`, in order, at most `limit`."""
        ...

    def newest(self) -> int:
        """The id of the newest committed row; 0 when there is none."""
        ...

    def oldest_received_after(self, cursor: int) -> Millis | None:
        """When the oldest row with an id above `cursor` was received; None when there is none."""
        ...

    def cursor(self, sink: str) -> int:
        """The saved cursor of `sink`; 0 for one that is new."""
        ...

    def save_cursor(self, sink: str, cursor: int, set_aside: Sequence[SetAside]) -> None:
        """Save the cursor and, in the same transaction, what was set aside on the way to it.

        Returns after the commit.
        """
        ...
