"""`{kind: soil, tag: tea}` in YAML: which devices, with every name checked."""

from collections.abc import Iterable

from gateway.fleet import Device
from gateway.located_yaml import did_you_mean
from gateway.rules.document import Node
from gateway.rules.selector import EVERY, Selector
from gateway.rules.vocabulary import Vocabulary

STRANGERS_MAX = 10
"""Names of one list that nothing bears, and that are told each by itself."""

_FIELDS = ("kind", "device", "tag", "place", "plot")


def read_selector(node: Node, vocabulary: Vocabulary) -> Selector | None:
    """Each field takes one name or a list. A name that nothing bears yet is a warning, because
    devices may come later; an unknown kind never does."""
    parts = node.mapping(_FIELDS, "on")
    if parts is None:
        return None
    if not parts:
        node.complain("say which devices: kind, device, tag, place or plot")
        return None
    named = {field: _read_names(part, field) for field, part in parts.items()}
    if any(names is None for names in named.values()):
        return None
    for name in sorted(named.get("kind") or ()):
        if name not in vocabulary.kinds:
            hint = did_you_mean(name, vocabulary.kinds)
            parts["kind"].complain(f"there is no kind {name!r}{hint}")
            return None
    selector = Selector(
        kinds=named.get("kind") or EVERY,
        devices=named.get("device") or EVERY,
        tags=named.get("tag") or EVERY,
        places=named.get("place") or EVERY,
        plots=named.get("plot") or EVERY,
    )
    _warn_of_strangers(node, parts, selector, vocabulary)
    return selector


def _read_names(node: Node, field: str) -> frozenset[str] | None:
    nodes = node.items(field) if isinstance(node.value, list) else [node]
    if not nodes:
        node.complain(f"{field} is an empty list")
        return None
    names = [part.identifier(field) for part in nodes]
    sound = frozenset(name for name in names if name is not None)
    return sound if len(sound) == len(names) else None


def _warn_of_strangers(
    node: Node, parts: dict[str, Node], selector: Selector, vocabulary: Vocabulary
) -> None:
    if vocabulary.fleet is None:
        return
    devices = list(vocabulary.fleet.adopted())
    strange = False
    wanted = {
        "device": selector.devices,
        "tag": selector.tags,
        "place": selector.places,
        "plot": selector.plots,
    }
    for field, names in wanted.items():
        if not names:
            continue
        known = _known(field, devices)
        what = "there is no device" if field == "device" else f"no device has the {field}"
        strangers = sorted(names - known)
        strange = strange or bool(strangers)
        for name in strangers[:STRANGERS_MAX]:
            parts[field].warn(f"{what} {name!r}{did_you_mean(name, known)}")
        if len(strangers) > STRANGERS_MAX:
            parts[field].warn(f"{what} of {len(strangers) - STRANGERS_MAX} more of these names")
    if not strange and next(selector.find(vocabulary.fleet), None) is None:
        node.warn("no device matches")


def _known(field: str, devices: Iterable[Device]) -> set[str]:
    if field == "tag":
        return {tag for device in devices for tag in device.tags}
    attribute = "id" if field == "device" else field
    return {name for device in devices if (name := getattr(device, attribute)) is not None}
