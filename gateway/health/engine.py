"""The state of every device as its readings, its last will and its silence tell it.

Pure. The engine answers with `StateChanged`; whoever called it writes that to the device (state,
state_since, state_cause) before the next call. A `StateChanged` replaces the record of the same
device and `since`: that is how a resent reading corrects what was unknown. Devices fall silent by
when they were last heard, and are then unknown since their newest measurement. When the readings
of that time come in after all, without a gap, the unknown interval gets the state in which it
began. Records of one device therefore follow each other in `since`, and none is ever moved.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from devices.reading import Millis, Reading
from gateway.clock import Correction
from gateway.decisions import State, StateChanged
from gateway.fleet import SILENT_AFTER_MIN_MS, Device, Fleet
from gateway.health.verdicts import ASSESS, Assess, Verdict, assess_reporting

SILENT = "silent"
OFFLINE = "offline"
NOT_SEEN_LIT: Verdict = (State.UNKNOWN, "not-seen-lit")
"""A light that has not yet been seen at night: by day nothing is known of its lamp."""

NO_CHANGE: Sequence[StateChanged] = ()


@dataclass(slots=True)
class _Watch:
    """One device that was heard.

    `known` is the verdict of its newest reading; `judged` the last one that had the data for it.
    """

    device: Device
    assess: Assess
    measured_at: Millis
    heard_at: Millis
    known: Verdict | None
    judged: Verdict | None
    due: Millis | None = None  # when its silence is looked for


class HealthEngine:
    """The states of the fleet's devices. Whoever only asks which have fallen silent may give an
    `assess_of` that looks at no values."""

    def __init__(self, fleet: Fleet, assess_of: Callable[[Device], Assess] | None = None) -> None:
        self._fleet = fleet
        self._assess_of = assess_of or _assess_of
        self._watches: dict[str, _Watch] = {}
        self._silences: list[tuple[Millis, str]] = []  # one entry per device, re-checked when due

    def restore(self, now: Millis, *, clock_trusted: bool = True) -> Sequence[StateChanged]:
        """Take over the devices of the fleet as the journal left them, and what has gone silent.

        When nobody knows the time, nobody knows how long the gateway was away either: nothing is
        known of any device until it reports again.
        """
        changes: list[StateChanged] = []
        for device in self._fleet:
            if device.measured_at is None:
                continue
            assess = self._assess_of(device)
            known: Verdict | None = (device.state, device.state_cause)
            if device.state_cause in (SILENT, OFFLINE):
                known = assess(_fresh(device, device.measured_at), device.settings)
            judged = known if known and known[0] is not State.UNKNOWN else device.judged
            heard_at = min(device.heard_at or device.measured_at, now)
            watch = _Watch(device, assess, device.measured_at, heard_at, known, judged)
            self._watches[device.id] = watch
            if clock_trusted:
                self._await_silence(watch)
                continue
            watch.measured_at = 0  # its next reading comes after a gap, however small it looks
            if device.state_cause != SILENT:
                changes.append(_unknown(device, device.measured_at, SILENT))
        return [*changes, *self.on_tick(now)]

    def on_reading(self, device: Device, reading: Reading, now: Millis) -> Sequence[StateChanged]:
        """After `device.apply(reading)`; for readings that are newer than the last one, however
        old they are. This is on the path of every message."""
        at = reading.measured_at
        watch = self._watches.get(device.id)
        if watch is None:
            watch = _Watch(device, self._assess_of(device), at, now, None, None)
            self._watches[device.id] = watch
        values = device.values if not device.older else _fresh(device, at)
        verdict = watch.assess(values, device.settings)
        last = watch.measured_at
        watch.measured_at = at
        watch.heard_at = now
        if watch.due is None:
            self._await_silence(watch)
        if verdict is None:
            verdict = watch.judged or NOT_SEEN_LIT
        gap = at - last > SILENT_AFTER_MIN_MS and at - last > device.silent_after_ms
        if verdict[0] is device.state and verdict[1] == device.state_cause and not gap:
            return NO_CHANGE
        return self._change(watch, verdict, last, gap)

    def on_late_reading(self, device: Device, now: Millis) -> None:
        """It tells nothing of how the device is, but that it is there."""
        watch = self._watches.get(device.id)
        if watch is not None:
            watch.heard_at = now

    def on_status(self, device: Device, online: bool, now: Millis) -> Sequence[StateChanged]:
        """A last will makes the device unknown; `online` says nothing until a reading comes."""
        watch = self._watches.get(device.id)
        if online or watch is None or device.state_cause in (SILENT, OFFLINE):
            return NO_CHANGE
        # A will that the broker kept is as old as nobody knows.
        since = now if now - watch.heard_at <= device.silent_after_ms else watch.measured_at
        return [_unknown(device, since, OFFLINE)]

    def on_interval(self, device: Device) -> None:
        """The device reports in another rhythm from now on."""
        watch = self._watches.get(device.id)
        if watch is not None and watch.due is not None:
            self._silences.remove((watch.due, device.id))
            heapify(self._silences)
            self._await_silence(watch)

    def on_tick(self, now: Millis) -> Sequence[StateChanged]:
        """The devices that have gone silent, all with cause `SILENT`: their values are unknown."""
        changes: list[StateChanged] = []
        while self._silences and self._silences[0][0] <= now:
            watch = self._watches[heappop(self._silences)[1]]
            watch.due = None
            if now - watch.heard_at < watch.device.silent_after_ms:
                self._await_silence(watch)
            elif watch.device.state_cause != SILENT:
                since = min(watch.measured_at, now)
                if watch.device.state_cause == OFFLINE:
                    since = watch.device.state_since or since
                changes.append(_unknown(watch.device, since, SILENT))
        return changes

    def next_deadline(self) -> Millis | None:
        """When `on_tick` may have something to say; None while no device was heard."""
        return self._silences[0][0] if self._silences else None

    def correct(self, correction: Correction, now: Millis) -> None:
        """The clock was wrong: whoever is about to fall silent has as long as before."""
        for watch in self._watches.values():
            watch.measured_at = min(correction.of(watch.measured_at), now)
            watch.heard_at = correction.of(watch.heard_at)
        awaited = [watch for watch in self._watches.values() if watch.due is not None]
        self._silences.clear()
        for watch in awaited:
            self._await_silence(watch)

    def _change(
        self, watch: _Watch, verdict: Verdict, last: Millis, gap: bool
    ) -> Sequence[StateChanged]:
        device, changes = watch.device, []
        began = device.state_since
        was_heard = device.state_cause not in (SILENT, OFFLINE)
        if gap and was_heard:
            changes.append(_unknown(device, last, SILENT))
        elif not was_heard and not gap and watch.known and began is not None:
            changes.append(StateChanged(device.id, began, *watch.known))
        before = watch.known
        watch.known = verdict
        if verdict[0] is not State.UNKNOWN:
            watch.judged = verdict
        if not (changes and verdict == before and not gap):
            since = watch.measured_at if began is None else max(watch.measured_at, began)
            changes.append(StateChanged(device.id, since, *verdict))
        return changes

    def _await_silence(self, watch: _Watch) -> None:
        watch.due = due = watch.heard_at + watch.device.silent_after_ms
        heappush(self._silences, (due, watch.device.id))


def _assess_of(device: Device) -> Assess:
    return ASSESS.get(device.kind.name, assess_reporting)


def _unknown(device: Device, since: Millis, cause: str) -> StateChanged:
    """No record may come before the one that it ends."""
    return StateChanged(device.id, max(since, device.state_since or 0), State.UNKNOWN, cause)


def _fresh(device: Device, at: Millis) -> dict[str, float | int | bool]:
    """The values of a device that reports its metrics in several messages, without old ones."""
    return {
        name: value for name, value in device.values.items() if device.value(name, at) is not None
    }
