"""A clock that nobody sets, for what has to wait."""

from time import monotonic_ns

from devices.reading import Millis


def steady_ms() -> Millis:
    """Milliseconds since some moment of the past."""
    return monotonic_ns() // 1_000_000
