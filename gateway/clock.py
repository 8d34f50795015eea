"""The wall clock, for the outermost layers only: engines are told the time."""

import time

from devices.reading import Millis

__all__ = ["Millis", "now_ms"]


def now_ms() -> Millis:
    """Milliseconds since the epoch, UTC."""
    return time.time_ns() // 1_000_000
