"""What rules remember of devices beyond the newest values: one window for each metric and time
span that any of them asks for, and whether a value changed. Each is fed once per reading.
"""

from collections.abc import Callable, Iterable, Mapping

from devices.metric import Shape, Value
from devices.reading import Millis
from gateway.clock import Correction
from gateway.fleet import Device
from gateway.rules.window import Window

Recall = Callable[[Device, Millis], Iterable[tuple[Millis, Mapping[str, Value]]]]
"""What a device measured since a time, as far as it is known: when, and the values by metric. One
without values may stand before them: it was known that early."""

Span = tuple[str, Millis]
"""A metric, and how far back its values are needed."""


class Change:
    """The newest value of a metric and the one before it."""

    __slots__ = ("_at", "_newest", "changed")

    def __init__(self) -> None:
        self._at: Millis = 0
        self._newest: float | None = None
        self.changed: bool | None = None

    def add(self, at: Millis, value: float, carry: Millis) -> None:
        """A value was measured. One that comes late is no news; before a gap of more than `carry`
        ms the value is not known."""
        if at < self._at:
            return
        known = self._newest is not None and at - self._at <= carry
        self.changed = value != self._newest if known else None
        self._at, self._newest = at, value

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        self._at = correction.of(self._at)


class Watch:
    """What is remembered of one device: `windows` by metric and length, `changes` by metric."""

    __slots__ = ("_device", "_fed", "_heard", "changes", "windows")

    def __init__(self, device: Device) -> None:
        self._device = device
        self._heard = device.measured_at is not None
        self._fed: tuple[tuple[str, tuple[Window | Change, ...]], ...] = ()
        self.windows: dict[Span, Window] = {}
        self.changes: dict[str, Change] = {}

    def add(self, at: Millis, values: Mapping[str, Value]) -> None:
        """The device measured this."""
        if not self._heard:
            self._heard = True
            for window in self.windows.values():
                window.watched_from(at)
        _feed(self._fed, at, values, self._device.silent_after_ms)

    def need(
        self, spans: Iterable[Span], changes: Iterable[str], now: Millis, recall: Recall
    ) -> None:
        """Remember exactly this from now on; what is new begins with what is known of the past."""
        device, windows, known = self._device, self.windows, self.changes
        self.windows = {
            span: windows[span] if span in windows else _window(device, span) for span in spans
        }
        self.changes = {metric: known.get(metric) or Change() for metric in changes}
        fresh = [*(self.windows.keys() - windows.keys())]
        new_changes = self.changes.keys() - known.keys()
        self._fed = _by_metric(self.windows, self.changes)
        if fresh or new_changes:
            carry = device.silent_after_ms
            since = now - max((ms for _, ms in fresh), default=carry) - carry
            fed = _by_metric(
                {span: self.windows[span] for span in fresh},
                {metric: self.changes[metric] for metric in new_changes},
            )
            for at, values in recall(device, since):
                for span in fresh:
                    self.windows[span].watched_from(at)
                _feed(fed, at, values, carry)

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        for _, fed in self._fed:
            for one in fed:
                one.correct(correction)


def nothing_recalled(device: Device, since: Millis) -> Iterable[tuple[Millis, Mapping[str, Value]]]:
    """The past of a hamlet that has none."""
    return ()


def _feed(
    fed: Iterable[tuple[str, tuple[Window | Change, ...]]],
    at: Millis,
    values: Mapping[str, Value],
    carry: Millis,
) -> None:
    for metric, those in fed:
        value = values.get(metric)
        if value is not None:
            for one in those:
                one.add(at, value, carry)


def _window(device: Device, span: Span) -> Window:
    name, ms = span
    metric = device.kind.metric(name)
    counter = metric is not None and metric.shape is Shape.COUNTER
    return Window(ms, counter=counter, since=device.measured_at)


def _by_metric(
    windows: Mapping[Span, Window], changes: Mapping[str, Change]
) -> tuple[tuple[str, tuple[Window | Change, ...]], ...]:
    found: dict[str, list[Window | Change]] = {}
    for (metric, _), window in windows.items():
        found.setdefault(metric, []).append(window)
    for metric, change in changes.items():
        found.setdefault(metric, []).append(change)
    return tuple((metric, tuple(fed)) for metric, fed in found.items())
