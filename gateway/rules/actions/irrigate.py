"""`irrigate: {plot: lo-3, depth_mm: 6}` (or litres:, minutes:): ask for water on a plot.

Whether water flows is the irrigation engine's to decide, within the plot's limits.
"""

from dataclasses import dataclass

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import Decision, IrrigationAsked
from gateway.fleet import Device
from gateway.located_yaml import did_you_mean
from gateway.rules.actions.action import ActionKind, Subjects
from gateway.rules.document import Node
from gateway.rules.rule import Action, ActionError, Firing, GroupBy, Rule
from gateway.rules.vocabulary import Vocabulary

AMOUNTS: dict[str, float] = {"depth_mm": 100, "litres": 1_000_000, "minutes": 24 * 60}
"""The largest amount that is no slip: 100 mm floods, a million litres is a swimming bath."""
_OF_DEVICE = "{device.plot}"


@dataclass(frozen=True, slots=True)
class IrrigateAction:
    """`plot` is None for the plot of the rule's device. One of the amounts is given."""

    plot: str | None
    depth_mm: float | None = None
    litres: float | None = None
    minutes: float | None = None

    @property
    def actuates(self) -> bool:
        return True

    def ask(self, firing: Firing, index: int) -> list[Decision]:
        plot = self.plot or firing.device.plot
        if plot is None:
            id = firing.device.id
            raise ActionError(
                Text(
                    f"{id} không thuộc lô nào nên không tưới gì",
                    f"{id} belongs to no plot, so nothing was watered",
                )
            )
        return [
            IrrigationAsked(
                plot,
                firing.rule.source,
                firing.at,
                depth_mm=self.depth_mm,
                litres=self.litres,
                minutes=self.minutes,
            )
        ]

    def withdraw(self, rule: Rule, device: Device, now: Millis) -> list[Decision]:
        return []


def _read(node: Node, subjects: Subjects, vocabulary: Vocabulary) -> Action | None:
    parts = node.mapping(("plot", *AMOUNTS), "irrigate")
    if parts is None:
        return None
    given = [name for name in AMOUNTS if name in parts]
    if len(given) != 1:
        node.complain("give exactly one amount: depth_mm, litres or minutes")
    if "plot" not in parts:
        node.complain(f'plot is missing: a plot\'s id, or "{_OF_DEVICE}"')
        return None
    plot = parts["plot"]
    sound = _check_plot(plot, subjects, vocabulary)
    amounts = {name: _read_amount(parts[name], name) for name in given}
    if not sound or len(amounts) != 1 or None in amounts.values():
        return None
    return IrrigateAction(None if plot.value == _OF_DEVICE else str(plot.value), **amounts)


def _check_plot(node: Node, subjects: Subjects, vocabulary: Vocabulary) -> bool:
    if node.value == _OF_DEVICE and subjects.by is GroupBy.PLOT:
        return True
    if node.value == _OF_DEVICE and subjects.by is not None:
        node.complain(f"a {subjects.by.value} is on no plot: group by: plot, or name one")
        return False
    if node.value == _OF_DEVICE:
        devices = vocabulary.devices_of(subjects.selector)
        without = [device.id for device in devices if device.plot is None]
        if without:
            node.warn(f"{without[0]} belongs to no plot ({len(without)} of {len(devices)} devices)")
        return True
    name = node.identifier("plot")
    if name is not None and vocabulary.plots is not None and name not in vocabulary.plots:
        hint = did_you_mean(name, vocabulary.plots)
        node.complain(f"there is no plot {name!r}{hint}")
        return False
    return name is not None


def _read_amount(node: Node, name: str) -> float | None:
    value = node.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        node.complain(f"{name} must be a number")
        return None
    if 0 < value <= AMOUNTS[name]:
        return float(value)
    node.complain(f"{name} must be above 0 and at most {AMOUNTS[name]:g}")
    return None


ACTION = ActionKind("irrigate", _read)
