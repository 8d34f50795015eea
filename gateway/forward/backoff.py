"""How much to send at once and how long to wait, after what has happened. Pure."""

from dataclasses import dataclass

BATCH_MAX = 5_000
"""Lines a request; what InfluxDB recommends."""


TRY_LARGER_AFTER = 100
"""Batches that got through before one is tried that was too large for the store: its limits may
have been changed, and each try costs a batch over the line."""


@dataclass(frozen=True, slots=True)
class Delays:
    """Seconds between attempts: the first, doubled each time up to the longest; and the first
    after a mistake that only a person can correct."""

    first_s: float = 0.5
    mistake_s: float = 10.0
    longest_s: float = 60.0


class Backoff:
    """Remembers failures in a row and what size of batch gets through.

    A failure halves the batch and a success doubles it: over a thin line 5,000 lines may never
    arrive in time while 600 do, and a store in trouble is asked for little.
    """

    def __init__(self, delays: Delays, batch_max: int = BATCH_MAX) -> None:
        self._delays = delays
        self._batch_max = batch_max
        self._fits = batch_max
        self._successes = 0
        self._failures = 0
        self.batch = batch_max

    def succeeded(self) -> None:
        """A batch got through."""
        self._failures = 0
        self._successes += 1
        if self._successes % TRY_LARGER_AFTER == 0:
            self._fits = min(self._fits * 2, self._batch_max)
        self.batch = min(self.batch * 2, self._fits)

    def too_large(self, lines: int) -> None:
        """The store takes no batch of so many lines: no other is tried for a while."""
        self._successes = 0
        self._fits = max(1, min(self._fits, lines // 2))
        self.batch = min(self.batch, self._fits)

    def failed(self, luck: float, *, mistake: bool = False, at_least_s: float = 0.0) -> float:
        """How long to wait. `luck` in 0..1 spreads gateways that lost the same store.

        A person's mistake is no matter of size; and the whole batch tells best whether it is the
        settings that the store refuses, or a line.
        """
        first_s = self._delays.mistake_s if mistake else self._delays.first_s
        # The exponent is bounded, or a long outage would end in an overflow.
        delay_s: float = min(first_s * 2.0 ** min(self._failures, 30), self._delays.longest_s)
        self._failures += 1
        self.batch = self._fits if mistake else max(1, self.batch // 2)
        return max(delay_s * (0.5 + luck / 2), at_least_s)
