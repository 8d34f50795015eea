"""The commands that wait for their device: what is sent, when again, and what became of it.

Pure. Knows nothing of brokers, of the journal, nor of why a command was asked for. A command is
handed out for sending only after `committed` named it.

The newest word to an actuator wins: a STOP ends the STARTs that still wait, a START ends the
STARTs and STOPs that still wait, so that no repetition of an older one can follow it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from typing import NamedTuple

from devices.command import CommandRefusedError, CommandSpec, Effect
from devices.messages import Result, encode_command
from devices.reading import NOTHING, Millis
from devices.topics import Channel, Topic
from gateway.clock import Correction
from gateway.decisions import Command, CommandAsked, CommandState, Decision
from gateway.fleet import Device, Fleet

REPEAT_FIRST_MS = 2_000
"""A device on a good link has answered by then."""
REPEAT_MAX_MS = 30_000
"""The pause doubles up to this: a device that comes back hears its command half a minute later."""
QUEUED_PER_DEVICE_MAX = 16
"""More waiting commands than this come from a rule that runs wild, and would flood the device."""
FINISHED_REMEMBERED = 10_000
"""Ids of finished commands that are kept, so that the same request is not made a new command."""
CLOCK_BACK_MAX_MS = 60_000
"""A command from further ahead than this was asked by a clock that was wrong, and so is its expiry.
"""


class Send(NamedTuple):
    """One message to put on the wire now."""

    topic: str
    payload: bytes
    command_id: str
    expires_at: Millis


@dataclass(slots=True)
class _Waiting:
    command: Command
    effect: Effect
    topic: str
    send: Send
    committed: bool = False
    attempts: int = 0


class Outbox:
    """All commands that have no outcome yet. Memory is bounded by the devices of the fleet."""

    def __init__(self, hamlet: str, fleet: Fleet) -> None:
        self.ignored_results = 0
        """Results of commands that are unknown, finished, or were sent to another device."""
        self._hamlet = hamlet
        self._fleet = fleet
        self._waiting: dict[str, _Waiting] = {}
        self._of_device: dict[str, list[str]] = {}
        self._finished: dict[str, None] = {}  # a set that remembers the order
        self._sends: list[tuple[Millis, str]] = []
        self._expiries: list[tuple[Millis, str]] = []

    def restore(
        self, commands: Iterable[Command], now: Millis, *, clock_trusted: bool = True
    ) -> list[Decision]:
        """Take over the commands of the journal; what may no longer be sent is finished. When
        nobody knows the time, that is every one: it may be late by hours.

        All queued ones must be among them. Of the finished ones, those that are given are not
        made anew when their key is asked again.
        """
        finished: list[Decision] = []
        for command in commands:
            if command.state is not CommandState.QUEUED:
                self._remember(command.id)
                continue
            if not clock_trusted:
                error = "the gateway was away and does not know for how long"
                finished.append(self._finish(command, CommandState.EXPIRED, now, error))
                continue
            if command.created_at > now + CLOCK_BACK_MAX_MS:
                error = "the clock went back"
                finished.append(self._finish(command, CommandState.EXPIRED, now, error))
                continue
            device = self._fleet.get(command.device)
            spec = device and device.kind.command(command.command)
            if not device or not spec:
                error = "the device or its command is no longer known"
                finished.append(self._finish(command, CommandState.EXPIRED, now, error))
                continue
            self._enqueue(command, spec, device)
            self.committed([command.id])
        return finished + self._expire(now)

    def ask(self, asked: CommandAsked, now: Millis) -> list[Decision]:
        """Queue or refuse a command; nothing when its key was asked before.

        Commands that the new one makes void come first in the answer.
        """
        if asked.key in self._waiting or asked.key in self._finished:
            return []
        command = Command(
            id=asked.key,
            device=asked.device,
            command=asked.command,
            args=asked.args,
            requester=asked.requester,
            created_at=now,
            expires_at=asked.expires_at,
            state=CommandState.QUEUED,
        )
        try:
            device, spec = self._check(command, now)
        except CommandRefusedError as refusal:
            return [self._finish(command, CommandState.REFUSED, now, str(refusal))]
        void = self._make_void(command, spec.effect, now)
        self._enqueue(command, spec, device)
        return [*void, command]

    def committed(self, ids: Iterable[str]) -> None:
        """These commands are in the journal: they may be sent."""
        for id in ids:
            waiting = self._waiting.get(id)
            if waiting and not waiting.committed:
                waiting.committed = True
                heappush(self._sends, (waiting.command.created_at, id))

    def due(self, now: Millis) -> list[Send]:
        """What must be sent now, for the first time or again."""
        sends: list[Send] = []
        heap = self._sends
        while heap and heap[0][0] <= now:
            _, id = heappop(heap)
            waiting = self._waiting.get(id)
            if waiting is None or waiting.command.expires_at <= now:
                continue
            waiting.attempts += 1
            pause = min(REPEAT_FIRST_MS << min(waiting.attempts - 1, 8), REPEAT_MAX_MS)
            heappush(heap, (now + pause, id))
            sends.append(waiting.send)
        return sends

    def on_result(self, device: str, result: Result, now: Millis) -> list[Decision]:
        """The device's answer ends its command; any other answer is counted and ignored."""
        waiting = self._waiting.get(result.id)
        if waiting is None or not waiting.committed or waiting.command.device != device:
            self.ignored_results += 1
            return []
        command = replace(waiting.command, read_back=result.model_extra or NOTHING)
        if result.ok:
            return [self._finish(command, CommandState.DONE, now, None)]
        error = result.error or "the device gave no reason"
        return [self._finish(command, CommandState.FAILED, now, error)]

    def on_tick(self, now: Millis) -> list[Decision]:
        """End what has expired."""
        return self._expire(now)

    def correct(self, correction: Correction) -> list[Command]:
        """The clock was wrong: every command that waits has as long as before. Returns what is to
        be saved anew."""
        changed: list[Command] = []
        for waiting in self._waiting.values():
            before = waiting.command
            waiting.command = replace(
                before,
                created_at=correction.of(before.created_at),
                expires_at=correction.of(before.expires_at),
            )
            waiting.send = _encode(waiting.topic, waiting.command)
            changed.append(waiting.command)
        self._sends = sorted((correction.of(at), id) for at, id in self._sends)
        self._expiries = sorted((one.command.expires_at, id) for id, one in self._waiting.items())
        return changed

    def next_deadline(self) -> Millis | None:
        """When `due` or `on_tick` has something to do next; None while nothing waits."""
        heads: list[Millis] = []
        for heap in (self._sends, self._expiries):
            while heap and heap[0][1] not in self._waiting:
                heappop(heap)
            if heap:
                heads.append(heap[0][0])
        return min(heads, default=None)

    def _check(self, command: Command, now: Millis) -> tuple[Device, CommandSpec]:
        device = self._fleet.get(command.device)
        if device is None:
            raise CommandRefusedError(f"there is no device {command.device!r}")
        spec = device.check_command(command.command, command.args)
        # Whatever is open may be closed, by anybody and in any case.
        if not device.adopted and spec.effect is not Effect.STOP:
            raise CommandRefusedError(f"{device.id} is not adopted: adopt it under New devices")
        if command.expires_at <= now:
            raise CommandRefusedError("its time had passed before it could be sent")
        queued = [self._waiting[id] for id in self._of_device.get(device.id, ())]
        stops_first = spec.effect is Effect.STOP and not any(
            waiting.effect is Effect.STOP for waiting in queued
        )
        if len(queued) >= QUEUED_PER_DEVICE_MAX and not stops_first:
            raise CommandRefusedError(f"{len(queued)} commands already wait for {device.id}")
        return device, spec

    def _make_void(self, newer: Command, effect: Effect, now: Millis) -> list[Decision]:
        if effect is Effect.NONE:
            return []
        void = {Effect.START, Effect.STOP} if effect is Effect.START else {Effect.START}
        queued = [self._waiting[id] for id in self._of_device.get(newer.device, ())]
        return [
            self._finish(older.command, CommandState.EXPIRED, now, f"replaced by {newer.id}")
            for older in queued
            if older.effect in void
        ]

    def _enqueue(self, command: Command, spec: CommandSpec, device: Device) -> None:
        topic = str(Topic(self._hamlet, device.kind.name, device.id, Channel.COMMAND))
        self._waiting[command.id] = _Waiting(command, spec.effect, topic, _encode(topic, command))
        self._of_device.setdefault(device.id, []).append(command.id)
        heappush(self._expiries, (command.expires_at, command.id))

    def _expire(self, now: Millis) -> list[Decision]:
        expired: list[Decision] = []
        while self._expiries and self._expiries[0][0] <= now:
            waiting = self._waiting.get(heappop(self._expiries)[1])
            if waiting:
                error = "the device did not answer in time"
                if not waiting.committed:
                    error = "its time had passed before it could be sent"
                expired.append(self._finish(waiting.command, CommandState.EXPIRED, now, error))
        return expired

    def _finish(
        self, command: Command, state: CommandState, now: Millis, error: str | None
    ) -> Command:
        waiting = self._waiting.pop(command.id, None)
        if waiting:
            others = self._of_device[command.device]
            others.remove(command.id)
            if not others:
                del self._of_device[command.device]
        self._remember(command.id)
        attempts = waiting.attempts if waiting else 0
        return replace(command, state=state, attempts=attempts, finished_at=now, error=error)

    def _remember(self, id: str) -> None:
        self._finished[id] = None
        if len(self._finished) > FINISHED_REMEMBERED:
            del self._finished[next(iter(self._finished))]


def _encode(topic: str, command: Command) -> Send:
    payload = encode_command(command.id, command.command, command.args, command.expires_at)
    return Send(topic, payload, command.id, command.expires_at)
