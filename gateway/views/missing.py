"""What a device measured and the gateway does not have, as far as the numbers tell it."""

from dataclasses import dataclass

from gateway.clock import Millis
from gateway.fleet import Device
from gateway.sequences import AWAITED_MS, Gap


@dataclass(frozen=True, slots=True)
class Missing:
    """Gaps between the readings of a device, the newest first.

    `awaited` may still be resent; `lost` are too old for that, and stay in sight until the device
    has restarted a few times; `forgotten` counts readings of gaps that have left the memory.
    """

    awaited: tuple[Gap, ...] = ()
    lost: tuple[Gap, ...] = ()
    forgotten: int = 0

    @property
    def awaited_count(self) -> int:
        """Readings that may still come."""
        return sum(gap.readings for gap in self.awaited)

    @property
    def lost_count(self) -> int:
        """Readings that will not come any more."""
        return self.forgotten + sum(gap.readings for gap in self.lost)


def missing(device: Device, now: Millis) -> Missing:
    """What is missing of a device at `now`."""
    gaps = sorted(device.sequences.gaps(), key=lambda gap: gap.until, reverse=True)
    return Missing(
        tuple(gap for gap in gaps if now - gap.until <= AWAITED_MS),
        tuple(gap for gap in gaps if now - gap.until > AWAITED_MS),
        device.sequences.lost,
    )
