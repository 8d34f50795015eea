"""What a store may answer to a batch of lines: all that the forwarder knows of it.

A sink only says what happened to one request. When to try again, how much to send and what to set
aside is decided once, outside.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stored:
    """Every line is in the store."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Some lines were not taken and never will be. `faults`, never empty, says why by position.

    `certain`: each of these lines is at fault. Otherwise at least one of them is, and smaller
    batches must tell which. The other lines may or may not be stored: sending them again is
    harmless, as a point with the same tags and time replaces itself.
    """

    faults: Mapping[int, str]
    certain: bool


@dataclass(frozen=True, slots=True)
class TooLarge:
    """The store takes no batch of this size."""

    reason: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Nothing is known to be stored, and it is no fault of the lines.

    `mistake`: it stays so until a person changes something. `retry_after_s` is the store's wish.
    """

    reason: str
    mistake: bool = False
    retry_after_s: float = 0.0


Answer = Stored | Refused | TooLarge | Trouble


class Sink(Protocol):
    """A store that takes line protocol. Its methods block; one thread at a time calls them."""

    name: str

    def write(self, lines: Sequence[bytes]) -> Answer:
        """Send the lines in one request, within a bounded time. Answers, never raises, when the
        store, the network or the settings are at fault."""
        ...

    def pause_s(self) -> float:
        """How long to wait before the next `write`, for the sake of the line."""
        ...

    def close(self) -> None:
        """Drop the connections; a `write` under way ends at once. Any thread may call it."""
        ...
