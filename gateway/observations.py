"""What the gateway observes of itself while it runs, for `/metrics` and the technician."""

import time
from bisect import bisect_left
from dataclasses import dataclass, field

from devices.reading import Millis
from gateway.clock import Correction
from gateway.forward.forwarder import ForwardStatistics

BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper bounds in seconds: from a commit on an NVMe disk to one on a dying SD card."""


class Histogram:
    """Durations in seconds, counted by bucket."""

    def __init__(self) -> None:
        self.counts = [0] * (len(BUCKETS_S) + 1)
        self.sum = 0.0

    def observe(self, seconds: float) -> None:
        """Count one duration."""
        self.counts[bisect_left(BUCKETS_S, seconds)] += 1
        self.sum += seconds


@dataclass(slots=True)
class Observations:
    """`journal_trouble` is None, or why nothing can be written at present. While `disk_full` only
    decisions are; messages wait. `loop_late_s` is by how much the last beat of the event loop was
    late. `forward` tells of readings on their way to the store, `forward_states` of the states of
    devices. `journal_dropped` counts the readings deleted for want of room before the store had
    them."""

    commit_seconds: Histogram = field(default_factory=Histogram)
    decision_seconds: Histogram = field(default_factory=Histogram)
    broker_connected: bool = False
    broker_since: Millis | None = None
    broker_reason: str = "not connected yet"
    journal_trouble: str | None = None
    disk_full: bool = False
    forward: ForwardStatistics | None = None
    forward_states: ForwardStatistics | None = None
    store_since: Millis | None = None
    loop_late_s: float = 0.0
    started: float = field(default_factory=time.monotonic)
    journal_dropped: int = 0

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        self.broker_since = correction.of_any(self.broker_since)
        self.store_since = correction.of_any(self.store_since)
