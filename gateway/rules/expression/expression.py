"""A condition that is ready to run: its text, its nodes, what it reads, and the function."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.rules.expression.compile import Judge, compile_condition
from gateway.rules.expression.nodes import (
    AgeLimit,
    AllOf,
    AnyOf,
    Arithmetic,
    Changed,
    Choice,
    Comparison,
    Known,
    Median,
    MetricValue,
    Negative,
    Node,
    Not,
    OneOf,
    Question,
    Rain,
    Setting,
    Window,
)
from gateway.rules.expression.parse import ExpressionError, parse
from gateway.rules.expression.scope import Scope
from gateway.rules.expression.tokens import Fault

_ANY_TIME = Known | AgeLimit | Window | Rain | Median
"""What is not settled by readings with certain metrics alone."""


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """`metrics` are those of the own device that it reads, `questions` what it asks beyond their
    newest values. `absence_matters` when a reading that lacks these metrics can change it, too."""

    text: str
    root: Node
    metrics: frozenset[str]
    settings: frozenset[str]
    questions: tuple[Question, ...]
    absence_matters: bool
    judge: Judge

    @classmethod
    def parse(cls, text: str, scope: Scope, name: str) -> "Expression":
        """`scope` is what it may speak of; `name` stands in tracebacks. Raises ExpressionError
        with everything that is wrong."""
        root = parse(text, scope)
        nodes = list(walk(root))
        questions = tuple(dict.fromkeys(node for node in nodes if isinstance(node, Question)))
        metrics = {node.name for node in nodes if isinstance(node, MetricValue)}
        metrics.update(
            node.metric for node in questions if isinstance(node, AgeLimit | Window | Changed)
        )
        if not metrics and not questions:
            message = "reads no metric of the device, so nothing would ever make it change"
            raise ExpressionError([Fault(0, message)])
        return cls(
            text=text,
            root=root,
            metrics=frozenset(metrics),
            settings=frozenset(node.name for node in nodes if isinstance(node, Setting)),
            questions=questions,
            absence_matters=not metrics or any(isinstance(node, _ANY_TIME) for node in nodes),
            judge=compile_condition(root, name),
        )


def walk(node: Node) -> Iterator[Node]:
    """The node and everything in it."""
    yield node
    for part in parts(node):
        yield from walk(part)


def parts(node: Node) -> tuple[Node, ...]:
    """What the node is directly made of."""
    match node:
        case Known(part) | Negative(part) | Not(part) | OneOf(part):
            return (part,)
        case Arithmetic(left, _, right):
            return left, right
        case Comparison(operands):
            return operands
        case AllOf(joined) | AnyOf(joined):
            return joined
        case Choice(test, yes, no):
            return test, yes, no
        case _:
            return ()
