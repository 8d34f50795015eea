"""Irrigation pump. It stops by itself when its lease runs out."""

from devices.command import LEASE, CommandSpec, Effect
from devices.kind import Kind
from devices.metric import flag, gauge, whole
from devices.text import Text

KIND = Kind(
    name="pump",
    label=Text("Máy bơm", "Pump"),
    interval_s=300,
    metrics=(
        flag("running", "Đang chạy", "Running"),
        gauge("power_w", "W", 0, 50_000, "Công suất", "Power"),
        gauge("pressure_kpa", "kPa", 0, 2000, "Áp suất", "Pressure"),
        whole("lease_remaining_s", "s", 0, 86_400, "Tự dừng sau", "Stops by itself in"),
    ),
    commands=(
        CommandSpec("start", Text("Chạy bơm", "Start pump"), (LEASE,), Effect.START),
        CommandSpec("stop", Text("Dừng bơm", "Stop pump"), effect=Effect.STOP),
    ),
    sample=(
        b'{"seq":5,"boot":"m1","measured_at":"2026-11-21T10:15:31Z","running":true,'
        b'"power_w":740,"pressure_kpa":210,"lease_remaining_s":545}'
    ),
)
