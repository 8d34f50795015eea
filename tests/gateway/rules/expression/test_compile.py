"""Three-valued truth: tables, and the compiled function against an interpreter of the nodes."""

import math
from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from devices.metric import Value, flag, gauge
from gateway.rules.expression.compile import compile_calm, compile_condition
from gateway.rules.expression.expression import Expression
from gateway.rules.expression.nodes import (
    AgeLimit,
    AllOf,
    AnyOf,
    Arithmetic,
    Changed,
    Choice,
    Comparison,
    Function,
    Hour,
    IsNight,
    Known,
    Last,
    Median,
    MetricValue,
    Negative,
    Node,
    Not,
    Number,
    OneOf,
    Operator,
    Question,
    Rain,
    Relation,
    Setting,
    Truth,
    Window,
)
from gateway.rules.expression.scope import Scope

METRICS = {
    **{name: gauge(name, "", -1e15, 1e15, name, name) for name in "ab"},
    **{name: flag(name, name, name) for name in "pq"},
}
SCOPE = Scope(METRICS, constants={"dry_pct": 24})
TRUTHS: tuple[bool | None, ...] = (True, False, None)


def judge(text: str, **values: Value | None) -> bool | None:
    known = {name: value for name, value in values.items() if value is not None}
    settings: dict[str, Value] = {"lamp_w": 30}
    asked: dict[Question, Value] = {
        AgeLimit("a", 4_000, True): True,
        AgeLimit("a", 4_000, False): False,
        IsNight(): True,
        Hour(): 23,
        Window(Function.AVERAGE, "a", 3_600_000, False): 5.0,
    }
    return Expression.parse(text, SCOPE, "test").judge(known.get, settings.get, asked.get)


AND = {
    (True, True): True,
    (True, False): False,
    (False, True): False,
    (False, False): False,
    (True, None): None,
    (None, True): None,
    (False, None): False,
    (None, False): False,
    (None, None): None,
}
OR = {
    (True, True): True,
    (True, False): True,
    (False, True): True,
    (False, False): False,
    (True, None): True,
    (None, True): True,
    (False, None): None,
    (None, False): None,
    (None, None): None,
}


@pytest.mark.parametrize("p", TRUTHS)
@pytest.mark.parametrize("q", TRUTHS)
def test_and_or(p: bool | None, q: bool | None) -> None:
    assert judge("p and q", p=p, q=q) is AND[p, q]
    assert judge("p or q", p=p, q=q) is OR[p, q]


@pytest.mark.parametrize(("p", "expected"), [(True, False), (False, True), (None, None)])
def test_not(p: bool | None, expected: bool | None) -> None:
    assert judge("not p", p=p) is expected


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("a < 24", {"a": 23.9}, True),
        ("a < 24", {"a": 24.0}, False),
        ("a < 24", {}, None),
        ("10 < a <= 24", {"a": 24}, True),
        ("10 < a <= 24", {"a": 10}, False),
        ("a < b < 5", {"a": 9, "b": None}, None),
        ("9 < a < b", {"a": 3}, False),  # false already, whatever b is
        ("a + 1 == 3", {"a": 2}, True),
        ("a - b > 0", {"a": 2}, None),
        ("a / b > 1", {"a": 2, "b": 0}, None),  # no division by zero, no answer
        ("a / b > 1 or p", {"a": 2, "b": 0, "p": True}, True),
        ("-a < 0", {"a": 2}, True),
        ("+a > 0", {"a": 2}, True),
        ("a > 0.2 * device.lamp_w", {"a": 7}, True),
        ("a > device.lamp_v", {"a": 7}, None),
        ("p == q", {"p": True, "q": True}, True),
        ("p != q", {"p": True}, None),
        ("p == true", {"p": False}, False),
        ("a in (1, 2, -3)", {"a": -3}, True),
        ("a not in [1, 2]", {"a": 3}, True),
        ("a in (1, 2)", {}, None),
        ("known(a)", {}, False),
        ("known(a)", {"a": 0}, True),
        ("not known(a) or a > 3", {}, True),
        ("(a if p else b) > 1", {"p": True, "a": 2}, True),
        ("(a if p else b) > 1", {"p": False, "a": 2}, None),
        ("(a if p else b) > 1", {"a": 2, "b": 2}, None),
        ("p if a > 1 else q", {"a": 0, "q": True}, True),
        ("age(a) > 4", {"a": 1}, True),
        ("age(a) < 4", {"a": 1}, False),
        ("4 < age(a)", {"a": 1}, True),
        ("age(b) > 4", {"b": 1}, None),
        ("avg(a, 1h) < 6", {}, True),
        ("avg(a, 60m) + 1 == 6 and is_night", {}, True),
        ("avg(b, 1h) < 6", {}, None),
        ("avg(b, 1h) < 6 or hour >= 22", {}, True),
        ("known(avg(a, 1h)) and not known(avg(a, 2h))", {}, True),
        ("a < site.dry_pct", {"a": 23}, True),
        ("a * a * a * a > 1", {"a": 1e300}, None),  # infinite is no measurement
        ("a * a - a * a < 1", {"a": 1e300}, None),
    ],
)
def test_conditions(text: str, values: dict[str, Value | None], expected: bool | None) -> None:
    assert judge(text, **values) is expected


def unknown(question: Question) -> None:
    """Nothing is known."""


def interpret(node: Node, values: Mapping[str, Value]) -> Value | None:
    """The meaning of a node, one line each: what the compiler must agree with."""
    match node:
        case Number(constant) | Truth(constant):
            return constant
        case MetricValue(name) | Setting(name):
            return values.get(name)
        case AgeLimit() | Window() | Changed() | Last() | Median() | Hour() | IsNight() | Rain():
            raise AssertionError("not generated here")
        case Known(inner):
            return interpret(inner, values) is not None
        case Negative(inner) | Not(inner) | OneOf(inner):
            value = interpret(inner, values)
            return None if value is None else of_one(node, value)
        case Arithmetic(left, operator, right):
            return calculate(interpret(left, values), operator, interpret(right, values))
        case Comparison(operands, relations):
            found = [interpret(operand, values) for operand in operands]
            pairs = zip(found, relations, found[1:], strict=False)
            return conjunction([compare(*pair) for pair in pairs])
        case AllOf(parts):
            return conjunction([interpret(part, values) for part in parts])
        case AnyOf(parts):
            negated = [interpret(Not(part), values) for part in parts]
            every = conjunction(negated)
            return None if every is None else not every
        case Choice(test, yes, no):
            chosen = interpret(test, values)
            return None if chosen is None else interpret(yes if chosen else no, values)


def of_one(node: Negative | Not | OneOf, value: Value) -> Value:
    if isinstance(node, OneOf):
        return value in node.numbers
    return -value if isinstance(node, Negative) else not value


def calculate(left: Value | None, operator: Operator, right: Value | None) -> Value | None:
    if left is None or right is None or (operator is Operator.DIVIDE and right == 0):
        return None
    match operator:
        case Operator.ADD:
            return left + right
        case Operator.SUBTRACT:
            return left - right
        case Operator.MULTIPLY:
            return left * right
        case Operator.DIVIDE:
            return left / right


def compare(left: Value | None, relation: Relation, right: Value | None) -> bool | None:
    if left is None or right is None or not (math.isfinite(left) and math.isfinite(right)):
        return None
    order = (left > right) - (left < right)
    return {
        Relation.LESS: order < 0,
        Relation.AT_MOST: order <= 0,
        Relation.MORE: order > 0,
        Relation.AT_LEAST: order >= 0,
        Relation.EQUAL: order == 0,
        Relation.UNEQUAL: order != 0,
    }[relation]


def conjunction(parts: list[Value | None]) -> bool | None:
    if any(part is not None and not part for part in parts):
        return False
    return None if None in parts else True


NUMBERS = st.one_of(
    st.builds(Number, st.integers(-3, 3)),
    st.builds(MetricValue, st.sampled_from("ab"), st.just(False)),
    st.builds(Setting, st.sampled_from("st")),
)
RELATIONS = st.sampled_from(Relation)


def truths(numbers: st.SearchStrategy[Node], truths: st.SearchStrategy[Node]) -> object:
    operands = st.lists(numbers, min_size=2, max_size=4).map(tuple)
    parts = st.lists(truths, min_size=2, max_size=4).map(tuple)
    return st.one_of(
        operands.flatmap(
            lambda found: st.builds(
                Comparison,
                st.just(found),
                st.lists(RELATIONS, min_size=len(found) - 1, max_size=len(found) - 1).map(tuple),
            )
        ),
        st.builds(AllOf, parts),
        st.builds(AnyOf, parts),
        st.builds(Not, truths),
        st.builds(Known, st.one_of(numbers, truths)),
        st.builds(OneOf, numbers, st.just((0, 1, 2))),
        st.builds(Choice, truths, truths, truths),
    )


NUMBER_NODES: st.SearchStrategy[Node] = st.recursive(
    NUMBERS,
    lambda inner: st.one_of(
        st.builds(Arithmetic, inner, st.sampled_from(Operator), inner),
        st.builds(Negative, inner),
    ),
    max_leaves=4,
)
TRUTH_NODES: st.SearchStrategy[Node] = st.recursive(
    st.one_of(
        st.builds(Truth, st.booleans()),
        st.builds(MetricValue, st.sampled_from("pq"), st.just(True)),
    ),
    lambda inner: truths(NUMBER_NODES, inner),  # type: ignore[arg-type, return-value]
    max_leaves=8,
)
VALUES = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys("abst", st.one_of(st.integers(-3, 3), st.just(0.5))),
        **dict.fromkeys("pq", st.booleans()),
    },
)


@given(TRUTH_NODES, VALUES)
@example(Known(Arithmetic(Number(0), Operator.DIVIDE, Number(0))), {})
def test_the_compiled_function_means_what_the_nodes_mean(
    node: Node, values: dict[str, Value]
) -> None:
    compiled = compile_condition(node, "test")
    assert compiled(values.get, values.get, unknown) == interpret(node, values)


@given(st.lists(st.tuples(TRUTH_NODES, st.booleans()), max_size=4), VALUES, VALUES)
def test_conditions_compiled_together_are_calm_when_each_is(
    expected: list[tuple[Node, bool]], values: dict[str, Value], settings: dict[str, Value]
) -> None:
    calm = compile_calm(expected, frozenset(values))
    judged = [compile_condition(node, "test") for node, _ in expected]
    outcomes = [judge(values.get, settings.get, unknown) for judge in judged]
    assert calm(values, settings.get, unknown) is (outcomes == [outcome for _, outcome in expected])


def test_the_largest_expression_still_compiles() -> None:
    text = " and ".join(["a > 1"] * 49)
    assert judge(text, a=2) is True
    assert judge(text, a=1) is False
    assert judge(text) is None
