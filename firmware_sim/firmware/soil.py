"""A soil probe at 20 cm between the rows of tea."""

from random import Random

from devices.reading import Millis
from firmware_sim.chance import noise
from firmware_sim.faults import Ailments, Fault
from firmware_sim.firmware.device import Badge, Firmware
from firmware_sim.ground import Ground
from firmware_sim.weather import Sky


class SoilFirmware(Firmware):
    """Feels one Ground, a little differently from its neighbour in the same plot."""

    model = "Soil probe 4-in-1"

    def __init__(
        self, badge: Badge, sky: Sky, ailments: Ailments, ground: Ground, random: Random
    ) -> None:
        super().__init__(badge, sky, ailments)
        self.ground = ground
        self._offset_pct = random.uniform(-0.5, 0.5)
        self._ph = random.uniform(4.5, 5.4)
        self._conductivity = random.uniform(11, 16)  # µS/cm per per cent of water
        self._battery_v = random.uniform(3.52, 3.64)

    def measure(self, now: Millis) -> str:
        sky, ground = self.sky, self.ground
        ground.advance(sky, now)
        luck = self.badge.luck + self.seq * 4
        moisture = max(0.0, ground.top_pct + self._offset_pct + 0.04 * noise(luck))
        conductivity = max(0.0, moisture * self._conductivity + 2 * noise(luck + 1))
        shown = self._shown(moisture, now)
        # At this depth a sixth of the day's warmth arrives.
        warmth = sky.soil_c + (sky.air.temperature_c - sky.soil_c) / 6
        return (
            f'"soil_moisture_pct":{shown:.1f},"soil_temperature_c":{warmth:.1f},'
            f'"soil_ec_us_cm":{conductivity:.0f},"soil_ph":{self._ph + 0.03 * noise(luck + 2):.1f},'
            f'"battery_v":{self._battery_v + 0.004 * noise(luck + 3):.2f}'
        )

    def _shown(self, moisture_pct: float, now: Millis) -> float:
        """What the probe makes of that."""
        if not self.ailments:
            return moisture_pct
        moisture_pct += self._amount(Fault.SENSOR_DRIFT, now) or 0.0
        if self._ails(Fault.SENSOR_SCALE, now):
            moisture_pct *= 100 / self.ground.plot.field_capacity_pct
        return max(0.0, min(100.0, moisture_pct))
