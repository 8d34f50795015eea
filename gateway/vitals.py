"""What the machine and the process say of themselves: /proc, /sys and the file system of the data.

Blocking reads of small files. Knows no device and no metric's limits; what a machine does not tell
is absent, never zero.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from devices.metric import Value

KIB = 1024
"""What /proc counts memory in."""
MB = 1_000_000
POWER_SENSOR = "rpi_volt"
"""The driver by which a Raspberry Pi says that its supply is too weak."""


class Machine:
    """Reads the figures. `journal` is the journal's file, on the disk in question; /proc and /sys
    are in `root`."""

    def __init__(self, journal: Path, root: Path = Path("/")) -> None:
        self._journal = journal
        self._proc = root / "proc"
        self._sys = root / "sys"
        self._cpu = (time.monotonic(), time.process_time())

    def read(self) -> dict[str, Value]:
        """Everything that can be told now, by the names of the kind `gateway`."""
        return {
            **dict(self._memory()),
            **dict(self._disk()),
            **dict(self._processor()),
            **dict(self._power()),
        }

    def _memory(self) -> Iterator[tuple[str, Value]]:
        if (resident := resident_bytes(self._proc)) is not None:
            yield "memory_used_mb", round(resident / MB, 1)
        if (available := _number(self._proc / "meminfo", "MemAvailable")) is not None:
            yield "memory_available_mb", round(available * KIB / MB, 1)

    def _disk(self) -> Iterator[tuple[str, Value]]:
        folder = self._journal.parent
        try:
            found = os.statvfs(folder)
        except OSError:  # an unplugged disk; the journal says so, too
            return
        free, used = found.f_bavail, found.f_blocks - found.f_bfree
        yield "disk_free_mb", round(free * found.f_frsize / MB, 1)
        if free + used:  # what root alone may use is neither
            yield "disk_used_pct", round(100 * used / (free + used), 1)
        sizes = [_size(file) for file in folder.glob(f"{self._journal.name}*")]
        yield "journal_mb", round(sum(sizes) / MB, 1)
        if (written := written_bytes(self._proc)) is not None:
            yield "written_total_mb", round(written / MB, 1)

    def _processor(self) -> Iterator[tuple[str, Value]]:
        now, used = time.monotonic(), time.process_time()
        passed = now - self._cpu[0]
        if passed > 0:
            yield "cpu_pct", round(100 * (used - self._cpu[1]) / passed, 1)
        self._cpu = (now, used)
        yield "load_1m", round(os.getloadavg()[0], 2)
        zones = sorted((self._sys / "class/thermal").glob("thermal_zone*/temp"))
        temperatures = [read for zone in zones if (read := _first_number(zone)) is not None]
        if temperatures:
            yield "cpu_temperature_c", max(temperatures) / 1000

    def _power(self) -> Iterator[tuple[str, Value]]:
        for sensor in (self._sys / "class/hwmon").glob("hwmon*"):
            if _text(sensor / "name").strip() == POWER_SENSOR:
                alarm = _first_number(sensor / "in0_lcrit_alarm")
                if alarm is not None:
                    yield "undervoltage", alarm != 0


def resident_bytes(proc: Path = Path("/proc")) -> int | None:
    """The memory that the program takes; None where that is not told."""
    resident = _number(proc / "self/status", "VmRSS")
    return None if resident is None else resident * KIB


def written_bytes(proc: Path = Path("/proc")) -> int | None:
    """What the program has had written to disk since its start, in whole pages as the disk gets
    them: nearly all of it is the journal's. None where that is not told."""
    return _number(proc / "self/io", "write_bytes")


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:  # SQLite has just removed it
        return 0


def _text(file: Path) -> str:
    try:
        return file.read_text(errors="replace")
    except OSError:  # not every machine has it, and a sensor may be asleep
        return ""


def _first_number(file: Path) -> int | None:
    try:
        return int(_text(file))
    except ValueError:
        return None


def _number(file: Path, name: str) -> int | None:
    """The number behind `name:` in a file of such lines."""
    for line in _text(file).splitlines():
        key, _, rest = line.partition(":")
        if key == name and rest.split():
            return int(rest.split()[0])
    return None
