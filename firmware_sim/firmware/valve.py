"""An irrigation valve with a flow meter behind it."""

from collections.abc import Mapping
from typing import Any

from devices.reading import Millis
from firmware_sim.chance import noise
from firmware_sim.faults import Ailments, Fault
from firmware_sim.firmware.actuator import Actuator
from firmware_sim.firmware.device import Badge
from firmware_sim.pipes import Defect, Tap
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
        self._suffer(now)
        self.tap.line.set_coil(self.tap, on, now)

    def read_back(self) -> dict[str, Any]:
        return {"open": self.tap.coil}

    def save(self) -> dict[str, Any]:
        return {**super().save(), "total_l": self.tap.total_l, "opened": self.tap.opened}

    def load(self, saved: Mapping[str, Any]) -> None:
        super().load(saved)
        self.tap.total_l = saved["total_l"]
        if saved["opened"]:  # what boots shuts its valve, if the valve can be shut
            now = self.sky.now
            self.switch(True, now)
            self.switch(False, now)

    def _suffer(self, now: Millis) -> None:
        if self.ailments:
            self.tap.line.set_defect(self.tap, self._defect(now), now)

    def _defect(self, now: Millis) -> Defect:
        stuck: bool | None = None
        if self._ails(Fault.VALVE_STUCK_OPEN, now):
            stuck = True
        elif self._ails(Fault.VALVE_STUCK_CLOSED, now):
            stuck = False
        blocked, burst = (
            self._amount(Fault.FILTER_BLOCKED, now),
            self._amount(Fault.PIPE_BURST, now),
        )
        return Defect(
            stuck,
            jams=self._ails(Fault.VALVE_WONT_CLOSE, now),
            shut_share=self._amount(Fault.PIPE_LEAK, now) or 0.0,
            open_share=(1.0 if burst is None else burst) * (1.0 if blocked is None else blocked),
        )
