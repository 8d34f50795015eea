"""Irrigation valve with a flow meter. It closes by itself when its lease runs out."""

from devices.command import LEASE, CommandSpec, Effect
from devices.kind import Kind
from devices.metric import counter, flag, gauge, whole
from devices.text import Text

KIND = Kind(
    name="valve",
    label=Text("Van tưới", "Valve"),
    interval_s=300,
    metrics=(
        flag("open", "Đang mở", "Open"),
        gauge("flow_l_min", "L/min", 0, 10_000, "Lưu lượng", "Flow"),
        counter("volume_total_l", "L", "Tổng lượng nước", "Total volume", type=float),
        gauge("pressure_kpa", "kPa", 0, 2000, "Áp suất", "Pressure"),
        whole("lease_remaining_s", "s", 0, 86_400, "Tự đóng sau", "Closes by itself in"),
    ),
    commands=(
        CommandSpec("open", Text("Mở van", "Open valve"), (LEASE,), Effect.START),
        CommandSpec("close", Text("Đóng van", "Close valve"), effect=Effect.STOP),
    ),
    sample=(
        b'{"seq":90,"boot":"v1","measured_at":"2026-11-21T10:15:30Z","open":true,'
        b'"flow_l_min":38.2,"volume_total_l":1204.5,"pressure_kpa":180,"lease_remaining_s":540}'
    ),
)
