"""Soil probe in a tea plot. Moisture is volumetric, never per cent of field capacity."""

from devices.kind import Kind
from devices.metric import gauge
from devices.text import Text

KIND = Kind(
    name="soil",
    label=Text("Cảm biến đất", "Soil sensor"),
    interval_s=600,
    metrics=(
        gauge("soil_moisture_pct", "%", 0, 100, "Độ ẩm đất", "Soil moisture"),
        gauge("soil_temperature_c", "°C", -40, 85, "Nhiệt độ đất", "Soil temperature"),
        gauge("soil_ec_us_cm", "µS/cm", 0, 50_000, "Độ dẫn điện của đất", "Soil conductivity"),
        gauge("soil_ph", "pH", 0, 14, "Độ pH đất", "Soil pH"),
        gauge("battery_v", "V", 0, 30, "Điện áp pin", "Battery voltage"),
    ),
    commands=(),
    sample=(
        b'{"seq":7,"boot":"p1","measured_at":"2026-11-21T09:00:00+07:00",'
        b'"soil_moisture_pct":26.4,"soil_temperature_c":22.1,"soil_ec_us_cm":410,'
        b'"soil_ph":5.1,"battery_v":3.61}'
    ),
)
