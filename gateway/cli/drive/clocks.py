"""The clocks of a machine that exists in virtual time."""

from devices.reading import Millis
from gateway.timekeeping.keeper import Evidence, MachineTime

NTP = Evidence(synchronised=True, expected=True, anchored=True)
"""The machine is on the Internet, and its clock is right."""
NTP_MISSING = Evidence(expected=True)
"""A Raspberry Pi that has booted without the Internet: its clock shows anything."""

BOOT_MS: Millis = 20_000
"""Between power and the gateway's start."""


class VirtualClocks:
    """Implements `Clocks`. `now` is the true time; the wall clock is `error` ahead of it."""

    def __init__(self, now: Millis) -> None:
        self.now = now
        self.error: Millis = 0
        self.evidence = NTP
        self.boot = ""
        self._on_at: Millis = 0
        self.reboot()

    def reboot(self) -> None:
        """The machine has power again."""
        self._on_at = self.now - BOOT_MS
        self.boot = f"boot-{self.now}"

    def uptime(self) -> Millis:
        """See Clocks."""
        return self.now - self._on_at

    def read(self) -> MachineTime:
        """See Clocks."""
        return MachineTime(self.now + self.error, self.uptime(), self.evidence)
