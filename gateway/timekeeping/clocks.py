"""What the machine says of the time: its clocks, and what keeps them right. Linux only."""

import ctypes
import time
from functools import cache
from pathlib import Path
from typing import Protocol

from gateway.clock import Millis
from gateway.timekeeping.keeper import Evidence, MachineTime

NTP_CLIENTS = tuple(
    Path("/run") / name
    for name in ("systemd/timesync", "chrony", "chronyd.pid", "ntpd.pid", "openntpd.pid")
)
"""One of these is there while an NTP client runs."""
SYNCHRONISED_ONCE = Path("/run/systemd/timesync/synchronized")
"""systemd-timesyncd has set the clock since the machine started."""
HARDWARE_CLOCK = Path("/sys/class/rtc/rtc0/since_epoch")
HARDWARE_CLOCK_OFF_MAX_S = 300
"""A battery clock that says something else than the wall clock did not set it: its battery is
missing or empty, as on most Raspberry Pi 5."""
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
UNSYNCHRONISED = 0x0040
"""STA_UNSYNC of adjtimex(2): set at boot, cleared by an NTP client, set again by whoever sets the
date by hand."""


class Clocks(Protocol):
    """The clocks of a machine. `boot` names the run of the machine that goes on."""

    boot: str

    def uptime(self) -> Millis:
        """Since the machine's start, sleep included; it never jumps."""
        ...

    def read(self) -> MachineTime:
        """Everything at once."""
        ...


class SystemClocks:
    """The machine that this program runs on."""

    def __init__(self) -> None:
        self.boot = BOOT_ID.read_text().strip()

    def uptime(self) -> Millis:
        """See Clocks."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def read(self) -> MachineTime:
        """See Clocks."""
        return MachineTime(time.time_ns() // 1_000_000, self.uptime(), _evidence())


def _evidence() -> Evidence:
    once = SYNCHRONISED_ONCE.exists()
    kernel = _kernel_status()
    # A sandbox may forbid the question; then only timesyncd's own mark is left.
    synchronised = once if kernel is None else not kernel & UNSYNCHRONISED
    expected = any(path.exists() for path in NTP_CLIENTS)
    return Evidence(synchronised, expected, once or _set_by_hardware_clock())


def _set_by_hardware_clock() -> bool:
    try:
        shown = int(HARDWARE_CLOCK.read_text())
    except (OSError, ValueError):
        return False
    return abs(shown - time.time()) <= HARDWARE_CLOCK_OFF_MAX_S


class _Timex(ctypes.Structure):
    """The beginning of `struct timex`; the kernel fills in more than is named here."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


@cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None)


def _kernel_status() -> int | None:
    """The status bits of the kernel's clock, or None when it may not be asked."""
    asked = _Timex()  # modes 0: nothing is set
    if _libc().adjtimex(ctypes.byref(asked)) < 0:
        return None
    status: int = asked.status
    return status
