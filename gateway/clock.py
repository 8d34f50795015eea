"""The gateway's own time as everybody else sees it. Engines are told the time, and nobody asks the
machine's wall clock: that one may be wrong, and may jump."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from devices.reading import Millis

__all__ = ["ClockState", "Correction", "Millis", "Now", "Scale", "Trust"]

Now = Callable[[], Millis]
"""The gateway's time, UTC. It never goes back, except by a Correction."""


class Trust(Enum):
    """How far the gateway's time can be believed."""

    NONE = "none"  # a lower bound: it grows, but nobody knows how late it really is
    ASSUMED = "assumed"  # nothing speaks for it, and nothing against it
    PROVEN = "proven"  # by NTP or a person's word, and by the uptime since


@dataclass(frozen=True, slots=True)
class Scale:
    """A stretch of time counted without a break: the time is `offset` + uptime from `since` on."""

    trust: Trust
    offset: Millis
    since: Millis

    @property
    def trusted(self) -> bool:
        """Whether its times may be shown as such."""
        return self.trust is not Trust.NONE


@dataclass(frozen=True, slots=True)
class Correction:
    """The gateway's time was wrong from `since` on, and is now `by` later than it was (or, below
    zero, earlier). What runs is to go on as if nothing had happened. `in_journal`: what was
    decided since then is to be stamped anew in the journal, too."""

    since: Millis
    by: Millis
    in_journal: bool = True

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
