"""What is played back: messages in the order in which they came, some thousands at a time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from devices.reading import Millis
from gateway.clock import Correction
from gateway.fleet import Fleet

Row = tuple[int, int, int, Millis, Millis, bytes]
"""id, device number, channel code, measured_at, received_at, body: as the journal has a message. A
plain tuple, because there are millions. Telemetry was validated when it came."""


def received_at(row: Row) -> Millis:
    """When the message came."""
    return row[4]


class ClockSet(NamedTuple):
    """From `now` on the gateway went by another clock, or believed it (`trusted`) or not; it knew
    then by how much the one before was wrong, if it was."""

    now: Millis
    trusted: bool
    correction: Correction | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Some rows, before which the clock may have been set. `share` is how much of everything has
    been read with them, 0 to 1."""

    rows: Sequence[Row]
    share: float
    clock_set: ClockSet | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """What is counted, half-open. What comes before `start` is played only so that the rules know
    at `start` what they would have known."""

    start: Millis
    end: Millis


class Source(Protocol):
    """Where readings of the past come from. `fleet` has every device that appears in the rows, by
    number; nothing is known of them yet. `span` is what there is of what was asked for."""

    fleet: Fleet
    span: Span

    def __iter__(self) -> Iterator[Piece]: ...


def in_pieces(rows: Sequence[Row], size: int) -> Iterable[Piece]:
    """Rows that are all in memory."""
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        yield Piece(part, (start + len(part)) / len(rows))
