"""A condition that is ready to run: its text, its nodes, what it reads, and the function."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.rules.expression.compile import Judge, compile_condition
from gateway.rules.expression.nodes import (
    AgeLimit,
    AllOf,
    AnyOf,
    Arithmetic,
    Choice,
    Comparison,
    Known,
    MetricValue,
    Negative,
    Node,
    Not,
    OneOf,
    Setting,
)
from gateway.rules.expression.parse import ExpressionError, parse
from gateway.rules.expression.tokens import Fault


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """`metrics` are those it reads. `absence_matters` when it asks for known(…) or age(…): then a
    reading that lacks its metrics can change it too."""

    text: str
    root: Node
    metrics: frozenset[str]
    settings: frozenset[str]
    ages: tuple[AgeLimit, ...]
    absence_matters: bool
    judge: Judge

    @classmethod
    def parse(cls, text: str, metrics: Mapping[str, bool], name: str) -> "Expression":
        """`metrics` maps each allowed metric to whether it is a yes or no; `name` stands in
        tracebacks. Raises ExpressionError with everything that is wrong."""
        root = parse(text, metrics)
        nodes = list(walk(root))
        ages = tuple(node for node in nodes if isinstance(node, AgeLimit))
        read = {node.name for node in nodes if isinstance(node, MetricValue)}
        read.update(age.metric for age in ages)
        if not read:
            message = "reads no metric of the device, so nothing would ever make it change"
            raise ExpressionError([Fault(0, message)])
        return cls(
            text=text,
            root=root,
            metrics=frozenset(read),
            settings=frozenset(node.name for node in nodes if isinstance(node, Setting)),
            ages=ages,
            absence_matters=bool(ages) or any(isinstance(node, Known) for node in nodes),
            judge=compile_condition(root, name),
        )


def walk(node: Node) -> Iterator[Node]:
    """The node and everything in it."""
    yield node
    inner: tuple[Node, ...] = ()
    match node:
        case Known(part) | Negative(part) | Not(part) | OneOf(part):
            inner = (part,)
        case Arithmetic(left, _, right):
            inner = (left, right)
        case Comparison(parts) | AllOf(parts) | AnyOf(parts):
            inner = parts
        case Choice(test, yes, no):
            inner = (test, yes, no)
    for part in inner:
        yield from walk(part)
