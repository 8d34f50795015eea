"""An irrigation valve with a flow meter behind it."""

from collections.abc import Mapping
from typing import Any

from devices.reading import Millis
from firmware_sim.chance import noise
from firmware_sim.faults import Ailments, Fault
from firmware_sim.firmware.actuator import Actuator
from firmware_sim.firmware.device import Badge
from firmware_sim.pipes import Tap
from firmware_sim.weather import Sky

METER_STARTS_L_MIN = 1.0
"""Below it the wheel of the meter stands still."""


class ValveFirmware(Actuator):
    """Reports the coil, because it has no limit switch: only the flow tells of a stuck valve."""

    model = "Latching valve DN50 with pulse meter"

    def __init__(self, badge: Badge, sky: Sky, ailments: Ailments, tap: Tap) -> None:
        super().__init__(badge, sky, ailments)
        self.tap = tap

    def measure(self, now: Millis) -> str:
        tap = self.tap
        if self.ailments:
            self._suffer(now)
        tap.line.advance(now)
        flow = tap.flow_l_min * (1 + 0.01 * noise(self.badge.luck + self.seq))
        if flow < METER_STARTS_L_MIN:
            flow = 0.0
        return (
            f'"open":{"true" if tap.coil else "false"},"flow_l_min":{flow:.1f},'
            f'"volume_total_l":{tap.total_l:.1f},"pressure_kpa":{tap.line.pressure_kpa:.0f},'
            f'"lease_remaining_s":{self.lease_remaining_s(now)}'
        )

    @property
    def active(self) -> bool:
        return self.tap.coil or self.tap.flow_l_min >= METER_STARTS_L_MIN

    def switch(self, on: bool, now: Millis) -> None:
        self.tap.line.set_coil(self.tap, on, now)

    def read_back(self) -> dict[str, Any]:
        return {"open": self.tap.coil}

    def save(self) -> dict[str, Any]:
        return {**super().save(), "total_l": self.tap.total_l}

    def load(self, saved: Mapping[str, Any]) -> None:
        super().load(saved)
        self.tap.total_l = saved["total_l"]

    def _suffer(self, now: Millis) -> None:
        hour = self.sky.air.hour
        stuck: bool | None = None
        if self.ailments.has(Fault.VALVE_STUCK_OPEN, now, hour):
            stuck = True
        elif self.ailments.has(Fault.VALVE_STUCK_CLOSED, now, hour):
            stuck = False
        self.tap.line.set_stuck(self.tap, stuck, now)
