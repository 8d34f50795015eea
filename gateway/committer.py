"""The event loop's side of the pipeline: when to commit, what to release, when to wake.

Implements the receivers' Inbox. One transaction is under way at a time while the next gathers:
at once when a decision waits, else after the commit interval or COMMIT_MESSAGES messages.

While the disk is full only what was decided is committed. Messages are held: neither written nor
acknowledged, until there is room again.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from devices.reading import Millis
from gateway.clock import Correction, Now, Scale
from gateway.feed import Feed, Update
from gateway.intake.contract import Receiver
from gateway.journal.batch import MessageRow
from gateway.journal.notices import disk_full, disk_has_room
from gateway.journal.writer import JournalWriter, StoppedError
from gateway.observations import Observations
from gateway.pipeline import Pipeline, Request
from gateway.work import Work

COMMIT_MESSAGES = 500
"""A transaction of this size costs little more than one of a single message."""
WAITING_MAX = 10_000
"""Messages in memory that wait for their commit. Reading stops there, so a slow disk or a burst
costs time and no memory; a few MB."""
WAITING_MAX_BYTES = 16 * 2**20
"""The same for long messages: so many honest ones have 5 MB, of 64 KiB each they would have 600.
It also bounds the journal's log, which one transaction makes as long as it needs."""
WAKE_MAX_S = 60.0
"""What is due is looked at this often anyway: timers stand still while the machine sleeps."""
VISIT_S = 1.0
"""Between two shares of the devices that are told what is on disk."""
STOP_TIMEOUT_S = 5.0
"""A healthy disk needs milliseconds, and whoever stops the gateway waits for it."""
ROOM_CHECK_S = 2.0
"""How often a full disk is looked at for room; somebody who deletes files wants to see it work."""

log = logging.getLogger(__name__)

T = TypeVar("T")


class Committer:
    """Feeds the pipeline and carries out what it decided, after the commit.

    `forward` gets the messages that are on disk. `failure` gets the error after which the gateway
    must end.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        receiver: Receiver,
        feed: Feed,
        observations: Observations,
        now: Now,
        *,
        commit_interval_ms: int,
        forward: Callable[[Sequence[MessageRow]], None],
    ) -> None:
        self.now = now
        self._pipeline = pipeline
        self._receiver = receiver
        self._feed = feed
        self._observations = observations
        self._commit_interval_s = commit_interval_ms / 1000
        self._forward = forward
        self._loop = asyncio.get_running_loop()
        self.failure: asyncio.Future[None] = self._loop.create_future()
        self.commit_since: float | None = None  # when the one under way began, by perf_counter
        self._writer: JournalWriter | None = None
        self._in_flight: Work | None = None
        self._decided_at: float | None = None
        self._commit_timer: asyncio.TimerHandle | None = None
        self._wake_timer: asyncio.TimerHandle | None = None
        self._visit_timer: asyncio.TimerHandle | None = None
        self._begun_at = self._in_flight_begun_at = 0  # the receiver's bytes_in, see _waiting_bytes
        self._paused = False
        self._holding = False  # messages wait for room on the disk
        self._disk_full = False  # people were told
        self._room_timer: asyncio.TimerHandle | None = None
        self._waiters: list[asyncio.Future[None]] = []
        self._next_waiters: list[asyncio.Future[None]] = []

    def start(self, writer: JournalWriter, *, has_room: bool = True) -> None:
        """Begin to commit and to wake when something is due. Without room messages are held."""
        self._writer = writer
        if has_room:
            self._pipeline.ask(disk_has_room(self.now()), self.now())
        else:
            self._hold()
        self._consider()
        self._plan_wake()
        self._plan_visit()

    async def stop(self) -> None:
        """Commit everything that has been received, with a snapshot of every device, so that the
        next start replays nothing.

        When the disk does not take it, that is given up: what was not committed was not
        acknowledged, and comes again. So it is after a failure.
        """
        if self._writer:
            if not self._holding:
                self._pipeline.snapshot_all()
            try:
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    with suppress(StoppedError):  # `failure` has the error
                        await self.commit()
            except TimeoutError:
                log.error("the journal could not be written: what came last will come again")
        self._writer = None
        timers = (self._commit_timer, self._wake_timer, self._visit_timer, self._room_timer)
        for timer in timers:
            if timer:
                timer.cancel()

    def fail(self, error: BaseException) -> None:
        """The gateway must end: waiting does not mend this. Nothing is committed from now on, for
        what was decided may be half of what should have been. Only the first error counts."""
        self._writer = None
        if not self.failure.done():
            self.failure.set_exception(error)

    @property
    def full(self) -> bool:
        """Whether too much waits for its commit to take in more."""
        return self._paused

    def on_message(self, topic: str, payload: bytes, token: int, flags: int, now: Millis) -> None:
        """See Inbox."""
        self._pipeline.receive(topic, payload, token, flags, now)

    def on_connection(self, connected: bool, reason: str, *, session_kept: bool = False) -> None:
        """See Inbox."""
        seen = self._observations
        if connected != seen.broker_connected:
            seen.broker_since = self.now()
        if (connected, reason) != (seen.broker_connected, seen.broker_reason):
            log.log(logging.INFO if connected else logging.WARNING, "broker: %s", reason)
        seen.broker_connected = connected
        seen.broker_reason = reason
        if connected:
            self.perform(lambda: self._pipeline.connected(session_kept, self.now()))
            self._or_fail(self._send_due)

    def perform(self, step: Callable[[], None]) -> None:
        """See Inbox. `step` may also ask for something itself."""
        self._or_fail(step)
        self._or_fail(self._look)

    def ask(self, request: Request) -> None:
        """What the gateway has to say of itself."""
        self.perform(lambda: self._pipeline.ask(request, self.now()))

    def report(self, payload: bytes) -> None:
        """Take a reading of the gateway about itself."""
        self.perform(lambda: self._pipeline.report(payload, self.now()))

    def correct(self, correction: Correction, scale: Scale) -> None:
        """The clock was wrong; from now on `scale` counts."""
        self.perform(lambda: self._pipeline.correct(correction, scale, self.now()))

    async def decide(self, step: Callable[[], T]) -> T:
        """Do what a person asked for; returns what `step` does, when all that it decided is on disk
        and carried out. Raises StoppedError."""
        outcome: list[T] = []
        self._or_fail(lambda: outcome.append(step()))
        await self.commit()
        return outcome[0]

    async def commit(self) -> None:
        """Return when everything that was decided so far is on disk and carried out. Raises
        StoppedError when it will never be, because the gateway has failed."""
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._next_waiters.append(waiter)
        self._pipeline.pending.decided = True
        self._or_fail(self._consider)
        await asyncio.wait((waiter, self.failure), return_when=asyncio.FIRST_COMPLETED)
        if not waiter.done():
            raise StoppedError("the gateway has failed and ends")

    def _consider(self) -> None:
        """Commit now, later, or not at all; and stop reading when too much waits."""
        pipeline = self._pipeline
        work = pipeline.pending
        waiting = pipeline.waiting
        too_much = waiting >= WAITING_MAX or self._waiting_bytes >= WAITING_MAX_BYTES
        if work.decided and self._decided_at is None:
            self._decided_at = time.perf_counter()
        if self._in_flight is None and not self._holding:
            if work.decided or waiting >= COMMIT_MESSAGES or too_much:
                self._submit()
            elif self._commit_timer is None and work:
                self._commit_timer = self._loop.call_later(
                    self._commit_interval_s, self._or_fail, self._submit
                )
            return
        if self._in_flight is None and work.decided:
            self._submit()
        if too_much and not self._paused:
            self._paused = True
            self._receiver.pause()

    @property
    def _waiting_bytes(self) -> int:
        """What the receiver has read since the open work began: its messages have no more, and to
        know it costs nothing for each of them."""
        return self._receiver.statistics.bytes_in - self._begun_at

    def _submit(self) -> None:
        if self._commit_timer:
            self._commit_timer.cancel()
            self._commit_timer = None
        if self._in_flight is not None or self._writer is None:
            return
        held = self._holding
        if held:
            work = self._pipeline.take_urgent()
        else:
            work = self._pipeline.take_work()
            self._in_flight_begun_at = self._begun_at
            self._begun_at = self._receiver.statistics.bytes_in
        self._in_flight = work
        self._waiters, self._next_waiters = self._next_waiters, []
        decided_at, self._decided_at = self._decided_at, None
        self.commit_since = started_at = time.perf_counter()

        def on_committed() -> None:  # in the journal's thread
            self._loop.call_soon_threadsafe(
                self._or_fail, lambda: self._committed(work, started_at, decided_at, held)
            )

        def on_full() -> None:  # in the journal's thread
            self._loop.call_soon_threadsafe(
                self._or_fail, lambda: self._not_committed(work, decided_at)
            )

        self._writer.submit(work.batch, on_committed, None if held else on_full)

    def _committed(
        self, work: Work, started_at: float, decided_at: float | None, held: bool
    ) -> None:
        self._observations.commit_seconds.observe(time.perf_counter() - started_at)
        self._in_flight = self.commit_since = None
        self._receiver.acknowledge(work.tokens)
        self._pipeline.committed(work)
        if self._disk_full and not held:
            self._go_on()
        self._send_receipts(work)
        if work.commands:
            self._send_due()
            if decided_at is not None:
                self._observations.decision_seconds.observe(time.perf_counter() - decided_at)
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        self._tell(work)
        few = self._pipeline.waiting < WAITING_MAX // 2
        if self._paused and few and self._waiting_bytes < WAITING_MAX_BYTES:
            self._paused = False
            self._receiver.resume()
        self._consider()
        self._plan_wake()

    def _not_committed(self, work: Work, decided_at: float | None) -> None:
        """The disk has no room for messages; what was decided because of them goes first."""
        self._in_flight = self.commit_since = None
        self._pipeline.give_back(work)
        self._begun_at = self._in_flight_begun_at
        self._next_waiters = self._waiters + self._next_waiters
        self._waiters = []
        self._decided_at = decided_at
        self._hold()
        self._consider()

    def _hold(self) -> None:
        if not self._disk_full:
            log.error("the disk is full: messages wait, decisions are saved")
            self._pipeline.ask(disk_full(self.now()), self.now())
        self._disk_full = self._holding = self._observations.disk_full = True
        self._room_timer = self._loop.call_later(ROOM_CHECK_S, self._or_fail, self._look_for_room)

    def _look_for_room(self) -> None:
        def on_answer(whole: bool) -> None:  # in the journal's thread
            self._loop.call_soon_threadsafe(self._or_fail, lambda: self._on_room(whole))

        if self._writer:
            self._writer.fill_reserve(on_answer)

    def _on_room(self, whole: bool) -> None:
        if not whole:
            self._hold()
            return
        self._holding = False
        self._submit()

    def _go_on(self) -> None:
        """What had waited is on the disk."""
        log.info("the disk has room again")
        self._disk_full = self._observations.disk_full = False
        self._pipeline.ask(disk_has_room(self.now()), self.now())

    def _tell(self, work: Work) -> None:
        if work.batch.messages:
            self._forward(work.batch.messages)
        if self._feed.has_subscribers:
            numbered = self._pipeline.fleet.numbered
            heard = {numbered(row[1]).id for row in work.batch.messages}
            self._feed.publish(Update(frozenset(heard | work.changed), work.alerts, work.runs))

    def _send_due(self) -> None:
        """Put commands on the wire. One that cannot go now is due again later, until it expires."""
        now = self.now()
        for send in self._pipeline.engines.outbox.due(now):
            expiry_s = max((send.expires_at - now) // 1000, 1)
            self._receiver.publish(send.topic, send.payload, expiry_s=expiry_s)

    def _send_receipts(self, work: Work) -> None:
        """What cannot go now is due again in the next round."""
        for receipt in work.receipts:
            if not self._receiver.tell(receipt.topic, receipt.payload):
                return
            self._pipeline.told(receipt)

    def _look(self) -> None:
        self._consider()
        if self._pipeline.pending.decided:  # else a device's rhythm at most, and WAKE_MAX_S will do
            self._plan_wake()

    def _plan_wake(self) -> None:
        if self._wake_timer:
            self._wake_timer.cancel()
        deadline = self._pipeline.next_deadline()
        delay_s = WAKE_MAX_S if deadline is None else (deadline - self.now()) / 1000
        self._wake_timer = self._loop.call_later(
            min(max(delay_s, 0), WAKE_MAX_S), self._or_fail, self._wake
        )

    def _wake(self) -> None:
        self._wake_timer = None
        self._pipeline.tick(self.now())
        self._send_due()
        self._consider()
        self._plan_wake()

    def _plan_visit(self) -> None:
        self._visit_timer = self._loop.call_later(VISIT_S, self._or_fail, self._visit)

    def _visit(self) -> None:
        self._pipeline.visit(self.now())
        self._consider()
        self._plan_visit()

    def _or_fail(self, step: Callable[[], None]) -> None:
        """The event loop would only log a defect met in what it calls, and go on with half of what
        had to be decided. This is the one place where it is caught."""
        try:
            step()
        except Exception as error:  # noqa: BLE001  # raised again where `failure` is awaited
            self.fail(error)
