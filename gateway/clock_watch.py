"""Looks at the machine's clocks every second, and sees to what follows from it.

Connects the clock with the committer and the journal; decides nothing itself.
"""

import asyncio
import logging
from collections.abc import Callable

from gateway.clock import Correction
from gateway.committer import Committer
from gateway.journal.periods import Repair, repair
from gateway.journal.writer import JournalWriter, StoppedError
from gateway.pipeline import Pipeline
from gateway.timekeeping.complaint import ClockComplaint
from gateway.timekeeping.own_clock import OwnClock

LOOK_S = 1.0

log = logging.getLogger(__name__)


class ClockWatch:
    """`run` is its task; `believe` may be called in the same loop."""

    def __init__(
        self,
        clock: OwnClock,
        pipeline: Pipeline,
        committer: Committer,
        writer: JournalWriter,
        notify_forwarder: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._pipeline = pipeline
        self._committer = committer
        self._writer = writer
        self._notify_forwarder = notify_forwarder
        self._complaint = ClockComplaint()
        self._repaired = False  # a crash may have left something undone

    async def run(self) -> None:
        """Look until cancelled."""
        if not self._clock.scale.trusted:
            log.warning("clock: nobody knows the time yet; what depends on it waits")
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Compare the gateway's time with the machine's, once; correct what that shows wrong."""
        before = self._clock.scale.trust
        correction = self._clock.look()
        if correction is None and self._clock.scale.trust is not before:
            correction = Correction(self._clock.now(), 0)  # it was right: that is proven now
        self._follow(correction)
        if not self._repaired:
            await self._repair()

    def believe(self) -> None:
        """A person says that the machine's clock is right."""
        self._follow(self._clock.believe())

    def _follow(self, correction: Correction | None) -> None:
        clock = self._clock
        if correction is not None:
            log.info("clock: corrected by %.1f s", correction.by / 1000)
            self._committer.correct(correction, clock.scale)
            self._repaired = False
        for decision in self._complaint.judge(clock.state, clock.uptime()):
            self._pipeline.ask(decision, clock.now())
            self._committer.on_chunk_end()

    async def _repair(self) -> None:
        """Stamp anew what was received by a wrong clock."""
        outcome = Repair.MORE
        while outcome is Repair.MORE:
            try:
                outcome = await asyncio.wrap_future(self._writer.run(repair))
            except StoppedError:
                return  # the gateway ends; its next start goes on with it
        self._repaired = outcome is Repair.DONE
        self._notify_forwarder()
