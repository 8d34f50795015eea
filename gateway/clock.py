"""The gateway's own time as everybody else sees it. Engines are told the time, and nobody asks the
machine's wall clock: that one may be wrong, and may jump."""

from collections.abc import Callable
from dataclasses import dataclass

from devices.reading import Millis

__all__ = ["ClockState", "Correction", "Millis", "Now"]

Now = Callable[[], Millis]
"""The gateway's time, UTC. It never goes back, except by a Correction."""


@dataclass(frozen=True, slots=True)
class Correction:
    """The gateway's time was wrong from `since` on, and is now `by` later than it was (or, below
    zero, earlier). What was stamped since then is to be stamped anew."""

    since: Millis
    by: Millis

    def of(self, at: Millis) -> Millis:
        """The corrected stamp; one from before `since` was right."""
        return at + self.by if at >= self.since else at

    def of_any(self, at: Millis | None) -> Millis | None:
        """The same for a stamp that may be missing."""
        return None if at is None else self.of(at)


@dataclass(frozen=True, slots=True)
class ClockState:
    """`trusted`: `own` may be shown as the time. Otherwise it only grows, by the second, from the
    last time that was known. `agrees`: the machine's `wall` clock says the same."""

    trusted: bool
    agrees: bool
    own: Millis
    wall: Millis
