"""Weather station of the hamlet."""

from devices.kind import Kind
from devices.metric import counter, gauge
from devices.text import Text

KIND = Kind(
    name="weather",
    label=Text("Trạm thời tiết", "Weather station"),
    interval_s=300,
    metrics=(
        gauge("air_temperature_c", "°C", -40, 60, "Nhiệt độ không khí", "Air temperature"),
        gauge("relative_humidity_pct", "%", 0, 100, "Độ ẩm không khí", "Relative humidity"),
        gauge("wind_speed_m_s", "m/s", 0, 90, "Tốc độ gió", "Wind speed"),
        gauge("solar_w_m2", "W/m²", 0, 1800, "Bức xạ mặt trời", "Solar radiation"),
        counter("rain_total_mm", "mm", "Lượng mưa cộng dồn", "Rainfall total", type=float),
        gauge("air_pressure_kpa", "kPa", 30, 120, "Áp suất không khí", "Air pressure"),
    ),
    commands=(),
    sample=(
        b'{"seq":11,"boot":"t1","measured_at":"2026-11-21T06:00:00.500Z",'
        b'"air_temperature_c":18.4,"relative_humidity_pct":91,"wind_speed_m_s":1.1,'
        b'"solar_w_m2":35,"rain_total_mm":128.4,"air_pressure_kpa":101.2}'
    ),
)
