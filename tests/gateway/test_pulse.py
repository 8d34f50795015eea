"""The pipeline stands still when a commit does not end, and only then."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.assembly import JOURNAL_FILE, build_pipeline
from gateway.committer import Committer
from gateway.feed import Feed
from gateway.journal.database import open_journal
from gateway.journal.reserve import Reserve
from gateway.journal.writer import JournalWriter
from gateway.observations import Observations
from gateway.pulse import BEAT_S, LATE_MAX_S, STILL_AFTER_S, Pulse
from tests.gateway.broker_side import BrokerSide
from tests.gateway.own_time import now_ms
from tests.gateway.small_site import small_site, soil, topic

TIMEOUT_S = 60.0
"""Generous: it ends a test that hangs, and measures nothing."""


class Bench:
    """A committer on a journal whose thread can be held up, and a clock that the test moves."""

    def __init__(self, folder: Path) -> None:
        site, rules = small_site(folder)
        connection = open_journal(site.data / JOURNAL_FILE)
        self.writer = JournalWriter(
            connection, Reserve(site.data), lambda trouble: None, lambda error: None
        )
        self.observations = Observations()
        self.committer = Committer(
            build_pipeline(connection, site, rules, now_ms()),
            BrokerSide(lambda: None),
            Feed(),
            self.observations,
            now_ms,
            commit_interval_ms=1,
            forward=lambda rows: None,
        )
        self.now = 0.0
        self.pulse = Pulse(self.committer, self.observations, timer=lambda: self.now)

    async def commit(self) -> None:
        async with asyncio.timeout(TIMEOUT_S):
            await self.committer.commit()

    @asynccontextmanager
    async def held_up(self) -> AsyncIterator[asyncio.Task[None]]:
        """The journal's thread waits for the disk; the task is a commit that waits behind it."""
        go_on = threading.Event()
        holding = self.writer.run(lambda connection: go_on.wait())
        self.committer.on_message(topic("soil-1"), soil(0), 1, 0, now_ms())
        commit = asyncio.create_task(self.committer.commit())
        await asyncio.sleep(0)
        assert self.committer.commit_since is not None
        self.now = self.committer.commit_since
        try:
            yield commit
        finally:
            go_on.set()
            await asyncio.wrap_future(holding)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path)
    bench.committer.start(bench.writer)
    await bench.commit()
    yield bench
    bench.writer.close()


async def test_moves_while_nothing_is_to_be_done(bench: Bench) -> None:
    bench.now += 1e9
    assert bench.pulse.standstill() is None


async def test_stands_still_while_a_commit_does_not_end(bench: Bench) -> None:
    async with bench.held_up() as commit:
        bench.now += STILL_AFTER_S
        assert bench.pulse.standstill() is None, "a slow disk is no dead one"
        bench.now += 1
        why = bench.pulse.standstill()
        assert why is not None
        assert "31 s" in why
        assert not commit.done()
    async with asyncio.timeout(TIMEOUT_S):
        await commit
    assert bench.pulse.standstill() is None


async def test_a_disk_that_refuses_is_not_mended_by_a_restart(bench: Bench) -> None:
    async with bench.held_up():
        bench.observations.journal_trouble = "disk I/O error"
        bench.now += 10 * STILL_AFTER_S
        assert bench.pulse.standstill() is None


async def test_stands_still_when_the_event_loop_is_far_behind(bench: Bench) -> None:
    bench.observations.loop_late_s = LATE_MAX_S + 1
    assert bench.pulse.standstill() is not None


async def test_measures_how_late_the_event_loop_is(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    passing = iter([BEAT_S, BEAT_S + LATE_MAX_S + 1, BEAT_S])

    async def sleep(seconds: float) -> None:
        passed = next(passing, None)
        if passed is None:
            raise asyncio.CancelledError
        bench.now += passed

    lates: list[float] = []
    standstill = bench.pulse.standstill

    def look() -> str | None:
        lates.append(bench.observations.loop_late_s)
        return standstill()

    monkeypatch.setattr("gateway.pulse.asyncio.sleep", sleep)
    monkeypatch.setattr(bench.pulse, "standstill", look)
    with pytest.raises(asyncio.CancelledError), caplog.at_level("INFO"):
        await bench.pulse.run()
    assert lates == [0, LATE_MAX_S + 1, 0]
    assert [record.levelname for record in caplog.records] == ["CRITICAL", "INFO"]
