"""The time in tests of the outer layers."""

from devices.reading import Millis
from gateway.timekeeping.clocks import SystemClocks
from gateway.timekeeping.keeper import Evidence, MachineTime
from gateway.timekeeping.own_clock import OwnClock

now_ms = OwnClock(SystemClocks()).now
"""The time by this machine, as a gateway keeps it."""

NTP_WAITS = Evidence(expected=True)
NTP = Evidence(synchronised=True, expected=True, anchored=True)


class DrivenClocks:
    """A machine's clocks in the test's hand; implements `Clocks`."""

    def __init__(
        self, wall: Millis, evidence: Evidence = NTP, boot: str = "boot-1", up: Millis = 20_000
    ) -> None:
        self.wall = wall
        self.evidence = evidence
        self.boot = boot
        self._up = up

    def pass_ms(self, passed: Millis) -> None:
        self.wall += passed
        self._up += passed

    def uptime(self) -> Millis:
        return self._up

    def read(self) -> MachineTime:
        return MachineTime(self.wall, self._up, self.evidence)
