"""What the rules of a site may speak of: kinds, devices, plots."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from devices.kind import Kind
from devices.metric import Metric
from gateway.fleet import Device, Fleet
from gateway.rules.expression.scope import Scope
from gateway.rules.selector import Selector


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Without a fleet, what is said of single devices is not checked; without plots, what is said
    of plots; without constants, any name passes for one. `keep_days` is how long the
    journal keeps readings."""

    kinds: Mapping[str, Kind]
    fleet: Fleet | None
    plots: Collection[str] | None
    constants: Mapping[str, int | float] | None = None
    keep_days: int | None = None

    def kinds_of(self, selector: Selector) -> list[Kind]:
        """The kinds that the matching devices are of, or might be of."""
        if selector.kinds:
            return [self.kinds[name] for name in sorted(selector.kinds)]
        found = {device.kind.name for device in self.devices_of(selector)}
        return [self.kinds[name] for name in sorted(found)] or list(self.kinds.values())

    def devices_of(self, selector: Selector) -> list[Device]:
        """The matching adopted devices; none without a fleet."""
        return list(selector.find(self.fleet)) if self.fleet is not None else []

    def scope_of(self, kinds: Iterable[Kind]) -> Scope:
        """What a condition about devices of these kinds may speak of."""
        return Scope(
            metrics=metrics_of(kinds),
            elsewhere=metrics_of(self.kinds.values()),
            constants=self.constants,
            kinds=frozenset(self.kinds),
        )


def metrics_of(kinds: Iterable[Kind]) -> dict[str, Metric]:
    """Every metric of these kinds; where two share a name, they share its meaning."""
    return {metric.name: metric for kind in kinds for metric in kind.metrics}
