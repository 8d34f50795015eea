"""The gateway's readings of itself: once a minute, from its observations and from the machine.

Says nothing of what the figures mean: rules, pages and stores treat them like any device's.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Callable

from devices.kinds import KINDS
from devices.metric import Value
from gateway.clock import ClockState
from gateway.committer import Committer
from gateway.fleet import GATEWAY
from gateway.observations import Histogram, Observations
from gateway.pipeline import Pipeline
from gateway.vitals import Machine

INTERVAL_S = KINDS[GATEWAY].interval_s
S_PER_HOUR = 3600


class SelfReport:
    """Reports to the committer. Its boot is this run of the program."""

    def __init__(
        self,
        pipeline: Pipeline,
        committer: Committer,
        observations: Observations,
        machine: Machine,
        clock: Callable[[], ClockState],
    ) -> None:
        self._pipeline = pipeline
        self._committer = committer
        self._observations = observations
        self._machine = machine
        self._clock = clock
        self._boot = secrets.token_hex(4)
        self._seq = 0
        self._commits = (0, 0.0)

    async def run(self) -> None:
        """Report until cancelled, for the first time at once."""
        while True:
            # In a thread: a card that is about to fail takes seconds to answer.
            machine = await asyncio.to_thread(self._machine.read)
            values = {**machine, **self._program()}
            body = {"seq": self._seq, "boot": self._boot, **values}
            self._seq += 1
            self._committer.report(json.dumps(body).encode())
            await asyncio.sleep(INTERVAL_S)

    def _program(self) -> dict[str, Value]:
        seen, clock = self._observations, self._clock()
        values: dict[str, Value] = {
            "waiting_messages": self._pipeline.waiting,
            "broker_connected": seen.broker_connected,
            "rejected_total": sum(self._pipeline.counters.rejected.values()),
            "clock_trusted": clock.trusted,
            "clock_offset_s": (clock.wall - clock.own) / 1000,
            "uptime_h": round((time.monotonic() - seen.started) / S_PER_HOUR, 2),
        }
        broker = self._pipeline.broker
        if broker.sessions_lost is not None:
            values["broker_sessions_lost_total"] = broker.sessions_lost
        if broker.total is not None:
            values["broker_dropped_total"] = broker.total
        mean = self._mean_commit_s(seen.commit_seconds)
        if mean is not None:
            values["commit_ms"] = round(mean * 1000, 1)
        if seen.forward is not None:
            values["forward_backlog_rows"] = seen.forward.backlog_rows
            oldest_s = seen.forward.oldest_unsent_s or 0.0
            values["forward_oldest_h"] = round(oldest_s / S_PER_HOUR, 2)
        return values

    def _mean_commit_s(self, commits: Histogram) -> float | None:
        """Of the commits since the last report; None when there was none."""
        count, total = sum(commits.counts), commits.sum
        before, self._commits = self._commits, (count, total)
        return (total - before[1]) / (count - before[0]) if count > before[0] else None
