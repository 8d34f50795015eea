"""The committer with a real journal: what goes out, and that it never goes before the commit."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from gateway.assembly import JOURNAL_FILE, build_pipeline
from gateway.committer import COMMIT_MESSAGES, WAITING_MAX, WAITING_MAX_BYTES, Committer
from gateway.decisions import CommandState
from gateway.feed import Feed
from gateway.journal.batch import MessageRow
from gateway.journal.database import open_journal
from gateway.journal.reserve import Reserve
from gateway.journal.writer import JournalWriter
from gateway.observations import Observations
from gateway.pipeline import Pipeline
from tests.gateway.broker_side import BrokerSide
from tests.gateway.own_time import now_ms
from tests.gateway.small_site import DRY_RULE, small_site, soil, topic

TIMEOUT_S = 60.0
"""Generous: it ends a test that hangs, and measures nothing."""
LONG = "x" * 60_000
LONG_MESSAGES = WAITING_MAX_BYTES // len(LONG) + 1
"""Too much to wait at once."""
NEVER_MS = 24 * 3_600_000
"""A commit interval that does not pass: what is committed all the same was urgent."""


class Bench:
    """A committer between a broker in the test's hand and a journal on the disk."""

    def __init__(self, folder: Path, rules: Sequence[Mapping[str, object]], interval: int) -> None:
        site, checked = small_site(folder, rules=rules, limits={"ack_interval_s": 1})
        self.file = site.data / JOURNAL_FILE
        connection = open_journal(self.file)
        self.pipeline: Pipeline = build_pipeline(connection, site, checked, now_ms())
        self.failures: list[BaseException] = []
        self.writer = JournalWriter(
            connection, Reserve(site.data), lambda trouble: None, self.failures.append
        )
        self._changed = asyncio.Event()
        self.on_disk_at_ack: list[int] = []
        self.receiver = BrokerSide(self._on_change)
        self.forwarded: list[bytes] = []
        self.observations = Observations()
        self.committer = Committer(
            self.pipeline,
            self.receiver,
            Feed(),
            self.observations,
            now_ms,
            commit_interval_ms=interval,
            forward=self._forward,
        )

    def say(self, seq: int, token: int, moisture: float = 20, now: int | None = None) -> None:
        """One message of soil-1, not yet the end of a chunk."""
        at = now_ms() if now is None else now
        self.committer.on_message(topic("soil-1"), soil(seq, moisture), token, 0, at)

    def end_chunk(self) -> None:
        self.committer.perform(lambda: None)

    def say_long(self, seq: int) -> None:
        """A long message of soil-1, a chunk of its own."""
        payload = soil(seq, note=LONG)
        self.receiver.statistics.bytes_in += len(payload)
        self.committer.on_message(topic("soil-1"), payload, seq + 1, 0, now_ms())
        self.end_chunk()

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for something that the committer does to the receiver."""
        async with asyncio.timeout(TIMEOUT_S):
            while not happened():
                self._changed.clear()
                await self._changed.wait()

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.file) as connection:
            rows = connection.execute(query).fetchall()
        connection.close()
        return rows

    @contextmanager
    def slow_disk(self) -> Iterator[None]:
        """Nothing can be committed within the context."""
        other = sqlite3.connect(self.file, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()

    async def limit_size(self, more_pages: int) -> None:
        """The journal may grow by so many pages."""

        def limit(connection: sqlite3.Connection) -> None:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages + more_pages}")

        await asyncio.wrap_future(self.writer.run(limit))

    def _on_change(self) -> None:
        self.on_disk_at_ack.append(self.ask("SELECT count(*) FROM message")[0][0])
        self._changed.set()

    def _forward(self, rows: Sequence[MessageRow]) -> None:
        self.forwarded += [row[8] for row in rows]


Open = Callable[..., Any]


@pytest.fixture
def open_bench(tmp_path: Path) -> Open:
    @asynccontextmanager
    async def open_one(
        *, rules: Sequence[Mapping[str, object]] = (), interval: int = NEVER_MS
    ) -> AsyncIterator[Bench]:
        bench = Bench(tmp_path, rules, interval)
        bench.committer.start(bench.writer)
        await bench.committer.commit()  # the devices of the site
        try:
            yield bench
        finally:
            bench.writer.close()
            assert not bench.failures

    return open_one


async def test_acknowledges_in_order_what_is_on_the_disk_and_nothing_before(
    open_bench: Open,
) -> None:
    async with open_bench(interval=1) as bench:
        with bench.slow_disk():
            for number in range(3):
                bench.say(number, token=number + 1)
                bench.end_chunk()
            done = asyncio.ensure_future(bench.committer.commit())
            await asyncio.to_thread(lambda: None)  # the journal's thread may try its luck
            assert not bench.receiver.acknowledged
            assert not bench.forwarded
            assert not done.done()
        await bench.until(lambda: len(bench.receiver.acknowledged) == 3)
        await done
        assert bench.receiver.acknowledged == [1, 2, 3]
        assert bench.on_disk_at_ack[-1] == 3
        assert [json.loads(body)["seq"] for body in bench.forwarded] == [0, 1, 2]


async def test_acknowledges_also_what_was_rejected_or_had_come_before(open_bench: Open) -> None:
    async with open_bench(interval=1) as bench:
        bench.say(0, token=1)
        bench.say(0, token=2)
        bench.committer.on_message(topic("soil-1"), b"\xff{", 3, 0, now_ms())
        bench.end_chunk()
        await bench.until(lambda: len(bench.receiver.acknowledged) == 3)
        assert bench.ask("SELECT count(*) FROM rejected") == [(1,)]


async def test_duplicates_alone_are_acknowledged_too(open_bench: Open) -> None:
    async with open_bench(interval=1) as bench:
        bench.say(0, token=1)
        bench.end_chunk()
        await bench.until(lambda: bench.receiver.acknowledged == [1])
        bench.say(0, token=2)
        bench.end_chunk()
        await bench.until(lambda: bench.receiver.acknowledged == [1, 2])


async def test_commits_at_once_when_a_decision_waits(open_bench: Open) -> None:
    async with open_bench(rules=[DRY_RULE]) as bench:
        bench.say(0, token=1)
        bench.end_chunk()  # the device's first word: it is up now, that is decided
        await bench.until(lambda: bench.receiver.acknowledged == [1])
        bench.say(1, token=2, moisture=3)
        bench.end_chunk()
        await bench.until(lambda: bench.receiver.acknowledged == [1, 2])
        await bench.until(lambda: len(bench.receiver.published) == 1)


async def test_commits_at_once_when_many_messages_wait(open_bench: Open) -> None:
    async with open_bench() as bench:
        bench.say(0, token=1)
        bench.end_chunk()
        await bench.until(lambda: bench.receiver.acknowledged == [1])
        for number in range(1, COMMIT_MESSAGES):
            bench.say(number, token=number + 1)
        bench.end_chunk()
        assert bench.receiver.acknowledged == [1]
        bench.say(COMMIT_MESSAGES, token=COMMIT_MESSAGES + 1)
        bench.end_chunk()
        await bench.until(lambda: len(bench.receiver.acknowledged) == COMMIT_MESSAGES + 1)


async def test_stops_reading_while_too_much_waits_and_reads_again(open_bench: Open) -> None:
    async with open_bench(interval=1) as bench:
        with bench.slow_disk():
            for number in range(COMMIT_MESSAGES):  # these are on their way
                bench.say(number, token=number + 1)
            bench.end_chunk()
            for number in range(COMMIT_MESSAGES, COMMIT_MESSAGES + WAITING_MAX - 1):
                bench.say(number, token=number + 1)
            bench.end_chunk()
            assert not bench.receiver.paused
            bench.say(COMMIT_MESSAGES + WAITING_MAX, token=COMMIT_MESSAGES + WAITING_MAX)
            bench.end_chunk()
            assert bench.receiver.paused
        await bench.until(lambda: not bench.receiver.paused)
        total = COMMIT_MESSAGES + WAITING_MAX
        await bench.until(lambda: len(bench.receiver.acknowledged) == total)
        assert bench.receiver.acknowledged == list(range(1, total + 1))


async def test_long_messages_count_by_their_bytes(open_bench: Open) -> None:
    async with open_bench() as bench:
        bench.say_long(0)
        await bench.until(lambda: len(bench.receiver.acknowledged) == 1)  # its first word
        with bench.slow_disk():
            for number in range(1, LONG_MESSAGES + 1):  # on their way, though nothing is urgent
                bench.say_long(number)
            for number in range(LONG_MESSAGES + 1, 2 * LONG_MESSAGES):
                bench.say_long(number)
            assert not bench.receiver.paused
            bench.say_long(2 * LONG_MESSAGES)
            assert bench.receiver.paused
        await bench.until(lambda: len(bench.receiver.acknowledged) == 2 * LONG_MESSAGES + 1)
        assert not bench.receiver.paused


async def test_sends_a_command_only_when_it_is_in_the_journal(open_bench: Open) -> None:
    async with open_bench(rules=[DRY_RULE]) as bench:
        with bench.slow_disk():
            bench.say(0, token=1, moisture=3)
            bench.end_chunk()
            bench.committer.on_connection(True, "connected")  # sends what is due, but this is not
            await asyncio.to_thread(lambda: None)
            assert not bench.receiver.published
        await bench.until(lambda: len(bench.receiver.published) == 1)
        sent = json.loads(bench.receiver.published[0].payload)
        assert bench.ask("SELECT id, state FROM command") == [(sent["id"], "queued")]
        assert bench.receiver.published[0].topic == topic("light-1", "command")


async def test_a_command_that_could_not_go_goes_when_the_broker_is_back(open_bench: Open) -> None:
    async with open_bench(rules=[DRY_RULE]) as bench:
        bench.receiver.connected = False
        bench.say(0, token=1, moisture=3)
        bench.end_chunk()
        await bench.until(lambda: bench.receiver.acknowledged == [1])
        assert not bench.receiver.published
        bench.receiver.connected = True
        bench.committer.on_connection(True, "connected")
        await bench.until(lambda: len(bench.receiver.published) == 1)


async def test_an_expired_command_is_never_sent(open_bench: Open) -> None:
    async with open_bench(rules=[DRY_RULE]) as bench:
        # Its minute passed while the disk was slow.
        bench.say(0, token=1, moisture=3, now=now_ms() - 120_000)
        bench.end_chunk()
        await bench.until(lambda: bench.receiver.acknowledged == [1])
        async with asyncio.timeout(TIMEOUT_S):
            while not bench.pipeline.counters.commands[CommandState.EXPIRED]:
                await bench.committer.commit()
        await bench.committer.commit()
        assert bench.ask("SELECT state, attempts FROM command") == [("expired", 0)]
        assert not bench.receiver.published


async def test_a_stop_leaves_nothing_to_replay(open_bench: Open) -> None:
    async with open_bench() as bench:
        for number in range(5):
            bench.say(number, token=number + 1)
        bench.end_chunk()
        await bench.committer.stop()
        assert bench.receiver.acknowledged == [1, 2, 3, 4, 5]
        assert bench.ask("SELECT DISTINCT snapshot_message FROM device") == [(5,)]


async def test_a_disk_that_takes_nothing_does_not_hold_up_the_end(open_bench: Open) -> None:
    async with open_bench() as bench:
        with bench.slow_disk():
            bench.say(0, token=1)
            bench.end_chunk()
            async with asyncio.timeout(TIMEOUT_S):
                await bench.committer.stop()
            assert not bench.receiver.acknowledged


FULL_ALERT = "SELECT count(*), count(resolved_at) FROM alert WHERE source = 'gateway:disk-full'"


async def test_on_a_full_disk_messages_wait_and_decisions_do_not(open_bench: Open) -> None:
    async with open_bench(rules=[DRY_RULE], interval=1) as bench:
        await bench.limit_size(more_pages=1)
        for number in range(COMMIT_MESSAGES):
            bench.say(number, token=number + 1)
        bench.say(COMMIT_MESSAGES, token=COMMIT_MESSAGES + 1, moisture=3)
        bench.end_chunk()
        await bench.until(lambda: bench.receiver.published)
        assert bench.observations.disk_full
        assert not bench.receiver.acknowledged
        assert bench.ask("SELECT count(*) FROM message") == [(0,)]
        assert bench.ask("SELECT state FROM rule_state") == [("firing",)]
        assert bench.ask(FULL_ALERT) == [(1, 0)]
        assert bench.ask("SELECT count(snapshot) FROM device") == [(0,)], "of unwritten messages"
        await bench.limit_size(more_pages=100_000)
        total = COMMIT_MESSAGES + 1
        await bench.until(lambda: len(bench.receiver.acknowledged) == total)
        assert bench.receiver.acknowledged == list(range(1, total + 1))
        await bench.committer.commit()
        assert bench.ask(FULL_ALERT) == [(1, 1)]
        assert not bench.observations.disk_full
        assert bench.ask("SELECT count(*), max(id) FROM message") == [(total, total)]
        assert bench.ask("SELECT count(*) FROM command") == [(1,)]


async def test_what_waits_for_room_is_bounded(open_bench: Open) -> None:
    async with open_bench(interval=1) as bench:
        await bench.limit_size(more_pages=1)
        for number in range(WAITING_MAX):
            bench.say(number, token=number + 1)
        bench.end_chunk()
        await bench.until(lambda: bench.receiver.paused)
        await bench.limit_size(more_pages=100_000)
        await bench.until(lambda: len(bench.receiver.acknowledged) == WAITING_MAX)
        assert not bench.receiver.paused


async def test_long_messages_that_wait_for_room_count_by_their_bytes(open_bench: Open) -> None:
    async with open_bench() as bench:
        await bench.limit_size(more_pages=1)
        for number in range(LONG_MESSAGES):
            bench.say_long(number)
        await bench.until(lambda: bench.receiver.paused)
        await bench.limit_size(more_pages=100_000)
        await bench.until(lambda: len(bench.receiver.acknowledged) == LONG_MESSAGES)
        assert not bench.receiver.paused


async def test_an_end_on_a_full_disk_leaves_what_waits_to_the_broker(open_bench: Open) -> None:
    async with open_bench(interval=1) as bench:
        await bench.limit_size(more_pages=1)
        for number in range(COMMIT_MESSAGES):
            bench.say(number, token=number + 1)
        bench.end_chunk()
        await bench.committer.stop()
        assert not bench.receiver.acknowledged
        assert bench.ask("SELECT count(snapshot) FROM device") == [(0,)]
        assert bench.ask(FULL_ALERT) == [(1, 0)]


async def test_a_start_without_room_says_so_and_holds_messages(tmp_path: Path) -> None:
    bench = Bench(tmp_path, (), 1)
    bench.committer.start(bench.writer, has_room=False)
    bench.say(0, token=1)
    bench.end_chunk()
    await bench.committer.commit()
    assert bench.ask(FULL_ALERT) == [(1, 0)]
    assert not bench.receiver.acknowledged
    await bench.until(lambda: bench.receiver.acknowledged == [1])
    await bench.committer.stop()
    bench.writer.close()
    assert bench.ask(FULL_ALERT) == [(1, 1)]


async def test_tells_a_device_what_is_on_the_disk_and_again_to_a_new_broker(
    open_bench: Open,
) -> None:
    async with open_bench(interval=1) as bench:
        bench.receiver.connected = False
        bench.say(0, token=1)
        bench.end_chunk()
        await bench.until(lambda: bench.receiver.acknowledged == [1])
        assert not bench.receiver.told
        bench.receiver.connected = True
        await bench.until(lambda: bool(bench.receiver.told))
        assert bench.receiver.told[0].topic == topic("soil-1", "ack")
        assert json.loads(bench.receiver.told[0].payload) == {"boot": "b", "seq": 0, "missing": []}
        bench.committer.on_connection(True, "connected")
        await bench.until(lambda: len(bench.receiver.told) > 1)
