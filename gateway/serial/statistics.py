"""What the gateway counts and knows of its serial lines, for `/metrics` and the technician."""

from collections import Counter
from dataclasses import dataclass, field

from devices.reading import Millis
from gateway.clock import Correction
from gateway.serial.exchange import Cause
from gateway.serial.port import PortTrouble


@dataclass(slots=True)
class DeviceStatistics:
    """One device of a line. `polls` = answered + failed; a poll may fail and retry several
    questions, each counted in `errors`. `trouble` is why its last poll brought nothing."""

    device: str
    address: int | None = None
    profile: str | None = None
    polls: int = 0
    failed: int = 0
    errors: Counter[Cause] = field(default_factory=Counter)
    answered_at: Millis | None = None
    trouble: Cause | None = None


@dataclass(slots=True)
class LineStatistics:
    """One serial port. `trouble` is why it cannot be used, None while it can; `since` is when it
    began to be usable or not, None before it was tried. `garbled` counts the lines that could not
    be read."""

    port: str
    trouble: PortTrouble | None = None
    since: Millis | None = None
    garbled: int = 0
    devices: dict[str, DeviceStatistics] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """Whether the port is open."""
        return self.since is not None and self.trouble is None

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        self.since = correction.of_any(self.since)
        for device in self.devices.values():
            device.answered_at = correction.of_any(device.answered_at)

    def turn(self, trouble: PortTrouble | None, now: Millis) -> bool:
        """Note how the port is; True when that is news."""
        if self.since is not None and trouble is self.trouble:
            return False
        if self.since is None or (trouble is None) != (self.trouble is None):
            self.since = now
        self.trouble = trouble
        return True
