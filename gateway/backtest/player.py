"""Plays rows to the rules as `gateway.pipeline` did when they came: the same order, the same time.

What the pipeline does besides, for the journal and for what it sends, is left out, and each row
that no rule looks at costs next to nothing. A test holds the two against each other.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import orjson

from devices.kind import Kind
from devices.reading import NOTHING, Millis, Reading
from devices.rejection import RejectedError
from devices.topics import Channel
from gateway.backtest.rows import ClockSet, Row
from gateway.backtest.trial import Trial
from gateway.decisions import StateChanged
from gateway.fleet import GATEWAY, Device, Fleet
from gateway.health.engine import SILENT, HealthEngine
from gateway.health.verdicts import Assess, assess_reporting
from gateway.journal.batch import CHANNELS
from gateway.pipeline import BACKFILL_AGE_MS
from gateway.reports import apply_report

AWAY_MS: Millis = 150_000
"""A gateway says something of itself every minute. When two of these are missing, and nobody else
was heard either, it was off: it then did nothing at the time at which something was due."""
LAYOUTS_MAX = 256
"""Sets of fields remembered per kind; an honest device sends a handful."""


class Player:
    """Begins at `start` with devices of which nothing is known, and has come to `now`. `readings`
    counts those that were played, `unreadable` those that are no JSON."""

    def __init__(self, fleet: Fleet, trials: Sequence[Trial], start: Millis) -> None:
        self.readings = 0
        self.unreadable = 0
        self._fleet = fleet
        self._trials = tuple(trials)
        self._health = HealthEngine(fleet, _reporting)
        self._away_ms: Millis = _NEVER  # until the gateway has said something of itself
        self.now = start
        layouts: dict[str, _Layouts] = {}
        self._seats = {
            device.number: (device, layouts.setdefault(device.kind.name, _Layouts(device.kind)))
            for device in fleet
            if device.id == GATEWAY or any(trial.asks_of(device) for trial in trials)
        }
        for trial in trials:
            trial.take(trial.engine.restore((), start), start)
        self._dues: list[Millis] = []
        self._plan()

    def play(self, rows: Iterable[Row]) -> None:
        """What came in is judged, in turn, and what was due in between. The path of every row."""
        seat_of = self._seats.get
        judge_health = self._health.on_reading
        asked = [
            (number, trial.engine.on_reading, trial.engine.next_deadline, trial)
            for number, trial in enumerate(self._trials, 1)
        ]
        dues = self._dues
        loads, new = orjson.loads, tuple.__new__
        due, last, readings = min(dues), self.now, 0
        for _, number, channel, sent_at, now, body in rows:
            if now >= due or now - last > self._away_ms:
                due = self._pass_time(last, now)
            elif now < last:  # by a clock that was set back, nobody knows when
                now = last
            last = now
            seat = seat_of(number)
            if seat is None:
                readings += not channel
                continue
            device, layouts = seat
            if channel:
                self._report(device, channel, body, now)
                due = self._plan()
                continue
            try:
                values = loads(body)
                for name in layouts[tuple(values)]:
                    del values[name]
            except (ValueError, TypeError):
                values = self._read_slowly(layouts, body)
                if values is None:
                    continue
            readings += 1
            measured_at = sent_at if sent_at < now else now
            newest = device.measured_at
            fields = (device.id, device.kind.name, None, 0, measured_at, now, values, NOTHING)
            reading = new(Reading, fields)
            device.heard_at = now
            if newest is None:
                self._meet(device)
            elif measured_at < newest:
                device.fill_in(reading)
                self._health.on_late_reading(device, now)
                due = self._take_late(device, reading)
                continue
            device.apply(reading)
            changes = judge_health(device, reading, now)
            if changes or newest is None:
                self._settle(changes, now)
                due = self._plan()
            if now - sent_at > BACKFILL_AGE_MS:
                due = self._take_late(device, reading)
                continue
            for number, judge, next_deadline, trial in asked:
                if decisions := judge(device, reading, now):
                    trial.take(decisions, now)
                at = next_deadline()
                if at is not None and at < dues[number]:
                    dues[number] = at
                    due = min(dues)
        self.now = last
        self.readings += readings

    def pass_time(self, now: Millis) -> None:
        """Nothing came until `now`."""
        if now > self.now:
            self._pass_time(self.now, now)
            self.now = now

    def set_clock(self, clock_set: ClockSet) -> None:
        """The gateway's clock was set here: what waits does so as long as before."""
        now, trusted, correction = clock_set
        for trial in self._trials:
            trial.engine.trust_clock(trusted)
        if correction is not None:
            for device in self._fleet:
                device.correct(correction, now)
            self._health.correct(correction, now)
            for trial in self._trials:
                trial.engine.correct(correction, now)
                trial.clock_set(correction.by)
            self.now = now
        self._plan()

    def _pass_time(self, last: Millis, now: Millis) -> Millis:
        """Do what was due after `last` and until `now`; returns when something is due next."""
        if now - last > self._away_ms:
            self._start_again(now)
            last = now
        dues, health = self._dues, self._health
        while (due := min(dues)) <= now:
            at = due if due > last else last
            changes: Sequence[StateChanged] = ()
            if dues[0] <= at:
                changes = health.on_tick(at)
                dues[0] = health.next_deadline() or _NEVER
            for number, trial in enumerate(self._trials, 1):
                if dues[number] <= at:
                    if decisions := trial.engine.on_tick(at):
                        trial.take(decisions, at)
                    dues[number] = trial.engine.next_deadline() or _NEVER
            if changes:
                self._settle(changes, at)
                self._plan()
            last = at + 1  # should something be due again at once, it is a moment later
        return due

    def _start_again(self, now: Millis) -> None:
        """The gateway was off, and is back."""
        changes = self._health.on_tick(now)
        for trial in self._trials:
            trial.take(trial.engine.listen_again(now), now)
        self._settle(changes, now)

    def _plan(self) -> Millis:
        """When the health engine and each trial's want to be told the time: at the earliest, for
        what they wait for may have been put off since. Returns the first of these times."""
        self._dues[:] = [
            self._health.next_deadline() or _NEVER,
            *(trial.engine.next_deadline() or _NEVER for trial in self._trials),
        ]
        return min(self._dues)

    def _settle(self, changes: Iterable[StateChanged], now: Millis) -> None:
        for change in changes:
            device = self._fleet.get(change.device)
            if device is None:
                continue
            device.change(change)
            if change.cause == SILENT:
                for trial in self._trials:
                    trial.take(trial.engine.on_stale(device, now), now)

    def _take_late(self, device: Device, reading: Reading) -> Millis:
        """It is too old to start anything, but windows count it."""
        for trial in self._trials:
            trial.engine.on_late_reading(device, reading)
        return self._plan()

    def _meet(self, device: Device) -> None:
        """Its first reading."""
        if device.id == GATEWAY:
            self._away_ms = AWAY_MS

    def _report(self, device: Device, code: int, body: bytes, now: Millis) -> None:
        channel = CHANNELS[code]
        try:
            news = apply_report(device, channel, body, 0, now)
        except RejectedError:  # accepted by an older version, whose limits were wider
            return
        if channel is Channel.INFO:
            self._health.on_interval(device)
        elif channel is Channel.STATUS and device.online is not None:
            self._settle(self._health.on_status(device, device.online, now), now)
        elif news.event is not None:
            fields = news.event.model_extra or {}
            for trial in self._trials:
                trial.take(trial.engine.on_event(device, news.event.event, fields, now), now)

    def _read_slowly(self, layouts: "_Layouts", body: bytes) -> dict[str, Any] | None:
        """An unknown field may hold what only the slower parser takes."""
        try:
            values: dict[str, Any] = json.loads(body)
            return {name: values[name] for name in values.keys() & layouts.metrics}
        except (ValueError, AttributeError):
            self.unreadable += 1
            return None


class _Layouts(dict[tuple[str, ...], tuple[str, ...]]):
    """Which fields of a message are no metrics of the kind, by all of its fields."""

    def __init__(self, kind: Kind) -> None:
        self.metrics = frozenset(metric.name for metric in kind.metrics)

    def __missing__(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        if len(self) >= LAYOUTS_MAX:
            self.clear()
        self[fields] = rest = tuple(name for name in fields if name not in self.metrics)
        return rest


_NEVER: Millis = 2**63


def _reporting(device: Device) -> Assess:
    return assess_reporting
