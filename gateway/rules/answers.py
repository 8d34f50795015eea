"""What conditions ask beyond the newest values of their own device."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from statistics import median
from typing import Any

from devices.metric import Value
from devices.reading import Millis
from gateway.fleet import Device
from gateway.rules.expression.nodes import (
    AgeLimit,
    Changed,
    Function,
    Hour,
    IsNight,
    Last,
    Median,
    Question,
    Rain,
    Window,
)
from gateway.rules.surroundings import RAIN_METRIC, Surroundings
from gateway.rules.window import Window as Recent


class Answers:
    """Answers for the rules of one device at the time `now`, which the engine sets before it asks.
    None is unknown."""

    __slots__ = ("_device", "_surroundings", "now")

    def __init__(self, device: Device, surroundings: Surroundings) -> None:
        self._device = device
        self._surroundings = surroundings
        self.now: Millis = 0

    def __call__(self, question: Question) -> Value | None:
        return _ANSWERS[type(question)](self, question)

    def next_change(self, questions: Iterable[Question], after: Millis) -> Millis | None:
        """When one of the answers may change next although no reading comes."""
        found = (self._next_change(question, after) for question in questions)
        return min((at for at in found if at is not None and at > after), default=None)

    def _next_change(self, question: Question, after: Millis) -> Millis | None:
        match question:
            case AgeLimit(metric, limit_ms):
                measured_at = self._device.measured_at_of(metric)
                return None if measured_at is None else measured_at + limit_ms + 1
            case Window(_, metric, ms):
                window = self._window_of(self._device, metric, ms)
                return None if window is None else window.next_change(after)
            case Rain():
                ends = (window.next_change(after) for _, window in self._gauges(question))
                return min((at for at in ends if at is not None), default=None)
            case Hour():
                return self._surroundings.next_hour(after)
            case IsNight():
                return self._surroundings.next_twilight(after)
            case _:
                return None

    def _age(self, question: AgeLimit) -> bool | None:
        measured_at = self._device.measured_at_of(question.metric)
        if measured_at is None:
            return None
        return (self.now - measured_at > question.limit_ms) is question.older

    def _window(self, question: Window) -> float | None:
        window = self._window_of(self._device, question.metric, question.ms)
        if window is None:
            return None
        return window.figure(question.function, self.now, self._device.silent_after_ms)

    def _changed(self, question: Changed) -> bool | None:
        watch = self._surroundings.watches.get(self._device.id)
        change = watch.changes.get(question.metric) if watch else None
        if change is None or self._device.value(question.metric, self.now) is None:
            return None
        return change.changed

    def _last(self, question: Last) -> Value | None:
        other = self._surroundings.fleet.get(question.device)
        return other.value(question.metric, self.now) if other and other.adopted else None

    def _median(self, question: Median) -> float | None:
        values = [
            value
            for other in self._surroundings.neighbours(question, self._device)
            if other is not self._device
            and (value := other.value(question.metric, self.now)) is not None
        ]
        return median(values) if values else None

    def _hour(self, question: Hour) -> int | None:
        return self._surroundings.hour(self.now)

    def _is_night(self, question: IsNight) -> bool | None:
        return self._surroundings.is_night(self.now)

    def _rain(self, question: Rain) -> float | None:
        """The most that any station measured."""
        figures = (
            window.figure(Function.CHANGE, self.now, station.silent_after_ms)
            for station, window in self._gauges(question)
        )
        return max((figure for figure in figures if figure is not None), default=None)

    def _gauges(self, question: Rain) -> Iterator[tuple[Device, Recent]]:
        for station in self._surroundings.stations(question, self._device):
            window = self._window_of(station, RAIN_METRIC, question.ms)
            if window is not None:
                yield station, window

    def _window_of(self, device: Device, metric: str, ms: Millis) -> Recent | None:
        watch = self._surroundings.watches.get(device.id)
        return watch.windows.get((metric, ms)) if watch else None


_ANSWERS: Mapping[type[Question], Callable[[Answers, Any], Value | None]] = {
    AgeLimit: Answers._age,
    Window: Answers._window,
    Changed: Answers._changed,
    Last: Answers._last,
    Median: Answers._median,
    Hour: Answers._hour,
    IsNight: Answers._is_night,
    Rain: Answers._rain,
}
