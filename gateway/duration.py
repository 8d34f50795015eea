"""Durations as people write them: `20s`, `10m`, `6h`, `1d`, `1h 30m`."""

import re

from devices.reading import Millis

DURATION_MAX_MS = 366 * 86_400_000
"""A year. Nothing in a hamlet waits longer; a larger number is a slip."""

_UNITS_MS = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
_PART = re.compile(r"([0-9]{1,12})([smhd])")
_WHOLE = re.compile(rf"{_PART.pattern}(?: ?{_PART.pattern})*")


def parse_duration(text: str) -> Millis:
    """Raises ValueError in words for the author of the rule."""
    if not _WHOLE.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is no duration; write e.g. 20s, 10m, 6h, 1d or 1h 30m")
    duration = sum(int(number) * _UNITS_MS[unit] for number, unit in _PART.findall(text))
    if not 0 < duration <= DURATION_MAX_MS:
        raise ValueError(f"{text[:40]!r} must be more than nothing and at most 366d")
    return duration


def write_duration(duration: Millis) -> str:
    """The shortest text for it, `1h 30m`; `0` for none. What is less than a second is left out."""
    parts = []
    for unit, unit_ms in sorted(_UNITS_MS.items(), key=lambda item: -item[1]):
        number, duration = divmod(duration, unit_ms)
        if number:
            parts.append(f"{number}{unit}")
    return " ".join(parts) or "0"
