"""Messages with blanks: `{device.label}`, `{device.id}`, … and `{<metric>}`, or, of a rule about
groups, `{group.name}`, `{group.count}`, …. No code, ever.

What is filled in is never read as a template again, so a device may be called `{device.id}`.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from devices.metric import Value
from devices.text import Text
from gateway.fleet import Device
from gateway.located_yaml import did_you_mean
from gateway.rules.expression.tokens import Fault
from gateway.rules.grouping import COUNT, SIZE, UNKNOWN, Group

NAMED_MAX = 5
"""Devices of a group that a message names; of more it says how many."""
TEMPLATE_MAX = 500
"""Characters. Three SMS; a longer message is not read."""

_BLANK = re.compile(r"\{([^{}]*)\}")
_DEVICE: dict[str, Callable[[Device], Text]] = {
    "device.label": lambda device: device.label,
    "device.id": lambda device: Text(device.id, device.id),
    "device.place": lambda device: Text(device.place or "–", device.place or "–"),
    "device.plot": lambda device: Text(device.plot or "–", device.plot or "–"),
}
_GROUP: dict[str, Callable[[Group], Text]] = {
    "group.name": lambda group: group.label,
    "group.devices": lambda group: _name(group.holding()),
}
_COUNTS = (COUNT, SIZE, UNKNOWN)
_YES_NO = {True: Text("có", "yes"), False: Text("không", "no")}
_UNKNOWN = Text("chưa rõ", "unknown")


@dataclass(frozen=True, slots=True)
class Template:
    """A message in both languages. `texts` are checked: see `find_faults`."""

    texts: Text

    def fill(self, device: Device, read: Callable[[str], Value | None]) -> Text:
        """The message for one device and its values."""

        def fill(text: str, language: int) -> str:
            return _BLANK.sub(lambda blank: _fill(blank[1], device, read)[language], text)

        return Text(fill(self.texts.vi, 0), fill(self.texts.en, 1))


def find_faults(text: str, metrics: Collection[str], *, grouped: bool = False) -> list[Fault]:
    """What is wrong with a template of a rule whose devices have these metrics, or of one about
    groups of them."""
    if not text.strip():
        return [Fault(0, "is empty")]
    if len(text) > TEMPLATE_MAX:
        return [Fault(0, f"is {len(text)} characters long, at most {TEMPLATE_MAX} are allowed")]
    faults = []
    known = [*_GROUP, *_COUNTS] if grouped else [*_DEVICE, *metrics]
    for blank in _BLANK.finditer(text):
        if blank[1] not in known:
            hint = did_you_mean(blank[1], known)
            faults.append(Fault(blank.start(), f"nothing is called {blank[0]}{hint}"))
    rest = _BLANK.sub(lambda blank: " " * len(blank[0]), text)
    if stray := re.search(r"[{}]", rest):
        faults.append(Fault(stray.start(), f"a lone {stray[0]!r}; a blank is {{device.label}}"))
    return faults


def _fill(name: str, device: Device, read: Callable[[str], Value | None]) -> Text:
    if isinstance(device, Group) and name in _GROUP:
        return _GROUP[name](device)
    of_device = _DEVICE.get(name)
    return of_device(device) if of_device else _say(read(name))


def _name(devices: Sequence[Device]) -> Text:
    """The first of them by name."""
    more = len(devices) - NAMED_MAX
    tail = Text(f" và {more} thiết bị khác", f" and {more} more") if more > 0 else Text("", "")
    named = devices[:NAMED_MAX]
    return Text(
        ", ".join(device.label.vi for device in named) + tail.vi,
        ", ".join(device.label.en for device in named) + tail.en,
    )


def _say(value: Value | None) -> Text:
    if value is None:
        return _UNKNOWN
    if isinstance(value, bool):
        return _YES_NO[value]
    plain = f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    return Text(plain.replace(".", ","), plain)
