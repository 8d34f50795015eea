"""What is wrong, or probably not meant, with the questions of a condition on this very site."""

from collections.abc import Callable, Iterable, Iterator

from gateway.fleet import Device
from gateway.located_yaml import did_you_mean
from gateway.rules.document import Node
from gateway.rules.expression.expression import Expression
from gateway.rules.expression.nodes import Last, Median, Question, Rain, Window
from gateway.rules.expression.write import write
from gateway.rules.selector import Selector
from gateway.rules.surroundings import WEATHER, has
from gateway.rules.vocabulary import Vocabulary


def check_questions(
    node: Node, condition: Expression, on: Selector, vocabulary: Vocabulary
) -> None:
    """Complain of names that nothing bears and never will, warn of what is unknown for now."""
    devices = vocabulary.devices_of(on)
    for question in condition.questions:
        if isinstance(question, Rain) and question.plot is not None:
            plots = vocabulary.plots
            if plots is not None and question.plot not in plots:
                hint = did_you_mean(question.plot, plots)
                node.complain(f"there is no plot {question.plot!r}{hint}")
        if vocabulary.fleet is not None:
            adopted = {device.id: device for device in vocabulary.fleet.adopted()}
            for fault, is_mistake in _faults(question, devices, adopted):
                tell: Callable[[str], None] = node.complain if is_mistake else node.warn
                tell(fault)


def _faults(
    question: Question, devices: list[Device], adopted: dict[str, Device]
) -> Iterator[tuple[str, bool]]:
    """In words, and whether it is a mistake."""
    match question:
        case Last(metric, device):
            found = adopted.get(device)
            if found is None:
                yield f"there is no device {device!r}{did_you_mean(device, adopted)}", False
            elif not found.kind.metric(metric):
                yield f"{device} is a {found.kind.name} and does not measure {metric}", True
        case Median(metric, of):
            named = [(field, name) for field, name in of if name is not None]
            if not any(_matches(one, metric, named) for one in adopted.values()):
                yield f"no device matches {write(question)}", False
        case Rain(_, plot):
            yield from _rain_faults(question, plot, devices, adopted.values())
        case Window(_, _, ms):
            rare = [one for one in devices if one.interval_s * 1000 > ms]
            if rare:
                few = f"that is one value at most ({len(rare)} of {len(devices)} devices)"
                every = f"{rare[0].id} reports every {rare[0].interval_s} s"
                yield f"{write(question)}: {every}, so {few}", False


def _rain_faults(
    question: Rain, plot: str | None, devices: list[Device], adopted: Iterable[Device]
) -> Iterator[tuple[str, bool]]:
    if not any(one.kind.name == WEATHER for one in adopted):
        yield f"there is no weather station, so {write(question)} is unknown", False
    without = [one for one in devices if one.plot is None]
    if plot is None and without:
        there = f"is on no plot, so {write(question)} is unknown there"
        yield f"{without[0].id} {there} ({len(without)} of {len(devices)} devices)", False


def _matches(device: Device, metric: str, named: list[tuple[str, str]]) -> bool:
    return device.kind.metric(metric) is not None and all(
        has(device, field, name) for field, name in named
    )
