"""Which instances a reading of one device touches, and how all of them are asked at once.

Found once per set of metrics that a reading may bring, a shape.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from devices.metric import Value
from devices.reading import Millis, Reading
from gateway.fleet import Device
from gateway.rules.answers import Answers
from gateway.rules.expression.compile import Ask, Calm, ReadSetting, compile_calm
from gateway.rules.expression.expression import Expression
from gateway.rules.instance import Instance
from gateway.rules.surroundings import Surroundings
from gateway.rules.windows import Watch

SHAPES_MAX = 64
"""Sets of metrics remembered per device. An honest one sends two or three different ones."""
READINGS_AT_REST = 4
"""Uneventful readings of one shape, one after the other, after which its conditions are compiled
together: that costs as much as judging them some hundred times, unless another device did it."""
COMPILED_MAX = 4096
"""Compiled questions kept for devices to share: those of one kind mostly have the same rules."""


class Shape:
    """What a reading with exactly these metrics is asked.

    `calm` answers for all of the `touched` instances at once that nothing changes. It says so only
    after some readings that changed nothing, and until one of the instances takes another state.
    Rules that name their devices are left out and are the `singular` ones: to compile those for
    each device anew would cost more than it gains.
    """

    __slots__ = ("_metrics", "_uneventful", "calm", "singular", "touched")

    def __init__(self, metrics: Iterable[str], instances: Iterable[Instance]) -> None:
        self._metrics = frozenset(metrics)
        self.touched = tuple(
            one
            for one in instances
            if one.rule.any_reading_matters
            or not one.rule.watched_metrics.isdisjoint(self._metrics)
        )
        self.singular = tuple(one for one in self.touched if one.rule.on.devices)
        self.unsettle()

    def unsettle(self) -> None:
        """One of the instances has taken another state, and other questions are to be asked."""
        self._uneventful = 0
        self.calm: Calm = _not_known if self.touched else _nothing_to_ask

    def uneventful(self) -> None:
        """Each of the touched instances was asked, and nothing changed."""
        self._uneventful += 1
        if self._uneventful == READINGS_AT_REST and all(one.at_rest for one in self.touched):
            expected = tuple(
                (one.question, one.calm)
                for one in self.touched
                if one.question is not None and not one.rule.on.devices
            )
            self.calm = _compile(expected, self._metrics)


class Plan:
    """The rules of one device.

    A reading with `complete` metrics has all there are, and is of the shape `whole`; for others
    `shapes` maps the names of their metrics, in their order, to the shape, see `add_shape`.
    `followers` are the instances of other devices that read this one, `watch` is what is
    remembered of it. `asks_more`: what its rules ask cannot be answered from a reading alone.
    """

    __slots__ = (
        "answers",
        "asks_more",
        "by_rule",
        "complete",
        "device",
        "followers",
        "instances",
        "look_again_at",
        "on_events",
        "setting",
        "shapes",
        "timed",
        "watch",
        "whole",
    )

    def __init__(
        self,
        device: Device,
        by_rule: dict[str, Instance],
        setting: ReadSetting,
        surroundings: Surroundings,
    ) -> None:
        self.device = device
        self.by_rule = by_rule
        self.setting = setting
        self.answers = Answers(device, surroundings)
        self.watch: Watch | None = None
        self.followers: tuple[Instance, ...] = ()
        self.instances = tuple(by_rule.values())
        self.timed = tuple(one for one in self.instances if one.timed)
        self.asks_more = any(one.questions for one in self.instances)
        self.on_events = tuple(one for one in self.instances if one.rule.event is not None)
        self.complete = len(device.kind.metrics)
        self.whole = Shape((metric.name for metric in device.kind.metrics), self.instances)
        self.shapes: dict[tuple[str, ...], Shape] = {}
        self.look_again_at: Millis = 0
        for instance in self.instances:
            instance.on_settled = self._unsettle
            instance.answers = self.answers

    def take(self, reading: Reading, now: Millis) -> None:
        """A reading of the device, before its rules are asked."""
        self.answers.now = now
        if self.watch is not None:
            self.watch.add(reading.measured_at, reading.values)

    def relate(self, watch: Watch | None, followers: Iterable[Instance]) -> None:
        """What is remembered of the device, and who follows it."""
        self.watch = watch
        self.followers = tuple(followers)
        self.asks_more = (
            watch is not None
            or bool(self.followers)
            or any(one.questions for one in self.instances)
        )

    def add_shape(self, metrics: Iterable[str]) -> Shape:
        """The shape of a reading with these metrics, from now on remembered."""
        names = tuple(metrics)
        if len(self.shapes) >= SHAPES_MAX:
            self.shapes.clear()
        shape = self.shapes[names] = Shape(names, self.instances)
        return shape

    def with_expired(self, touched: tuple[Instance, ...], now: Millis) -> tuple[Instance, ...]:
        """Add the instances that read a value which the device has stopped sending and which is
        too old by now. Worth asking only after `look_again_at`."""
        device = self.device
        limit = device.silent_after_ms
        ends = {name: at + limit for name, at in device.older.items()}
        newest = device.measured_at if device.measured_at is not None else now
        self.look_again_at = min(
            (end for end in ends.values() if end >= now), default=newest + limit
        )
        expired = [name for name, end in ends.items() if end < now]
        lost = (
            one
            for one in self.instances
            if one not in touched and not one.rule.watched_metrics.isdisjoint(expired)
        )
        return (*touched, *lost)

    def _unsettle(self) -> None:
        self.whole.unsettle()
        for shape in self.shapes.values():
            shape.unsettle()


@lru_cache(COMPILED_MAX)
def _compile(expected: tuple[tuple[Expression, bool], ...], known: frozenset[str]) -> Calm:
    return compile_calm([(expression.root, outcome) for expression, outcome in expected], known)


def unknown(metric: str) -> Value | None:
    """How the values of a silent device are read."""
    return None


def _not_known(value: Mapping[str, Value], setting: ReadSetting, ask: Ask) -> bool:
    """Whether something changes has to be asked of each instance."""
    return False


def _nothing_to_ask(value: Mapping[str, Value], setting: ReadSetting, ask: Ask) -> bool:
    """No instance is touched."""
    return True
