"""Smart loudspeaker cluster (cụm thu phát thanh)."""

from devices.command import CommandSpec, Parameter
from devices.kind import Kind
from devices.metric import flag, gauge
from devices.text import Text

KIND = Kind(
    name="speaker",
    label=Text("Loa truyền thanh", "Loudspeaker"),
    interval_s=300,
    metrics=(
        gauge("volume_pct", "%", 0, 100, "Âm lượng", "Volume"),
        flag("playing", "Đang phát", "Playing"),
        gauge("amplifier_temperature_c", "°C", -40, 150, "Nhiệt độ âm ly", "Amplifier temperature"),
        gauge("supply_v", "V", 0, 400, "Điện áp nguồn", "Supply voltage"),
        gauge("power_w", "W", 0, 1000, "Công suất", "Power"),
    ),
    commands=(
        CommandSpec(
            "play",
            Text("Phát", "Play"),
            (
                Parameter("clip", str, 1, 200),
                Parameter("volume_pct", float, 0, 100, required=False),
            ),
        ),
        CommandSpec("stop", Text("Dừng phát", "Stop playing")),
        CommandSpec(
            "set-volume",
            Text("Chỉnh âm lượng", "Set volume"),
            (Parameter("volume_pct", float, 0, 100),),
        ),
    ),
    sample=(
        b'{"seq":3,"boot":"s1","measured_at":"2026-11-21T22:00:10Z","volume_pct":60,'
        b'"playing":true,"amplifier_temperature_c":41.5,"supply_v":12.3,"power_w":35.2}'
    ),
)
