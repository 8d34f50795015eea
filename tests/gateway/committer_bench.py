"""A committer between a broker in the test's hand and a journal on the disk."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from gateway.assembly import JOURNAL_FILE, build_pipeline
from gateway.committer import WAITING_MAX_BYTES, Committer
from gateway.feed import Feed
from gateway.journal.batch import MessageRow
from gateway.journal.database import open_journal
from gateway.journal.reserve import Reserve
from gateway.journal.writer import JournalWriter
from gateway.observations import Observations
from gateway.pipeline import Pipeline
from tests.gateway.broker_side import BrokerSide
from tests.gateway.own_time import now_ms
from tests.gateway.small_site import small_site, soil, topic

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


OpenBench = Callable[..., AbstractAsyncContextManager[Bench]]


@asynccontextmanager
async def open_bench(
    folder: Path, *, rules: Sequence[Mapping[str, object]] = (), interval: int = NEVER_MS
) -> AsyncIterator[Bench]:
    """Started, with the devices of the site in the journal. Nothing may fail for good."""
    bench = Bench(folder, rules, interval)
    bench.committer.start(bench.writer)
    await bench.committer.commit()
    try:
        yield bench
    finally:
        bench.writer.close()
        assert not bench.failures
