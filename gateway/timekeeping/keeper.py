"""Keeps the gateway's own time over wrong and jumping wall clocks.

Pure: it is told what the machine's clocks say. A Raspberry Pi has no battery clock: after a power
cut its wall clock shows a plausible time that may be hours or years behind. Own time is an offset
to the machine's uptime, which never jumps; the wall clock gives the offset only on evidence.
"""

from dataclasses import dataclass

from gateway.clock import ClockState, Correction, Millis, Scale, Trust

STEP_MS = 2_000
"""A smaller difference is a leap second or the clock being kept right, and is followed slowly."""
SLEW_DIVISOR = 20
"""So slowly that a lease of 90 s is never more than 5 s off."""
BEHIND_MAX_MS = 60_000
"""A wall clock this far behind the newest record of the journal is certainly wrong; less may come
from a restart that followed a correction."""
AFTER_NEWEST_MS = 120_000
"""While nobody knows the time, it goes on this much after the newest message of the journal. The
gateway reports of itself every minute, so that nothing was recorded later than that."""
REPAIR_MIN_MS = 60_000
"""A clock that was trusted and found to be wrong by less has drifted; that is no reason to write a
month of messages anew."""
RELEASED: Millis = 1_767_225_600_000
"""2026-01-01: no clock is right that shows a time before this program was written."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for the wall clock.

    `synchronised`: an NTP client keeps it right at present. `expected`: such a client is there, and
    has not managed yet. `anchored`: a battery clock or NTP has set it since the machine started.
    """

    synchronised: bool = False
    expected: bool = False
    anchored: bool = False


@dataclass(frozen=True, slots=True)
class MachineTime:
    """One look at the machine's clocks. `uptime` counts from its start, sleep included."""

    wall: Millis
    uptime: Millis
    evidence: Evidence


class Keeper:
    """Own time. `newest` is that of the newest message in the journal; `earlier` is the scale that
    a gateway used before in this same run of the machine."""

    def __init__(
        self, machine: MachineTime, newest: Millis = 0, earlier: Scale | None = None
    ) -> None:
        self._slewed_at = machine.uptime
        if earlier is not None and earlier.trust is not Trust.ASSUMED:
            self.scale = earlier
        else:
            self.scale = _first_scale(machine, newest)
        self._last = self.scale.offset + machine.uptime
        self._ahead = machine.wall - self._last

    def own_time(self, uptime: Millis) -> Millis:
        """Own time. It stands still rather than go back."""
        self._last = max(self._last, uptime + self.scale.offset)
        return self._last

    def state(self, uptime: Millis) -> ClockState:
        """As of the last look."""
        own = self.own_time(uptime)
        return ClockState(self.scale.trusted, abs(self._ahead) <= STEP_MS, own, own + self._ahead)

    def look(self, machine: MachineTime) -> Correction | None:
        """Compare with the wall clock, every second or so; the correction that follows from it."""
        self._ahead = machine.wall - self.own_time(machine.uptime)
        if machine.evidence.synchronised:
            return self.believe(machine)
        if self.scale.trusted:
            self._slew(machine.uptime)
        return None

    def believe(self, machine: MachineTime) -> Correction | None:
        """The wall clock is right: NTP or a person says so."""
        self._ahead = machine.wall - self.own_time(machine.uptime)
        before = self.scale
        if self.scale.trusted and abs(self._ahead) <= STEP_MS:
            self.scale = Scale(Trust.PROVEN, before.offset, before.since)
            self._slew(machine.uptime)
            return None
        by, self._ahead, self._last = self._ahead, 0, machine.wall
        self.scale = Scale(Trust.PROVEN, machine.wall - machine.uptime, machine.wall)
        return Correction(before.since, by, _is_for_the_journal(before, by, machine.wall))

    def _slew(self, uptime: Millis) -> None:
        most = (uptime - self._slewed_at) // SLEW_DIVISOR
        self._slewed_at = uptime
        by = max(-most, min(self._ahead, most)) if abs(self._ahead) <= STEP_MS else 0
        self._ahead -= by
        self.scale = Scale(self.scale.trust, self.scale.offset + by, self.scale.since)


def _is_for_the_journal(scale: Scale, by: Millis, now: Millis) -> bool:
    """What was proven stays, unless all of it now lies ahead: then somebody's word was wrong."""
    if scale.trust is Trust.PROVEN:
        return scale.since > now
    return scale.trust is Trust.NONE or abs(by) >= REPAIR_MIN_MS


def _first_scale(machine: MachineTime, newest: Millis) -> Scale:
    wall, evidence = machine.wall, machine.evidence
    if evidence.synchronised:
        trust = Trust.PROVEN
    elif wall < max(newest - BEHIND_MAX_MS, RELEASED):
        trust = Trust.NONE
    elif evidence.anchored or not evidence.expected:
        trust = Trust.ASSUMED
    else:
        trust = Trust.NONE
    now = wall if trust is not Trust.NONE else max(wall, newest + AFTER_NEWEST_MS)
    return Scale(trust, now - machine.uptime, now)
