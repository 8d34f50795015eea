"""The alert about a serial port that cannot be used: opened, cleared, and told in words."""

import re
from collections.abc import Iterable

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import Alert, AlertAsked, AlertCleared, Severity

SUBJECT = "gateway"
_PREFIX = "gateway:serial"
_UNSAFE = re.compile(r"[^a-z0-9]+")


def port_alert(port: str, usable: bool, now: Millis) -> AlertAsked | AlertCleared:
    """What to ask of the alert engine. The same port asked twice is one alert."""
    source = _source(port)
    if usable:
        return AlertCleared(source, SUBJECT, now)
    message = Text(
        f"Cổng nối tiếp {port} không dùng được: chưa rõ tình trạng các thiết bị trên dây đó. "
        "Kỹ thuật viên: kiểm tra dây và bộ chuyển đổi USB.",
        f"Serial port {port} cannot be used: the state of its devices is unknown. "
        "Technician: check the cable and the USB adapter.",
    )
    return AlertAsked(source, SUBJECT, Severity.WARNING, message, now)


def outlived(alerts: Iterable[Alert], ports: Iterable[str], now: Millis) -> list[AlertCleared]:
    """The end of open alerts about ports that the site has no more."""
    known = {_source(port) for port in ports}
    return [
        AlertCleared(alert.source, alert.subject, now)
        for alert in alerts
        if alert.source.startswith(_PREFIX) and alert.source not in known
    ]


def _source(port: str) -> str:
    """Part of an alert's id, and so of an address."""
    return f"{_PREFIX}{_UNSAFE.sub('-', port.lower())}"
