"""The hamlet's weather station."""

from collections.abc import Mapping
from typing import Any

from devices.reading import Millis
from firmware_sim.chance import noise
from firmware_sim.faults import Ailments, Fault
from firmware_sim.firmware.device import Badge, Firmware
from firmware_sim.weather import Sky

TIP_MM = 0.2
"""The rain gauge counts spoons of 0.2 mm."""


class WeatherFirmware(Firmware):
    """Reports the Sky."""

    model = "Weather station"

    def __init__(self, badge: Badge, sky: Sky, ailments: Ailments) -> None:
        super().__init__(badge, sky, ailments)
        self._seen_mm = sky.rain_mm
        self._missed_mm = 0.0  # fell beside a blocked funnel

    def measure(self, now: Millis) -> str:
        sky = self.sky
        air = sky.air
        wind = air.wind_m_s
        if self.ailments:
            if self._ails(Fault.RAIN_GAUGE_BLOCKED, now):
                self._missed_mm += sky.rain_mm - self._seen_mm
            if self._ails(Fault.ANEMOMETER_STUCK, now):
                wind = 0.0
        self._seen_mm = sky.rain_mm
        luck = self.badge.luck + self.seq * 5
        humidity = max(0.0, min(100.0, air.humidity_pct + 0.4 * noise(luck + 1)))
        rain = int((sky.rain_mm - self._missed_mm) / TIP_MM) * TIP_MM
        return (
            f'"air_temperature_c":{air.temperature_c + 0.05 * noise(luck):.1f},'
            f'"relative_humidity_pct":{humidity:.0f},'
            f'"wind_speed_m_s":{max(0.0, wind * (1 + 0.15 * noise(luck + 2))):.1f},'
            f'"solar_w_m2":{max(0.0, air.sun_w_m2 * (1 + 0.015 * noise(luck + 3))):.0f},'
            f'"rain_total_mm":{rain:.1f},'
            f'"air_pressure_kpa":{air.pressure_kpa + 0.005 * noise(luck + 4):.2f}'
        )

    def save(self) -> dict[str, Any]:
        return {**super().save(), "missed_mm": self._missed_mm}

    def load(self, saved: Mapping[str, Any]) -> None:
        super().load(saved)
        self._missed_mm = saved["missed_mm"]
        self._seen_mm = self.sky.rain_mm
