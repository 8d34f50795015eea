"""What the journal needs beside its commits: a little every minute, in a worker thread."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from math import ceil

from devices.reading import Millis
from gateway.clock import Now
from gateway.decisions import AlertAsked, AlertCleared
from gateway.fleet import Fleet
from gateway.history import StoreError
from gateway.journal.ageing import Ageing
from gateway.journal.notices import history_dropped, history_safe
from gateway.journal.pruning import prune
from gateway.journal.reader import JournalReader
from gateway.journal.retention import Retention, Swept
from gateway.journal.rollup_job import RollupJob
from gateway.journal.writer import JournalWriter, StoppedError
from gateway.observations import Observations
from gateway.site import JournalConfig

TICK_S = 60
ROLLUP_EVERY_S = 6 * 3600
"""Each device's rollup of the day is rewritten so often. What came since is read from its messages,
some hundred at most; more often would only wear the disk."""
HOURS_KEPT_DAYS = 730
"""This summer beside the last one, hour by hour. Whole days are kept for ever: a device has some
200 KB of them a year."""
HOURS_PER_MESSAGES = 10
"""Where the budget decides, hours reach so many times further back than messages. A day of them
takes a twentieth of the room of its messages: a third of the budget then."""
DAY_MS = 86_400_000
GB = 1_000_000_000

LITTLE_ROOM = (
    "journal: the disk has little room left, so the oldest messages go before max_gb is reached: "
    "free the disk, or make journal.max_gb smaller"
)
"""Said once a day."""

log = logging.getLogger(__name__)


class Upkeep:
    """The task. `tell` takes what people must know. Does nothing while the disk is full."""

    def __init__(
        self,
        fleet: Fleet,
        reader: JournalReader,
        writer: JournalWriter,
        rollups: RollupJob,
        config: JournalConfig,
        *,
        room: Callable[[], int],
        sinks: tuple[str, ...],
        state_sinks: tuple[str, ...],
        observations: Observations,
        now: Now,
        tell: Callable[[AlertAsked | AlertCleared], None],
    ) -> None:
        self._fleet = fleet
        self._reader = reader
        self._writer = writer
        self._rollups = rollups
        self._keep_ms = config.keep_days * DAY_MS
        self._ageing = Ageing(reader, writer)
        self._retention = Retention(
            reader,
            writer,
            rollups,
            keep_ms=self._keep_ms,
            max_bytes=round(config.max_gb * GB),
            room=room,
            sinks=sinks,
        )
        self._state_sinks = state_sinks
        self._observations = observations
        self._now = now
        self._tell = tell
        self._alerted: bool | None = None  # None: as an earlier run left it
        self._pruned_at: Millis | None = None
        self._cramped_at: Millis | None = None

    async def run(self) -> None:
        """Work until cancelled, or until nothing is written any more, which others make known."""
        with suppress(StoppedError):
            while True:
                await asyncio.sleep(TICK_S)
                await self.take_turn()

    async def take_turn(self) -> None:
        """Do the share of this minute, unless the disk is full or cannot be read. Raises
        StoppedError."""
        if self._observations.disk_full:
            return
        now = self._now()
        try:
            swept = await asyncio.to_thread(self.tick, now)
        except StoreError as error:
            log.warning("journal: upkeep waits: %s", error)
            swept = None
        self._report(swept, now)

    def tick(self, now: Millis) -> Swept:
        """The share of one minute. Blocks; raises StoppedError when nothing is written any more,
        and StoreError when nothing can be read."""
        aged = self._ageing.follow(now, TICK_S * 1000)
        swept = self._retention.run(aged)
        share = ceil(len(self._fleet) * TICK_S / ROLLUP_EVERY_S)
        self._rollups.run(share, self._hours_from(swept, aged))
        if self._pruned_at is None or abs(aged - self._pruned_at) >= DAY_MS:
            prune(self._reader, self._writer, aged - self._keep_ms, self._state_sinks)
            self._pruned_at = aged
        return swept

    def _hours_from(self, swept: Swept, aged: Millis) -> Millis:
        kept_ms = max(self._keep_ms, HOURS_KEPT_DAYS * DAY_MS)
        if swept.over_budget and swept.oldest is not None:
            kept_ms = min(kept_ms, HOURS_PER_MESSAGES * max(aged - swept.oldest, DAY_MS))
        return aged - kept_ms

    def _report(self, swept: Swept | None, now: Millis) -> None:
        """`swept` is None when the turn could not be finished."""
        dropped = self._retention.dropped - self._observations.journal_dropped
        self._observations.journal_dropped += dropped
        if dropped:
            log.error("journal: %d readings deleted before the store had them", dropped)
            self._tell(history_dropped(now))
            self._alerted = True
        elif swept and swept.store_has_it and self._alerted is not False:
            self._tell(history_safe(now))
            self._alerted = False
        said = self._cramped_at is not None and abs(now - self._cramped_at) < DAY_MS
        if swept and swept.little_room and not said:
            self._cramped_at = now
            log.warning(LITTLE_ROOM)
