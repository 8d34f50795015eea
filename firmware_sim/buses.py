"""Serial buses of a simulated hamlet: its wired devices as slaves on pseudo-terminals."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from devices.profile import Profile
from devices.reading import Millis
from firmware_sim.firmware.device import Firmware
from firmware_sim.modbus_slaves import Slave, Wire
from firmware_sim.pty_port import PtyPort
from firmware_sim.registers import Memory, encode
from firmware_sim.world import World

FRESH_MS: Millis = 2000
"""A device that is read in several blocks answers them from one measurement."""


def bus_path(folder: Path, number: int) -> Path:
    """Where the bus of that number (from 0, in the order of site.yaml) is plugged in."""
    return folder.resolve() / f"serial-{number}"


@contextmanager
def plugged_in(world: World, folder: Path, clock: Callable[[], Millis]) -> Iterator[frozenset[str]]:
    """The buses of the world, answering while the context lasts; gives the devices that hang on
    them. Call it with a running loop. Raises OSError."""
    wired: set[str] = set()
    with ExitStack() as stack:
        for number, bus in enumerate(world.layout.buses):
            slaves = []
            for spec in bus:
                wired.add(spec.device)
                firmware = world.devices[spec.device]
                slaves.append(Slave(spec.address, _Registers(firmware, spec.profile, clock)))
            port = PtyPort(bus_path(folder, number), Wire(slaves).feed)
            port.plug()
            stack.callback(port.unplug)
        yield frozenset(wired)


class _Registers:
    """The registers of one device, measured when somebody asks."""

    def __init__(self, firmware: Firmware, profile: Profile, clock: Callable[[], Millis]) -> None:
        self._firmware = firmware
        self._profile = profile
        self._clock = clock
        self._memory: Memory = {}
        self._measured_at: Millis | None = None

    def __call__(self) -> Memory | None:
        now = self._clock()
        if self._firmware.cut_off(now):
            return None
        if self._measured_at is None or now - self._measured_at > FRESH_MS:
            values = json.loads(f"{{{self._firmware.values(now)}}}")
            self._memory = encode(self._profile, values)
            self._measured_at = now
        return self._memory
