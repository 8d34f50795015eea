"""What came of each part of a condition: why it holds, does not, or is not known."""

from collections.abc import Iterator
from dataclasses import dataclass

from devices.metric import Value
from gateway.rules.expression.compile import Ask, ReadSetting, ReadValue, compile_condition
from gateway.rules.expression.expression import parts, walk
from gateway.rules.expression.nodes import (
    AgeLimit,
    AllOf,
    AnyOf,
    Choice,
    MetricValue,
    Node,
    Not,
    Question,
    Setting,
    is_truth,
)
from gateway.rules.expression.write import write

_NESTING = AllOf | AnyOf | Not | Choice


@dataclass(frozen=True, slots=True)
class Traced:
    """One part: as it is written, what came of it (None: unknown), and what it is made of.

    `inputs` are the values that a part without parts compares; a part that is itself a value has
    none. `error` is what made it impossible to compute.
    """

    text: str
    outcome: Value | None
    parts: "tuple[Traced, ...]" = ()
    inputs: "tuple[Traced, ...]" = ()
    metric: str | None = None
    error: str | None = None


def trace(node: Node, read: ReadValue, setting: ReadSetting, ask: Ask) -> Traced:
    """Every part is computed by the same code as the whole."""

    def told(node: Node, inner: tuple[Traced, ...], inputs: tuple[Traced, ...]) -> Traced:
        outcome, error = None, None
        try:
            outcome = compile_condition(node, "explained")(read, setting, ask)
        except Exception as fault:  # noqa: BLE001 - a user's condition, e.g. beyond all bounds
            error = f"{type(fault).__name__}: {fault}"
        metric = node.name if isinstance(node, MetricValue) else None
        return Traced(write(node), outcome, inner, inputs, metric, error)

    def of(node: Node) -> Traced:
        nested = tuple(part for part in parts(node) if is_truth(part))
        if isinstance(node, _NESTING) and nested:
            return told(node, tuple(map(of, nested)), ())
        return told(node, (), tuple(told(one, (), ()) for one in dict.fromkeys(_values(node))))

    return of(node)


def _values(node: Node) -> Iterator[Node]:
    """What is measured, asked or set within a part that is not only that."""
    for found in walk(node):
        if found is not node and isinstance(found, MetricValue | Setting | Question):
            yield found
        elif isinstance(found, AgeLimit):
            yield MetricValue(found.metric, truth=False)
