"""An irrigation pump."""

from typing import Any

from devices.command import CommandRefusedError
from devices.reading import Millis
from firmware_sim.chance import noise
from firmware_sim.faults import Ailments, Fault
from firmware_sim.firmware.actuator import Actuator
from firmware_sim.firmware.device import Badge
from firmware_sim.pipes import Line
from firmware_sim.weather import Sky


class PumpFirmware(Actuator):
    """Runs one Line."""

    model = "Pump starter 3 kW"

    def __init__(self, badge: Badge, sky: Sky, ailments: Ailments, line: Line) -> None:
        super().__init__(badge, sky, ailments)
        self.line = line

    def measure(self, now: Millis) -> str:
        line = self.line
        self._suffer(now)
        line.advance(now)
        flutter = 1 + 0.01 * noise(self.badge.luck + self.seq)
        return (
            f'"running":{"true" if line.running else "false"},'
            f'"power_w":{line.power_w * flutter:.0f},"pressure_kpa":{line.pressure_kpa:.0f},'
            f'"lease_remaining_s":{self.lease_remaining_s(now)}'
        )

    @property
    def active(self) -> bool:
        return self.line.running

    def switch(self, on: bool, now: Millis) -> None:
        self._suffer(now)
        if on and self._ails(Fault.PUMP_TRIPPED, now):
            raise CommandRefusedError("the overload relay has tripped")
        self.line.set_running(on and not self._ails(Fault.PUMP_DEAD, now), now)

    def read_back(self) -> dict[str, Any]:
        return {"running": self.line.running}

    def _suffer(self, now: Millis) -> None:
        if self.ailments:
            self.line.set_dry(self._ails(Fault.WELL_DRY, now), now)
            if self._ails(Fault.PUMP_DEAD, now) or self._ails(Fault.PUMP_TRIPPED, now):
                self.line.set_running(False, now)
