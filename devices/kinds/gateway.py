"""The gateway itself: the machine in the cultural house and the program on it.

It measures itself and journals that like any reading; nobody speaks for it over MQTT.
"""

from devices.kind import Kind
from devices.metric import counter, flag, gauge, whole
from devices.text import Text

KIND = Kind(
    name="gateway",
    label=Text("Máy ở nhà văn hóa", "Gateway"),
    interval_s=60,
    metrics=(
        gauge("disk_free_mb", "MB", 0, 1e9, "Ổ đĩa còn trống", "Free disk space"),
        gauge("cpu_temperature_c", "°C", -40, 150, "Nhiệt độ bộ xử lý", "Processor temperature"),
        gauge("memory_available_mb", "MB", 0, 1e7, "Bộ nhớ còn trống", "Memory available"),
        gauge("disk_used_pct", "%", 0, 100, "Ổ đĩa đã dùng", "Disk used"),
        gauge("memory_used_mb", "MB", 0, 1e7, "Bộ nhớ chương trình dùng", "Memory of the program"),
        gauge("cpu_pct", "%", 0, 10_000, "Chương trình dùng bộ xử lý", "CPU of the program"),
        gauge("load_1m", "", 0, 100_000, "Tải của máy", "Load of the machine"),
        flag("undervoltage", "Nguồn điện yếu", "Supply voltage too low"),
        whole("waiting_messages", "", 0, 10_000_000, "Tin chờ ghi", "Messages to be written"),
        gauge("commit_ms", "ms", 0, 1e7, "Thời gian ghi một lần", "Time of one commit"),
        gauge("journal_mb", "MB", 0, 1e9, "Cỡ nhật ký", "Size of the journal"),
        counter("written_total_mb", "MB", "Đã ghi xuống đĩa", "Written to disk", type=float),
        flag("broker_connected", "Nối với máy chủ tin", "Broker connected"),
        counter("broker_sessions_lost_total", "", "Phiên bị quên", "Sessions lost", type=int),
        counter("broker_dropped_total", "", "Tin broker bỏ", "Dropped by the broker", type=int),
        whole("forward_backlog_rows", "", 0, 10**12, "Tin chờ gửi đi", "Readings to be forwarded"),
        gauge("forward_oldest_h", "h", 0, 1e6, "Tin chờ lâu nhất", "Longest wait to be forwarded"),
        counter("rejected_total", "", "Tin bị từ chối", "Messages rejected", type=int),
        flag("clock_trusted", "Đồng hồ đáng tin", "Clock trusted"),
        gauge("clock_offset_s", "s", -1e10, 1e10, "Đồng hồ máy lệch", "System clock off by"),
        gauge("uptime_h", "h", 0, 1e6, "Chạy được", "Running for"),
    ),
    commands=(),
    sample=(
        b'{"seq":4,"boot":"g1","measured_at":"2026-11-21T10:15:30Z","disk_free_mb":21402.5,'
        b'"cpu_temperature_c":48.7,"memory_available_mb":2710.2,"disk_used_pct":27.1,'
        b'"memory_used_mb":118.4,"cpu_pct":3.2,"load_1m":0.21,"undervoltage":false,'
        b'"waiting_messages":3,"commit_ms":11.8,"journal_mb":412.6,"written_total_mb":38.1,'
        b'"broker_connected":true,"broker_sessions_lost_total":0,"broker_dropped_total":0,'
        b'"forward_backlog_rows":0,"forward_oldest_h":0.0,'
        b'"rejected_total":2,"clock_trusted":true,"clock_offset_s":0.0,"uptime_h":0.07}'
    ),
)
