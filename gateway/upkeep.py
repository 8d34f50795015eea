"""What the journal needs beside its commits: a little every minute, in a worker thread."""

import asyncio
from contextlib import suppress
from math import ceil

from devices.reading import Millis
from gateway.clock import Now
from gateway.fleet import Fleet
from gateway.journal.rollup_job import RollupJob
from gateway.journal.writer import StoppedError
from gateway.observations import Observations

TICK_S = 60
ROLLUP_EVERY_S = 6 * 3600
"""Each device's rollup of the day is rewritten so often. What came since is read from its messages,
some hundred at most; more often would only wear the disk."""
HOURS_KEPT_DAYS = 730
"""This summer beside the last one, hour by hour. Whole days are kept for ever: a device has some
100 KB of them a year."""
DAY_MS = 86_400_000


class Upkeep:
    """The task. Does nothing while the disk is full."""

    def __init__(
        self,
        fleet: Fleet,
        rollups: RollupJob,
        observations: Observations,
        keep_days: int,
        now: Now,
    ) -> None:
        self._fleet = fleet
        self._rollups = rollups
        self._observations = observations
        self._now = now
        self._hours_kept_ms = max(keep_days, HOURS_KEPT_DAYS) * DAY_MS

    async def run(self) -> None:
        """Work until cancelled, or until nothing is written any more, which others make known."""
        with suppress(StoppedError):
            while True:
                await asyncio.sleep(TICK_S)
                if not self._observations.disk_full:
                    await asyncio.to_thread(self.tick, self._now())

    def tick(self, now: Millis) -> None:
        """The share of one minute. Blocks; raises StoppedError when nothing is written any more."""
        share = ceil(len(self._fleet) * TICK_S / ROLLUP_EVERY_S)
        self._rollups.run(share, now - self._hours_kept_ms)
