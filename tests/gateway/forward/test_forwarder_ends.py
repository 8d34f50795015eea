"""The forwarder at its end, and with a store that fails in every way."""

import asyncio
import threading
from collections.abc import Sequence
from contextlib import suppress

from gateway.forward.forwarder import Forwarder
from gateway.history import StoreError
from gateway.outbound import OutboundRows, SetAside
from tests.gateway.forward.forwarding import (
    MemoryStore,
    fill,
    forwarding,
    reaches,
    sink_for,
    stream_of,
)
from tests.gateway.forward.http_store import (
    HANG,
    NO_CONTENT,
    Request,
    http_store,
    response,
    served,
)
from tests.gateway.forward.outbound import DEADLINE_S, MemoryJournal


async def test_stopping_waits_for_the_journal_but_saves_nothing_more() -> None:
    saving, may_save = threading.Event(), threading.Event()

    class SlowJournal(MemoryJournal):
        def save_cursor(self, sink: str, cursor: int, set_aside: Sequence[SetAside]) -> None:
            saving.set()
            assert may_save.wait(60)
            super().save_cursor(sink, cursor, set_aside)

    journal = SlowJournal()
    fill(journal, 5)
    forwarder = Forwarder([stream_of(journal, "memory")], MemoryStore())
    task = asyncio.create_task(forwarder.run())
    await asyncio.to_thread(saving.wait, 60)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=0.05)
    assert not done
    may_save.set()
    await asyncio.wait([task])
    assert task.cancelled()
    assert journal.cursors == {"memory": 5}


async def test_a_journal_that_cannot_be_read_for_a_while_ends_nothing() -> None:
    failures = iter([True, True, False, True, True])

    class FailingJournal(MemoryJournal):
        def read_after(self, cursor: int, limit: int) -> OutboundRows:
            self._fail()
            return super().read_after(cursor, limit)

        def cursor(self, name: str) -> int:
            self._fail()
            return super().cursor(name)

        def _fail(self) -> None:
            if next(failures, False):
                raise StoreError("the journal cannot be read: disk I/O error")

    journal = FailingJournal()
    fill(journal, 5)
    async with forwarding(journal, MemoryStore()):
        await asyncio.to_thread(journal.wait_until, lambda: journal.cursors == {"memory": 5})


def test_the_end_does_not_wait_for_a_store_that_does_not_answer() -> None:
    """Not even the end of the event loop, which waits for threads of its own."""
    journal = MemoryJournal()
    journal.add("soil-1", soil_ph=5.0)
    asked = threading.Event()

    def reply(_: Request) -> bytes | None:
        asked.set()
        return HANG

    async def forward_in_vain() -> None:
        async with http_store(reply) as store, forwarding(journal, sink_for(store.url, 3600)):
            await asyncio.to_thread(asked.wait, DEADLINE_S)

    gateway = threading.Thread(target=asyncio.run, args=[forward_in_vain()], daemon=True)
    gateway.start()
    gateway.join(DEADLINE_S)
    assert not gateway.is_alive()


async def test_an_answer_without_an_end_is_cut_off() -> None:
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await reader.readuntil(b"\r\n\r\n")
        with suppress(ConnectionError):
            while connections == 1:  # each step of this exchange is as quick as can be
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
                await writer.drain()
                await asyncio.sleep(0)  # `drain` alone lets nobody else run
            writer.write(NO_CONTENT)
        writer.close()

    journal = MemoryJournal()
    journal.add("soil-1", soil_ph=5.0)
    async with (
        served(serve) as url,
        forwarding(journal, sink_for(url, 3600), answer_timeout_s=0.2),
    ):
        await reaches(journal, 1, "influxdb")
    assert connections > 1


async def test_a_store_that_fails_in_every_way_gets_everything_in_the_end() -> None:
    failures = iter(
        [
            response(429, b"", Retry_After="1"),
            response(503, b"starting"),
            HANG,
            b"",
            b"HTTP/1.1 20",
            b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n<html>",
            response(200, b"<html>Please log in"),
            response(302, b"", Location="/login"),
            response(400, b"<html>Bad gateway configuration"),
            response(413),
            response(401, b'{"code":"unauthorized","message":"unauthorized access"}'),
        ]
    )
    stored: set[bytes] = set()

    def reply(request: Request) -> bytes | None:
        answer = next(failures, NO_CONTENT)
        if answer == NO_CONTENT:
            stored.update(request.lines)
        return answer

    journal = MemoryJournal()
    fill(journal, 500)
    async with (
        http_store(reply) as store,
        forwarding(journal, sink_for(store.url, timeout_s=0.3)),
    ):
        await reaches(journal, 500, "influxdb")
    assert journal.aside_ids("influxdb") == []
    assert len(stored) == 500
    assert next(failures, None) is None
