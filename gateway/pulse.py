"""Whether the pipeline moves: the one question behind `/healthz` and systemd's watchdog.

Neither a broker nor a store that is away makes it stand still, and what the disk is known to
refuse is not a riddle that a restart would solve.
"""

import asyncio
import logging
import time
from collections.abc import Callable

from gateway.committer import Committer
from gateway.observations import Observations

BEAT_S = 1.0
STILL_AFTER_S = 30.0
"""A dying SD card takes ten seconds for a commit; three times that is a commit that never ends.
One is under way at least once a minute, because the gateway reports itself."""
LATE_MAX_S = 10.0
"""An event loop that is so late is busy with something that it should not do."""

log = logging.getLogger(__name__)


class Pulse:
    """Beats once a second on the event loop, and looks whether commits come to their end."""

    def __init__(
        self,
        committer: Committer,
        observations: Observations,
        *,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._committer = committer
        self._observations = observations
        self._timer = timer

    def standstill(self) -> str | None:
        """Why nothing moves, in words for the technician; None while it does."""
        late_s = self._observations.loop_late_s
        if late_s > LATE_MAX_S:
            return f"the program was late by {late_s:.0f} s: is the machine overloaded?"
        since = self._committer.commit_since
        if since is None or self._observations.journal_trouble is not None:
            return None
        under_way_s = self._timer() - since
        if under_way_s > STILL_AFTER_S:
            return f"the journal is silent for {under_way_s:.0f} s: does the disk still answer?"
        return None

    async def run(self) -> None:
        """Beat until cancelled, and log when the pipeline comes to a stand or moves again."""
        stood = False
        while True:
            began = self._timer()
            await asyncio.sleep(BEAT_S)
            self._observations.loop_late_s = max(0.0, self._timer() - began - BEAT_S)
            why = self.standstill()
            if why is not None and not stood:
                log.critical("the pipeline stands still: %s", why)
            elif why is None and stood:
                log.info("the pipeline moves again")
            stood = why is not None
