"""Looks at the machine's clocks every second, and sees to what follows from it.

Connects the clock with the committer and the journal; decides nothing itself.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from gateway.clock import Correction, Trust
from gateway.committer import Committer
from gateway.journal.periods import Repair, repair
from gateway.journal.writer import JournalWriter, StoppedError
from gateway.pipeline import Pipeline
from gateway.timekeeping.complaint import ClockComplaint
from gateway.timekeeping.own_clock import OwnClock

LOOK_S = 1.0

log = logging.getLogger(__name__)


class Stamped(Protocol):
    """Remembers when something was, only to show it."""

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        ...


class ClockWatch:
    """`run` is its task; `believe` may be called in the same loop. `shown` goes by the clock, too,
    beside what the pipeline holds."""

    def __init__(
        self,
        clock: OwnClock,
        pipeline: Pipeline,
        committer: Committer,
        writer: JournalWriter,
        notify_forwarder: Callable[[], None],
        shown: Sequence[Stamped],
    ) -> None:
        self._clock = clock
        self._pipeline = pipeline
        self._committer = committer
        self._writer = writer
        self._notify_forwarder = notify_forwarder
        self._shown = shown
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
        self._follow(self._clock.look(), before)
        if not self._repaired:
            await self._repair()

    def believe(self) -> None:
        """A person says that the machine's clock is right."""
        before = self._clock.scale.trust
        self._follow(self._clock.believe(), before)

    def _follow(self, correction: Correction | None, before: Trust) -> None:
        clock = self._clock
        if correction is None and clock.scale.trust is not before:
            correction = Correction(clock.now(), 0)  # it was right: that is proven now
        if correction is not None:
            log.info("clock: corrected by %.1f s", correction.by / 1000)
            self._committer.correct(correction, clock.scale)
            for stamped in self._shown:
                stamped.correct(correction)
            self._repaired = False
        for decision in self._complaint.judge(clock.state, clock.uptime()):
            self._committer.ask(decision)

    async def _repair(self) -> None:
        """Stamp anew what was received by a wrong clock."""
        outcome = Repair.MORE
        try:
            await self._committer.commit()  # before that the journal knows of nothing to repair
            while outcome is Repair.MORE:
                outcome = await asyncio.wrap_future(self._writer.run(repair))
        except StoppedError:
            return  # the gateway ends; its next start goes on with it
        self._repaired = outcome is Repair.DONE
        self._notify_forwarder()
