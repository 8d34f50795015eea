"""The hamlet's weather station."""

from devices.reading import Millis
from firmware_sim.chance import noise
from firmware_sim.firmware.device import Firmware

TIP_MM = 0.2
"""The rain gauge counts spoons of 0.2 mm."""


class WeatherFirmware(Firmware):
    """Reports the Sky."""

    model = "Weather station"

    def measure(self, now: Millis) -> str:
        sky = self.sky
        air = sky.air
        luck = self.badge.luck + self.seq * 5
        humidity = max(0.0, min(100.0, air.humidity_pct + 0.4 * noise(luck + 1)))
        return (
            f'"air_temperature_c":{air.temperature_c + 0.05 * noise(luck):.1f},'
            f'"relative_humidity_pct":{humidity:.0f},'
            f'"wind_speed_m_s":{max(0.0, air.wind_m_s * (1 + 0.15 * noise(luck + 2))):.1f},'
            f'"solar_w_m2":{max(0.0, air.sun_w_m2 * (1 + 0.015 * noise(luck + 3))):.0f},'
            f'"rain_total_mm":{int(sky.rain_mm / TIP_MM) * TIP_MM:.1f},'
            f'"air_pressure_kpa":{air.pressure_kpa + 0.005 * noise(luck + 4):.2f}'
        )
