"""Keeps one store in step with the journal: read by cursor, send, save the cursor.

A cursor moves only when every row up to it is in the store or was set aside. Nothing else is
remembered, so a restart at any instant costs at most one batch sent twice, which stores the same
points. Memory holds one batch, however long the store is away.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from gateway.clock import Millis
from gateway.detached import run_detached
from gateway.forward.backoff import BATCH_MAX, Backoff, Delays
from gateway.forward.lines import Lines, Stream
from gateway.forward.sink import Answer, Refused, Sink, Stored, TooLarge, Trouble
from gateway.history import StoreError
from gateway.outbound import SetAside

LINGER_S = 1.0
"""New rows wait at most this long for others, so that a trickle is not one request a message."""
STOP_TIMEOUT_S = 5.0
"""A healthy disk needs milliseconds; one in trouble must not keep the gateway from ending."""
ANSWER_TIMEOUT_S = 60.0
"""For a whole request. The sink bounds each of its steps; a server may take many."""
DOUBTS_MAX = 16
"""Lines refused one by one while none was taken: then it is not the lines."""

log = logging.getLogger(__name__)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class ForwardStatistics:
    """How far a store is behind in one stream. `sent` and `dead` count since the start of the
    gateway; `trouble` says why nothing goes at present, in words for the technician."""

    sink: str
    backlog_rows: int
    oldest_unsent_s: float | None
    sent: int
    dead: int
    trouble: str | None


_Line = tuple[int, bytes]
"""Of which row, and the line. A plain tuple, because every row on its way out is one."""


@dataclass(slots=True)
class _Progress:
    """How far a stream has come since the start of the gateway."""

    stream: Stream
    cursor: int | None = None  # not asked for yet
    sent: int = 0
    dead: int = 0


class Forwarder:
    """Forwards streams to one sink, a batch of each in turn. `run` is its task; `notify` and
    `statistics` are called in its loop."""

    def __init__(
        self,
        streams: Sequence[Stream],
        sink: Sink,
        *,
        delays: Delays | None = None,
        linger_s: float = LINGER_S,
        answer_timeout_s: float = ANSWER_TIMEOUT_S,
    ) -> None:
        self._streams = {stream.name: _Progress(stream) for stream in streams}
        self._sink = sink
        self._backoff = Backoff(delays or Delays())
        self._linger_s = linger_s
        self._answer_timeout_s = answer_timeout_s
        self._news = asyncio.Event()
        self._fresh = 0  # rows that were committed since it was last looked for some
        self._plenty = asyncio.Event()
        self._trouble: str | None = None

    def notify(self, rows: int) -> None:
        """So many new rows were committed; or none, and old ones may go now."""
        self._news.set()
        self._fresh += rows
        if self._fresh >= BATCH_MAX:
            self._plenty.set()

    async def run(self) -> None:
        """Forward until cancelled. On a healthy disk nothing of it goes on after that, but for a
        request that the store does not answer: it is cut off, and changes nothing here."""
        try:
            while True:
                self._news.clear()
                self._plenty.clear()
                self._fresh = 0
                more = [await self._advance(progress) for progress in self._streams.values()]
                if not any(more):
                    await self._news.wait()
                    await self._linger()
        finally:
            self._sink.close()

    async def statistics(self, stream: str, now: Millis) -> ForwardStatistics:
        """For `/metrics` and the technician's page. Raises StoreError while the journal cannot be
        read."""
        progress = self._streams[stream]
        source = progress.stream.source
        cursor = await asyncio.to_thread(source.cursor, stream)
        newest = await asyncio.to_thread(source.newest)
        oldest = await asyncio.to_thread(source.oldest_received_after, cursor)
        return ForwardStatistics(
            sink=stream,
            backlog_rows=max(0, newest - cursor),
            oldest_unsent_s=None if oldest is None else max(0, now - oldest) / 1000,
            sent=progress.sent,
            dead=progress.dead,
            trouble=self._trouble,
        )

    async def _linger(self) -> None:
        """Wait for more rows, but not when a whole batch is there."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._linger_s):
                await self._plenty.wait()

    async def _advance(self, progress: _Progress) -> bool:
        """Bring the oldest rows into the store and move the cursor; or wait, where that fails.
        False when there is nothing more to do for now."""
        wanted = self._backoff.batch
        stream = progress.stream
        try:
            if progress.cursor is None:
                progress.cursor = await _finish(stream.source.cursor, stream.name)
            batch = await _finish(stream.read, progress.cursor, wanted)
        except StoreError as error:
            await self._wait_out(Trouble(str(error)))
            return True
        if batch.upto == progress.cursor:
            return False
        lines = list(zip(batch.ids, batch.lines, strict=True))
        trouble = await self._deliver(lines, batch.set_aside)
        if trouble is not None:
            await self._wait_out(trouble)
            return True
        await _finish(stream.source.save_cursor, stream.name, batch.upto, batch.set_aside)
        progress.cursor = batch.upto
        self._note_success(progress, batch)
        return batch.rows >= wanted

    async def _deliver(self, lines: list[_Line], set_aside: list[SetAside]) -> Trouble | None:
        """Send the lines; what the store will never take is added to `set_aside`.

        A store that refuses a batch without naming lines gets ever smaller ones. A line that it
        refuses alone is at fault only if the store takes others of the batch: else the settings
        are, and to set everything aside would lose it.
        """
        todo = [lines] if lines else []
        doubts: list[SetAside] = []
        understood = False
        while todo:
            part = todo.pop()
            answer = await self._write([line for _, line in part])
            match answer:
                case Stored():
                    understood = True
                case Refused(faults, certain=True):
                    understood = True
                    set_aside += [SetAside(part[at][0], why) for at, why in faults.items()]
                    rest = [line for at, line in enumerate(part) if at not in faults]
                    todo += [rest] if rest else []
                case Refused(faults) if len(part) > 1:
                    todo += _split(part, faults)
                case Refused(faults):
                    doubts.append(SetAside(part[0][0], faults[0]))
                case TooLarge() if len(part) > 1:
                    self._backoff.too_large(len(part))
                    todo += _split(part, ())
                case TooLarge(reason):
                    doubts.append(SetAside(part[0][0], reason))
                case Trouble():
                    return answer
            if doubts and not understood and (len(doubts) > DOUBTS_MAX or not todo):
                why = f"the store refuses whatever it gets: {doubts[0].reason}"
                return Trouble(why, mistake=True)
        set_aside += doubts
        return None

    async def _write(self, lines: list[bytes]) -> Answer:
        await asyncio.sleep(self._sink.pause_s())
        try:
            async with asyncio.timeout(self._answer_timeout_s):
                return await run_detached(self._sink.write, lines)
        except TimeoutError:
            self._sink.close()
            return Trouble(f"the store does not come to an end within {self._answer_timeout_s} s")

    async def _wait_out(self, trouble: Trouble) -> None:
        if self._trouble != trouble.reason:
            log.warning("%s: %s; rows wait in the journal", self._sink.name, trouble.reason)
        self._trouble = trouble.reason
        delay_s = self._backoff.failed(
            random.random(), mistake=trouble.mistake, at_least_s=trouble.retry_after_s
        )
        await asyncio.sleep(delay_s)

    def _note_success(self, progress: _Progress, batch: Lines) -> None:
        set_aside = batch.set_aside
        self._backoff.succeeded()
        progress.sent += batch.rows - len(set_aside)
        progress.dead += len(set_aside)
        if set_aside:
            log.warning(
                "%s: %d rows set aside, the first is row %d: %s",
                progress.stream.name,
                len(set_aside),
                set_aside[0].row_id,
                set_aside[0].reason,
            )
        if self._trouble is not None:
            log.info("%s: takes rows again", self._sink.name)
            self._trouble = None


def _split(part: list[_Line], suspects: Collection[int]) -> list[list[_Line]]:
    """The suspects and the others; halves, where that says nothing. The last is sent first."""
    if not 0 < len(suspects) < len(part):
        suspects = range(len(part) // 2)
    return [
        [line for at, line in enumerate(part) if at in suspects],
        [line for at, line in enumerate(part) if at not in suspects],
    ]


async def _finish(call: Callable[..., Result], *args: object) -> Result:
    """Run a journal call in a thread. When cancelled, wait for its end, but not for ever: the
    journal may be closed right after, and refuses what comes later."""
    task = asyncio.ensure_future(asyncio.to_thread(call, *args))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await asyncio.gather(task, return_exceptions=True)
        raise
