"""Which devices a rule or an action is about."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.fleet import Device, Fleet

EVERY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Selector:
    """A device matches when it has one of the names in each field that is not empty."""

    kinds: frozenset[str] = EVERY
    devices: frozenset[str] = EVERY
    tags: frozenset[str] = EVERY
    places: frozenset[str] = EVERY
    plots: frozenset[str] = EVERY

    def matches(self, device: Device) -> bool:
        """Whether the device is meant, adopted or not."""
        return (
            (not self.kinds or device.kind.name in self.kinds)
            and (not self.devices or device.id in self.devices)
            and (not self.tags or not self.tags.isdisjoint(device.tags))
            and (not self.places or device.place in self.places)
            and (not self.plots or device.plot in self.plots)
        )

    def find(self, fleet: Fleet) -> Iterator[Device]:
        """The adopted devices that match, in the order of the fleet."""
        candidates = self._named_in(fleet) if self.devices else fleet.adopted()
        return (device for device in candidates if self.matches(device))

    def _named_in(self, fleet: Fleet) -> list[Device]:
        """A hundred rules for one device each must not look at all of a commune's."""
        found = [device for id in self.devices if (device := fleet.get(id)) and device.adopted]
        return sorted(found, key=lambda device: device.number)
