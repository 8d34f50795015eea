"""Keeps one store in step with the journal: read by cursor, send, save the cursor.

The cursor moves only when every row up to it is in the store or was set aside. Nothing else is
remembered, so a restart at any instant costs at most one batch sent twice, which stores the same
points. Memory holds one batch, however long the store is away.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from gateway.clock import Millis
from gateway.forward.backoff import Backoff, Delays
from gateway.forward.line_protocol import LineEncoder, UnsendableError
from gateway.forward.sink import Refused, Sink, Stored, TooLarge, Trouble
from gateway.outbound import OutboundRow, OutboundSource, SetAside

LINGER_S = 1.0
"""New rows wait this long for others, so that a trickle is not one request a message."""
STOP_TIMEOUT_S = 5.0
"""A healthy disk needs milliseconds; one in trouble must not keep the gateway from ending."""
DOUBTS_MAX = 16
"""Lines refused one by one while none was taken: then it is not the lines."""

log = logging.getLogger(__name__)
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class ForwardStatistics:
    """How far a store is behind. `sent` and `dead` count since the start of the gateway; `trouble`
    says why nothing goes at present, in words for the technician."""

    sink: str
    backlog_rows: int
    oldest_unsent_s: float | None
    sent: int
    dead: int
    trouble: str | None


class _Line(NamedTuple):
    row_id: int
    line: bytes


class Forwarder:
    """Forwards to one sink. `run` is its task; `notify` and `statistics` are called in its loop."""

    def __init__(
        self,
        source: OutboundSource,
        encoder: LineEncoder,
        sink: Sink,
        *,
        delays: Delays | None = None,
        linger_s: float = LINGER_S,
    ) -> None:
        self._source = source
        self._encoder = encoder
        self._sink = sink
        self._backoff = Backoff(delays or Delays())
        self._linger_s = linger_s
        self._news = asyncio.Event()
        self._sent = 0
        self._dead = 0
        self._trouble: str | None = None

    def notify(self) -> None:
        """New rows were committed."""
        self._news.set()

    async def run(self) -> None:
        """Forward until cancelled. On a healthy disk nothing of it goes on after that."""
        try:
            cursor = await _finish(self._source.cursor, self._sink.name)
            while True:
                self._news.clear()
                wanted = self._backoff.batch
                rows = await _finish(self._source.read_after, cursor, wanted)
                if rows and not await self._forward(rows):
                    continue
                cursor = rows[-1].id if rows else cursor
                if len(rows) < wanted:
                    await self._news.wait()
                    await asyncio.sleep(self._linger_s)
        finally:
            self._sink.close()

    async def statistics(self, now: Millis) -> ForwardStatistics:
        """For `/metrics` and the technician's page."""
        cursor = await asyncio.to_thread(self._source.cursor, self._sink.name)
        newest = await asyncio.to_thread(self._source.newest)
        oldest = await asyncio.to_thread(self._source.oldest_received_after, cursor)
        return ForwardStatistics(
            sink=self._sink.name,
            backlog_rows=max(0, newest - cursor),
            oldest_unsent_s=None if oldest is None else max(0, now - oldest) / 1000,
            sent=self._sent,
            dead=self._dead,
            trouble=self._trouble,
        )

    async def _forward(self, rows: Sequence[OutboundRow]) -> bool:
        """Bring the rows into the store and move the cursor; or wait, and say that it failed."""
        lines, set_aside = await asyncio.to_thread(self._encode, rows)
        trouble = await self._deliver(lines, set_aside)
        if trouble is not None:
            await self._wait_out(trouble)
            return False
        await _finish(self._source.save_cursor, self._sink.name, rows[-1].id, set_aside)
        self._note_success(len(rows), set_aside)
        return True

    def _encode(self, rows: Sequence[OutboundRow]) -> tuple[list[_Line], list[SetAside]]:
        lines: list[_Line] = []
        set_aside: list[SetAside] = []
        for row in rows:
            try:
                lines.append(_Line(row.id, self._encoder.encode(row)))
            except UnsendableError as error:
                set_aside.append(SetAside(row.id, str(error)))
        return lines, set_aside

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
            answer = await asyncio.to_thread(self._sink.write, [line for _, line in part])
            match answer:
                case Stored():
                    understood = True
                case Refused(faults, certain=True):
                    understood = True
                    set_aside += [SetAside(part[at].row_id, why) for at, why in faults.items()]
                    rest = [line for at, line in enumerate(part) if at not in faults]
                    todo += [rest] if rest else []
                case Refused(faults) if len(part) > 1:
                    todo += _split(part, faults)
                case Refused(faults):
                    doubts.append(SetAside(part[0].row_id, faults[0]))
                case TooLarge() if len(part) > 1:
                    todo += _split(part, ())
                case TooLarge(reason):
                    doubts.append(SetAside(part[0].row_id, reason))
                case Trouble():
                    return answer
            if doubts and not understood and (len(doubts) > DOUBTS_MAX or not todo):
                why = f"the store refuses whatever it gets: {doubts[0].reason}"
                return Trouble(why, mistake=True)
        set_aside += doubts
        return None

    async def _wait_out(self, trouble: Trouble) -> None:
        if self._trouble != trouble.reason:
            log.warning("%s: %s; rows wait in the journal", self._sink.name, trouble.reason)
        self._trouble = trouble.reason
        delay_s = self._backoff.failed(
            random.random(), mistake=trouble.mistake, at_least_s=trouble.retry_after_s
        )
        await asyncio.sleep(delay_s)

    def _note_success(self, rows: int, set_aside: Sequence[SetAside]) -> None:
        self._backoff.succeeded()
        self._sent += rows - len(set_aside)
        self._dead += len(set_aside)
        if set_aside:
            first = set_aside[0]
            log.warning(
                "%s: %d rows set aside, the first is row %d: %s",
                self._sink.name,
                len(set_aside),
                first.row_id,
                first.reason,
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
