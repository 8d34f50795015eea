"""How often simulated devices report, and how they spread over time when they start."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cadence:
    """Seconds between reports by kind; `active_s` while water flows; all start within `start_s`."""

    report_s: Mapping[str, int]
    active_s: int
    start_s: int


HISTORY = Cadence(
    {
        "light": 900,
        "speaker": 900,
        "wifi": 600,
        "soil": 900,
        "valve": 900,
        "pump": 900,
        "weather": 600,
    },
    active_s=30,
    start_s=600,
)
"""As slow as a curve of a week allows: a quarter of a million messages are played in seconds."""

LIVE = Cadence(
    {
        "light": 60,
        "speaker": 60,
        "wifi": 20,
        "soil": 60,
        "valve": 60,
        "pump": 60,
        "weather": 30,
    },
    active_s=10,
    start_s=10,
)
"""Faster than real devices would, so that somebody who looks at the page sees it move."""
