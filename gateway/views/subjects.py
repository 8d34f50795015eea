"""How people call what rules and alerts are about: a device, or a group of devices."""

from typing import NamedTuple

from devices.kinds import KINDS
from devices.text import Text
from gateway.fleet import Fleet
from gateway.views.places import Places

GROUP = "group"


class Subject(NamedTuple):
    """`label` is the id where it has no name; only a device has a page."""

    id: str
    label: Text
    is_device: bool


def subject(places: Places, fleet: Fleet, id: str) -> Subject:
    """What has that id."""
    device = fleet.get(id)
    if device is not None:
        return Subject(id, device.label, is_device=True)
    return Subject(id, _group_label(places, id) or Text(id, id), is_device=False)


def _group_label(places: Places, id: str) -> Text | None:
    """`group:road:duong-chinh` is called like the road."""
    what, _, rest = id.partition(":")
    by, _, name = rest.partition(":")
    if what != GROUP:
        return None
    if by == "kind":
        return KINDS[name].label if name in KINDS else None
    return places.named(by, name)
