"""Public wifi hotspot: it measures its own way to the Internet."""

from devices.command import CommandSpec
from devices.kind import Kind
from devices.metric import counter, flag, gauge, whole
from devices.text import Text

KIND = Kind(
    name="wifi",
    label=Text("Điểm wifi", "Wifi hotspot"),
    interval_s=60,
    metrics=(
        whole("clients", "", 0, 10_000, "Lượt kết nối", "Connections"),
        gauge("rtt_ms", "ms", 0, 60_000, "Độ trễ", "Latency"),
        gauge("loss_pct", "%", 0, 100, "Mất gói", "Packet loss"),
        counter("rx_bytes", "B", "Dữ liệu nhận", "Received", type=int),
        counter("tx_bytes", "B", "Dữ liệu gửi", "Sent", type=int),
        flag("internet_ok", "Có Internet", "Internet reachable"),
    ),
    commands=(CommandSpec("reboot", Text("Khởi động lại", "Reboot")),),
    sample=(
        b'{"seq":41,"boot":"w1","measured_at":1795305600000,"clients":12,"rtt_ms":31.5,'
        b'"loss_pct":0,"rx_bytes":123456789,"tx_bytes":23456789,"internet_ok":true}'
    ),
)
