"""Checked nodes compiled to one Python function, built as a syntax tree: no text is ever executed.

The function is three-valued: True, False, or None for unknown. Per node it needs some 30 ns.
"""

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import CodeType, FunctionType
from typing import NamedTuple, cast

from devices.metric import Value
from gateway.rules.expression.nodes import (
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
    Number,
    OneOf,
    Operator,
    Question,
    Relation,
    Setting,
    Truth,
)

ReadValue = Callable[[str], Value | None]
"""The newest value of a metric, None when unknown."""
ReadSetting = Callable[[str], Value | None]
"""A number of the device's settings, None when it has none of that name."""
Ask = Callable[[Question], Value | None]
"""The answer to everything else, None when unknown."""
Judge = Callable[[ReadValue, ReadSetting, Ask], bool | None]
"""A compiled condition."""
Calm = Callable[[Mapping[str, Value], ReadSetting, Ask], bool]
"""Several conditions as one question: has each the outcome that changes nothing?"""

_OPERATORS: dict[Operator, ast.operator] = {
    Operator.ADD: ast.Add(),
    Operator.SUBTRACT: ast.Sub(),
    Operator.MULTIPLY: ast.Mult(),
    Operator.DIVIDE: ast.Div(),
}
_RELATIONS: dict[Relation, ast.cmpop] = {
    Relation.LESS: ast.Lt(),
    Relation.AT_MOST: ast.LtE(),
    Relation.MORE: ast.Gt(),
    Relation.AT_LEAST: ast.GtE(),
    Relation.EQUAL: ast.Eq(),
    Relation.UNEQUAL: ast.NotEq(),
}


class _Term(NamedTuple):
    """A constant or a local variable, so that it may be written more than once."""

    expr: ast.expr
    maybe_unknown: bool


_NONE = _Term(ast.Constant(None), True)


def compile_condition(node: Node, name: str) -> Judge:
    """`name` stands in tracebacks."""
    emitter = _Emitter(_look_up)
    result = emitter.term(node)
    body = [*emitter.loads, *emitter.body, ast.Return(result.expr)]
    return cast(Judge, _function(body, f"<rule {name}>", emitter.questions))


def compile_calm(expected: Sequence[tuple[Node, bool]], known: frozenset[str]) -> Calm:
    """The question whether each node has its expected outcome, for values of exactly the metrics
    `known`. It costs a fraction of asking one after the other: a value is looked up once, and
    nothing that is known is asked whether it is.
    """
    emitter = _Emitter(lambda metric: _subscript(metric) if metric in known else _NONE)
    for node, outcome in expected:
        result = emitter.term(node)
        differs = _is(result.expr, outcome, negated=True)
        emitter.body.append(ast.If(differs, [ast.Return(ast.Constant(False))], []))
    body = [*emitter.loads, *emitter.body, ast.Return(ast.Constant(True))]
    return cast(Calm, _function(body, "<rules>", emitter.questions))


def _function(body: list[ast.stmt], name: str, questions: Mapping[Question, str]) -> FunctionType:
    function = ast.FunctionDef(
        name="judge",
        args=ast.arguments(
            posonlyargs=[],
            args=[ast.arg(argument) for argument in ("value", "setting", "ask")],
            kwonlyargs=[],
            kw_defaults=[],
            defaults=[],
        ),
        body=body,
        decorator_list=[],
    )
    module = ast.fix_missing_locations(ast.Module([function], []))
    compiled = compile(module, name, "exec", dont_inherit=True)
    code = next(const for const in compiled.co_consts if isinstance(const, CodeType))
    named: dict[str, object] = {name: question for question, name in questions.items()}
    return FunctionType(code, {"__builtins__": {}, **named})


class _Emitter:
    """Writes statements into `body`; each node leaves its value in a term. `read` says how a
    metric's value is had. `questions` are what is asked, each with its name in the function."""

    def __init__(self, read: Callable[[str], _Term]) -> None:
        self._read = read
        self.loads: list[ast.stmt] = []
        self.body: list[ast.stmt] = []
        self.questions: dict[Question, str] = {}
        self._names = 0
        self._metrics: dict[str, _Term] = {}

    def term(self, node: Node) -> _Term:
        match node:
            case Number(value) | Truth(value):
                return _Term(ast.Constant(value), False)
            case MetricValue(name):
                return self._metric(name)
            case Setting(name):
                return self._keep(_call("setting", name), True)
            case Known(inner):
                term = self.term(inner)
                if not term.maybe_unknown:
                    return _Term(ast.Constant(True), False)
                return self._keep(_is(term.expr, None, negated=True), False)
            case Negative(inner):
                term = self.term(inner)
                return self._unless_unknown([term], ast.UnaryOp(ast.USub(), term.expr))
            case Not(inner):
                term = self.term(inner)
                return self._unless_unknown([term], ast.UnaryOp(ast.Not(), term.expr))
            case OneOf(inner, numbers):
                term = self.term(inner)
                test = ast.Compare(
                    term.expr,
                    [ast.In()],
                    [ast.Tuple([ast.Constant(number) for number in numbers], ast.Load())],
                )
                return self._unless_unknown([term], test)
            case Arithmetic():
                return self._arithmetic(node)
            case Comparison():
                return self._comparison(node)
            case AllOf(parts):
                return self._junction([partial(self.term, part) for part in parts], False)
            case AnyOf(parts):
                return self._junction([partial(self.term, part) for part in parts], True)
            case Choice():
                return self._choice(node)
            case _:
                return self._ask(node)

    def _ask(self, question: Question) -> _Term:
        """Only where the answer is needed: it may cost more than all the rest."""
        name = self.questions.setdefault(question, f"q{len(self.questions)}")
        return self._keep(ast.Call(_load("ask"), [_load(name)], []), True)

    def _metric(self, name: str) -> _Term:
        """Each metric is looked up once, before everything else."""
        if name not in self._metrics:
            target = self._new_name()
            found = self._read(name)
            self.loads.append(_assign(target, found.expr))
            self._metrics[name] = _Term(_load(target), found.maybe_unknown)
        return self._metrics[name]

    def _arithmetic(self, node: Arithmetic) -> _Term:
        left, right = self.term(node.left), self.term(node.right)
        impossible: list[ast.expr] = []
        if node.operator is Operator.DIVIDE and not _is_other_than_zero(node.right):
            impossible.append(ast.Compare(right.expr, [ast.Eq()], [ast.Constant(0)]))
        expr = ast.BinOp(left.expr, _OPERATORS[node.operator], right.expr)
        return self._unless_unknown([left, right], expr, impossible)

    def _comparison(self, node: Comparison) -> _Term:
        operands = [self._operand(operand) for operand in node.operands]
        pairs = zip(operands, node.relations, operands[1:], strict=False)
        return self._junction([partial(self._compare, *pair) for pair in pairs], False)

    def _compare(self, left: _Term, relation: Relation, right: _Term) -> _Term:
        test = ast.Compare(left.expr, [_RELATIONS[relation]], [right.expr])
        return self._unless_unknown([left, right], test)

    def _operand(self, node: Node) -> _Term:
        """Floats that grew beyond all measure compare as if they were something; they are not."""
        term = self.term(node)
        if not isinstance(node, Arithmetic | Negative | Choice):
            return term
        itself = ast.BinOp(term.expr, ast.Sub(), term.expr)  # 0, but for inf and nan
        infinite = ast.Compare(itself, [ast.NotEq()], [ast.Constant(0)])
        return self._unless_unknown([term], term.expr, [infinite])

    def _junction(self, parts: Sequence[Callable[[], _Term]], decisive: bool) -> _Term:
        """`and` (False decides) and `or` (True decides), stopping at the first that decides."""
        first = parts[0]()
        if len(parts) == 1:
            return first
        target = self._new_name()
        before, self.body = self.body, []
        rest = self._junction(parts[1:], decisive)
        value = rest.expr
        if first.maybe_unknown:
            settled = ast.BoolOp(
                ast.Or(), [_is(first.expr, None, negated=True), _is(rest.expr, decisive)]
            )
            value = ast.IfExp(settled, rest.expr, ast.Constant(None))
        undecided = [*self.body, _assign(target, value)]
        self.body = before
        decided: list[ast.stmt] = [_assign(target, ast.Constant(decisive))]
        self.body.append(ast.If(_is(first.expr, decisive), decided, undecided))
        return _Term(_load(target), first.maybe_unknown or rest.maybe_unknown)

    def _choice(self, node: Choice) -> _Term:
        test = self.term(node.test)
        target = self._new_name()
        yes, yes_unknown = self._branch(node.yes, target)
        no, no_unknown = self._branch(node.no, target)
        chosen: ast.stmt = ast.If(test.expr, yes, no)
        if test.maybe_unknown:
            unknown: list[ast.stmt] = [_assign(target, ast.Constant(None))]
            chosen = ast.If(_is(test.expr, None), unknown, [chosen])
        self.body.append(chosen)
        return _Term(_load(target), test.maybe_unknown or yes_unknown or no_unknown)

    def _branch(self, node: Node, target: str) -> tuple[list[ast.stmt], bool]:
        before, self.body = self.body, []
        term = self.term(node)
        branch = [*self.body, _assign(target, term.expr)]
        self.body = before
        return branch, term.maybe_unknown

    def _unless_unknown(
        self, terms: Sequence[_Term], expr: ast.expr, impossible: Sequence[ast.expr] = ()
    ) -> _Term:
        """`expr`, or None when one of the terms is, or one of the impossible things is true."""
        tests = [_is(term.expr, None) for term in terms if term.maybe_unknown]
        tests += impossible
        if not tests:
            return self._keep(expr, False)
        test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.Or(), tests)
        return self._keep(ast.IfExp(test, ast.Constant(None), expr), True)

    def _keep(self, expr: ast.expr, maybe_unknown: bool) -> _Term:
        target = self._new_name()
        self.body.append(_assign(target, expr))
        return _Term(_load(target), maybe_unknown)

    def _new_name(self) -> str:
        self._names += 1
        return f"t{self._names}"


def _look_up(metric: str) -> _Term:
    return _Term(_call("value", metric), True)


def _subscript(metric: str) -> _Term:
    return _Term(ast.Subscript(_load("value"), ast.Constant(metric), ast.Load()), False)


def _is_other_than_zero(node: Node) -> bool:
    return isinstance(node, Number) and node.value != 0


def _load(name: str) -> ast.expr:
    return ast.Name(name, ast.Load())


def _assign(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)


def _call(function: str, argument: str) -> ast.expr:
    return ast.Call(_load(function), [ast.Constant(argument)], [])


def _is(expr: ast.expr, value: bool | None, *, negated: bool = False) -> ast.expr:
    return ast.Compare(expr, [ast.IsNot() if negated else ast.Is()], [ast.Constant(value)])
