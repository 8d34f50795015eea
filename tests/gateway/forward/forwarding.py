"""A forwarder between a journal in memory and a store in memory or on a local port."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from gateway.forward.backoff import Delays
from gateway.forward.forwarder import Forwarder
from gateway.forward.influx import InfluxSink
from gateway.forward.line_protocol import LineEncoder
from gateway.forward.lines import Stream
from gateway.forward.sink import Answer, Sink, Stored
from gateway.site import InfluxConfig
from tests.gateway.forward.outbound import MemoryJournal

QUICK = Delays(first_s=0.001, mistake_s=0.001, longest_s=0.01)


class MemoryStore:
    """Keeps lines as a store does, by tags and time; `reply` may refuse a request first."""

    name = "memory"

    def __init__(self, reply: Callable[[Sequence[bytes]], Answer] = lambda _: Stored()) -> None:
        self.reply = reply
        self.requests: list[int] = []
        self.points: set[bytes] = set()

    def write(self, lines: Sequence[bytes]) -> Answer:
        self.requests.append(len(lines))
        answer = self.reply(lines)
        if isinstance(answer, Stored):
            self.points.update(lines)
        return answer

    def pause_s(self) -> float:
        return 0.0

    def close(self) -> None:
        pass


def stream_of(journal: MemoryJournal, name: str) -> Stream:
    return Stream(name, journal, LineEncoder("khe-coc", journal.fleet).readings)


@asynccontextmanager
async def forwarding(
    journal: MemoryJournal, sink: Sink, linger_s: float = 0.0, answer_timeout_s: float = 60.0
) -> AsyncIterator[Forwarder]:
    forwarder = Forwarder(
        [stream_of(journal, sink.name)],
        sink,
        delays=QUICK,
        linger_s=linger_s,
        answer_timeout_s=answer_timeout_s,
    )
    task = asyncio.create_task(forwarder.run())
    try:
        yield forwarder
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def sink_for(url: str, timeout_s: float) -> InfluxSink:
    config = InfluxConfig(url=url, org="hamlet", bucket="b", token_file="unused")
    return InfluxSink(config, lambda: "secret", timeout_s=timeout_s)


async def reaches(journal: MemoryJournal, cursor: int, sink: str = "memory") -> None:
    await asyncio.to_thread(journal.wait_until, lambda: journal.cursor(sink) == cursor)


def fill(journal: MemoryJournal, rows: int) -> None:
    for number in range(rows):
        journal.add(f"soil-{number % 7}", soil_moisture_pct=number / 10)
