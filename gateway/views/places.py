"""What people call the place of a device."""

from collections import Counter
from collections.abc import Sequence
from math import cos, hypot, radians

from devices.text import Text
from gateway.fleet import Device
from gateway.site import Site

NEAR_M = 300
"""Farther from a landmark, its name helps nobody to find the device."""
METRES_PER_DEGREE = 111_320.0


class Places:
    """The names of the site's places, roads and plots."""

    def __init__(self, site: Site) -> None:
        self._landmarks = [(place.label, place.position) for place in site.map.places]
        self._labels: dict[tuple[str, str], Text] = {
            **{("place", place.id): place.label for place in site.map.places},
            **{("road", road.id): road.label for road in site.map.roads},
            **{("plot", plot.id): plot.label for plot in site.plots},
        }

    def of(self, device: Device) -> Text | None:
        """The label of its place, else of its plot, else of its road."""
        for sort, id in (("place", device.place), ("plot", device.plot), ("road", device.road)):
            if id is not None and (sort, id) in self._labels:
                return self._labels[sort, id]
        return None

    def named(self, sort: str, id: str) -> Text | None:
        """The label of a place, a plot or a road."""
        return self._labels.get((sort, id))

    def road(self, device: Device) -> Text | None:
        """The label of the road it stands at."""
        return None if device.road is None else self._labels.get(("road", device.road))

    def shared(self, devices: Sequence[Device]) -> Text | None:
        """The landmark that more than half of the devices are at or near, or None."""
        names = Counter(near for device in devices if (near := self._near(device)) is not None)
        if not names:
            return None
        label, number = names.most_common(1)[0]
        return label if number * 2 > len(devices) else None

    def _near(self, device: Device) -> Text | None:
        if device.place is not None:
            return self._labels.get(("place", device.place))
        if device.position is None:
            return None
        latitude, longitude = device.position
        shrink = cos(radians(latitude))
        distances = [
            (hypot(at[0] - latitude, (at[1] - longitude) * shrink) * METRES_PER_DEGREE, label)
            for label, at in self._landmarks
        ]
        distance, label = min(distances, default=(NEAR_M + 1, None))
        return label if distance <= NEAR_M else None
