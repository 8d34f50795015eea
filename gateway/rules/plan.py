"""Which instances a reading of one device touches: found once per set of metrics it may bring."""

from collections.abc import Iterable

from devices.metric import Value
from devices.reading import Millis
from gateway.fleet import Device
from gateway.rules.instance import Instance

SHAPES_MAX = 64
"""Sets of metrics remembered per device. An honest one sends two or three different ones."""


class Plan:
    """The rules of one device.

    A reading with `complete` metrics has all there are, and touches every instance; for others
    `touched` maps the names of their metrics to the instances, see `touch`.
    """

    __slots__ = ("aged", "by_rule", "complete", "device", "instances", "look_again_at", "touched")

    def __init__(self, device: Device, by_rule: dict[str, Instance]) -> None:
        self.device = device
        self.by_rule = by_rule
        self.instances = tuple(by_rule.values())
        self.aged = tuple(one for one in self.instances if one.ages)
        self.complete = len(device.kind.metrics)
        self.touched: dict[tuple[str, ...], tuple[Instance, ...]] = {}
        self.look_again_at: Millis = 0

    def touch(self, metrics: Iterable[str]) -> tuple[Instance, ...]:
        """The instances that a reading with these metrics may change, from now on remembered."""
        shape = tuple(metrics)
        if len(self.touched) >= SHAPES_MAX:
            self.touched.clear()
        self.touched[shape] = tuple(
            one
            for one in self.instances
            if one.rule.any_reading_matters or not one.rule.metrics.isdisjoint(shape)
        )
        return self.touched[shape]

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
            if one not in touched and not one.rule.metrics.isdisjoint(expired)
        )
        return (*touched, *lost)


def unknown(metric: str) -> Value | None:
    """How the values of a silent device are read."""
    return None
