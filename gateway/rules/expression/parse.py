"""From the text of an expression to checked nodes, or to everything that is wrong with it."""

import ast
from collections.abc import Callable, Mapping
from typing import TypeGuard

from devices.reading import Millis
from gateway.located_yaml import did_you_mean
from gateway.rules.expression.functions import DEVICE_IS, FUNCTIONS, Arguments
from gateway.rules.expression.nodes import (
    AgeLimit,
    AllOf,
    AnyOf,
    Arithmetic,
    Choice,
    Comparison,
    Hour,
    IsNight,
    Known,
    MetricValue,
    Negative,
    Node,
    Not,
    Number,
    OneOf,
    Operator,
    Relation,
    Setting,
    Truth,
    is_truth,
)
from gateway.rules.expression.scope import Scope
from gateway.rules.expression.tokens import NO_UNIT, WORDS, Fault, find_faults, once, spans

DEPTH_MAX = 30
"""Nesting. Nobody can read a deeper one, and the compiler's stack is finite."""
NODES_MAX = 200
"""Parts. Each costs some 30 ns on every reading."""

_OPERATORS: dict[type[ast.operator], Operator] = {
    ast.Add: Operator.ADD,
    ast.Sub: Operator.SUBTRACT,
    ast.Mult: Operator.MULTIPLY,
    ast.Div: Operator.DIVIDE,
}
_RELATIONS: dict[type[ast.cmpop], Relation] = {
    ast.Lt: Relation.LESS,
    ast.LtE: Relation.AT_MOST,
    ast.Gt: Relation.MORE,
    ast.GtE: Relation.AT_LEAST,
    ast.Eq: Relation.EQUAL,
    ast.NotEq: Relation.UNEQUAL,
}
_NAMES: dict[str, Node] = {
    "true": Truth(True),
    "false": Truth(False),
    "hour": Hour(),
    "is_night": IsNight(),
}


class ExpressionError(ValueError):
    """The text is no expression that may run; `faults` says everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(fault.message for fault in faults))
        self.faults = faults


def parse(text: str, scope: Scope) -> Node:
    """The nodes of a condition that speaks of nothing beyond `scope`.

    Raises ExpressionError, and nothing else whatever the text.
    """
    if faults := find_faults(text):
        raise ExpressionError(faults)
    plain, durations = spans(text)
    line = "".join(" " if char.isspace() else char for char in plain)
    shift = len(line) - len(line.lstrip())
    try:
        tree = ast.parse(line[shift:], mode="eval")
    except SyntaxError as error:
        offset = error.offset - 1 + shift if error.offset else len(text) - 1
        while offset and text[offset - 1 : offset + 1].isalpha():  # to the begin of the word
            offset -= 1
        raise ExpressionError([Fault(offset, _explain(error, text[offset:]))]) from None
    except (RecursionError, MemoryError):  # how Python's parser says "too deep"
        raise ExpressionError([_too_deep(0)]) from None
    reader = _Reader(scope, {at - shift: ms for at, ms in durations.items()}, shift)
    node = reader.read(tree.body)
    if node is not None and not is_truth(node):
        reader.complain(tree.body, "a condition must say yes or no: compare it with something")
    if node is None or reader.faults:
        raise ExpressionError(once(reader.faults))
    return node


def _explain(error: SyntaxError, rest: str) -> str:
    message = error.msg
    if message.startswith("too many nested"):
        return _too_deep(0).message
    brackets = message if "(" in message or ")" in message or "[" in message else ""
    return f"cannot be understood from here on: {brackets or _likely(rest)}"


def _likely(rest: str) -> str:
    """What most likely went wrong where Python understands no more."""
    word = rest.split(maxsplit=1)[0] if rest.strip() else ""
    if word.lower() in WORDS and word not in WORDS:
        return f"write {word.lower()} in small letters"
    if word == rest.strip() and (word in WORDS or not word[:1].isalnum()):
        return "something is missing behind it"
    return "between two values stands one of < > == + - * / and or"


def _too_deep(offset: int) -> Fault:
    return Fault(offset, f"is nested deeper than {DEPTH_MAX}; split it into several rules")


class _Reader:
    """Turns Python's syntax tree into nodes. A part that is wrong becomes None and a fault, and
    the reading goes on, so that all mistakes are told at once."""

    def __init__(self, scope: Scope, durations: Mapping[int, Millis], shift: int) -> None:
        self.faults: list[Fault] = []
        self._scope = scope
        self._durations = durations
        self._shift = shift
        self._depth = 0
        self._count = 0
        self._read: dict[type[ast.expr], Callable[..., Node | None]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Call: self._call,
            ast.UnaryOp: self._unary,
            ast.BinOp: self._binary,
            ast.BoolOp: self._junction,
            ast.Compare: self._compare,
            ast.IfExp: self._choice,
        }

    def complain(self, where: ast.expr, message: str) -> None:
        self.faults.append(Fault(where.col_offset + self._shift, message))

    def read(self, tree: ast.expr) -> Node | None:
        self._count += 1
        if self._count == NODES_MAX + 1:
            self.complain(tree, f"has more than {NODES_MAX} parts; split it into several rules")
        if self._depth >= DEPTH_MAX:
            self.faults.append(_too_deep(tree.col_offset + self._shift))
        if self._count > NODES_MAX or self._depth >= DEPTH_MAX:
            return None
        read = self._read.get(type(tree))
        if read is None:
            comma = "; a fraction is written with a point, e.g. 0.5"
            hint = comma if isinstance(tree, ast.Tuple) else ""
            self.complain(tree, f"this has no place in a condition{hint}")
            return None
        self._depth += 1
        node = read(tree)
        self._depth -= 1
        return node

    def number(self, tree: ast.expr) -> Node | None:
        node = self.read(tree)
        if node is not None and is_truth(node):
            self.complain(tree, "this is a yes or no, but a number is needed here")
            return None
        return node

    def truth(self, tree: ast.expr) -> Node | None:
        node = self.read(tree)
        if node is not None and not is_truth(node):
            self.complain(tree, "this is a number, but a yes or no is needed here: compare it")
            return None
        return node

    def _constant(self, tree: ast.Constant) -> Node | None:
        if isinstance(tree.value, bool):
            return Truth(tree.value)
        if isinstance(tree.value, int | float):
            return Number(tree.value)
        self.complain(tree, "this has no place in a condition")
        return None

    def _name(self, tree: ast.Name) -> Node | None:
        name = tree.id
        metric = self._scope.metrics.get(name)
        if tree.col_offset in self._durations:
            self.complain(tree, f"this {NO_UNIT}")
        elif metric is not None:  # a lamp measures for itself whether it is night
            return MetricValue(name, metric.type is bool)
        elif name in _NAMES:
            return _NAMES[name]
        elif name in FUNCTIONS:
            self.complain(tree, f"{name} needs more: {FUNCTIONS[name].use}")
        elif name == "device":
            self.complain(tree, "write device.<setting>, e.g. device.lamp_w")
        elif name == "site":
            self.complain(tree, "write site.<name> for one of the constants: of site.yaml")
        else:
            hint = did_you_mean(name, [*self._scope.metrics, *_NAMES])
            self.complain(tree, f"there is no metric {name!r}{hint}")
        return None

    def _attribute(self, tree: ast.Attribute) -> Node | None:
        path = _path(tree)
        if path is None:
            self.complain(tree, "only device.<setting> and site.<constant> have a dot")
        elif any(name.startswith("_") for name in path):
            self.complain(tree, f"{path[-1]!r} is no name of a setting")
        elif path[0] == "site" and len(path) == 2:
            return self._constant_of_site(tree, path[1])
        elif path == ["device", "limits"]:
            self.complain(tree, "write device.limits.<name>")
        elif path[:2] == ["device", "limits"] and len(path) == 3:
            return Setting(f"limits.{path[2]}")
        elif path[0] == "device" and len(path) == 2 and path[1] in DEVICE_IS:
            self.complain(
                tree, f"device.{path[1]} is no number; it stands in rain… and median only"
            )
        elif path[0] == "device" and len(path) == 2:
            return Setting(path[1])
        else:
            self.complain(tree, "only device.<setting> and site.<constant> have a dot")
        return None

    def _constant_of_site(self, tree: ast.Attribute, name: str) -> Node | None:
        constants = self._scope.constants
        if constants is None:
            return Number(1)
        if name in constants:
            return Number(constants[name])
        hint = did_you_mean(name, constants)
        self.complain(tree, f"there is no constant {name!r} in site.yaml{hint}")
        return None

    def _call(self, tree: ast.Call) -> Node | None:
        name = tree.func.id if isinstance(tree.func, ast.Name) else ""
        function = FUNCTIONS.get(name)
        if function is None:
            known = ", ".join(f"{function}(…)" for function in FUNCTIONS)
            self.complain(tree, f"there is no such function; there are: {known}")
            return None
        arguments = Arguments(tree, function, self._scope, self._durations, self.complain)
        if not arguments.fit():
            return None
        if name == "known":
            inner = self.read(tree.args[0])
            return None if inner is None else Known(inner)
        return function.read(arguments)

    def _unary(self, tree: ast.UnaryOp) -> Node | None:
        if isinstance(tree.op, ast.Not):
            inner = self.truth(tree.operand)
            return None if inner is None else Not(inner)
        inner = self.number(tree.operand)
        if inner is None or isinstance(tree.op, ast.UAdd):
            return inner
        return Number(-inner.value) if isinstance(inner, Number) else Negative(inner)

    def _binary(self, tree: ast.BinOp) -> Node | None:
        left = self.number(tree.left)
        right = self.number(tree.right)
        if right == Number(0) and isinstance(tree.op, ast.Div):
            self.complain(tree.right, "nothing can be divided by zero")
            return None
        if left is None or right is None:
            return None
        return Arithmetic(left, _OPERATORS[type(tree.op)], right)

    def _junction(self, tree: ast.BoolOp) -> Node | None:
        parts = [self.truth(part) for part in tree.values]
        sound = tuple(part for part in parts if part is not None)
        if len(sound) < len(parts):
            return None
        return AllOf(sound) if isinstance(tree.op, ast.And) else AnyOf(sound)

    def _choice(self, tree: ast.IfExp) -> Node | None:
        test = self.truth(tree.test)
        yes = self.read(tree.body)
        no = self.read(tree.orelse)
        if test is None or yes is None or no is None:
            return None
        if is_truth(yes) != is_truth(no):
            self.complain(tree.orelse, "both sides of if … else must be numbers, or both yes or no")
            return None
        return Choice(test, yes, no)

    def _compare(self, tree: ast.Compare) -> Node | None:
        trees = [tree.left, *tree.comparators]
        if any(_is_age(part) for part in trees):
            return self._age(tree)
        if isinstance(tree.ops[0], ast.In | ast.NotIn):
            return self._one_of(tree)
        operands = [self.read(part) for part in trees]
        sound = tuple(part for part in operands if part is not None)
        if any(type(op) not in _RELATIONS for op in tree.ops):
            self.complain(tree, "`in` stands alone: x in (1, 2, 3)")
            return None
        if len(sound) < len(operands):
            return None
        relations = tuple(_RELATIONS[type(op)] for op in tree.ops)
        return self._comparison(tree, sound, relations)

    def _comparison(
        self, tree: ast.Compare, operands: tuple[Node, ...], relations: tuple[Relation, ...]
    ) -> Node | None:
        truths = [is_truth(operand) for operand in operands]
        if any(truths) and not all(truths):
            self.complain(tree, "a yes or no cannot be compared with a number")
            return None
        if any(truths) and not set(relations) <= {Relation.EQUAL, Relation.UNEQUAL}:
            self.complain(tree, "a yes or no is neither more nor less; use it alone, or with not")
            return None
        return Comparison(operands, relations)

    def _one_of(self, tree: ast.Compare) -> Node | None:
        inner = self.number(tree.left)
        listed = tree.comparators[0]
        if len(tree.ops) > 1 or not isinstance(listed, ast.Tuple | ast.List):
            self.complain(tree, "`in` needs a list of numbers: x in (1, 2, 3)")
            return None
        listed_nodes = [self.read(item) for item in listed.elts]
        numbers = tuple(node.value for node in listed_nodes if isinstance(node, Number))
        if len(numbers) < len(listed_nodes) or not numbers:
            self.complain(listed, "`in` needs a list of numbers: x in (1, 2, 3)")
            return None
        if inner is None:
            return None
        found = OneOf(inner, numbers)
        return Not(found) if isinstance(tree.ops[0], ast.NotIn) else found

    def _age(self, tree: ast.Compare) -> Node | None:
        age = FUNCTIONS["age"]
        relation = _RELATIONS.get(type(tree.ops[0]))
        call, limit = tree.left, tree.comparators[0]
        swapped = not _is_age(call)
        if swapped:
            call, limit = limit, call
        seconds = self.number(limit)
        if (
            len(tree.ops) > 1
            or not _is_age(call)
            or relation in (None, Relation.EQUAL, Relation.UNEQUAL)
            or not isinstance(seconds, Number)
        ):
            self.complain(tree, age.use)
            return None
        arguments = Arguments(call, age, self._scope, self._durations, self.complain)
        metric = arguments.metric() if arguments.fit() else None
        if metric is None:
            return None
        older = (relation in (Relation.MORE, Relation.AT_LEAST)) != swapped
        return AgeLimit(metric.name, _ms(seconds.value), older)


def _is_age(tree: ast.expr) -> TypeGuard[ast.Call]:
    return isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name) and tree.func.id == "age"


def _path(tree: ast.expr) -> list[str] | None:
    """`device.limits.x` as its names; None for what is not made of names, or of too many."""
    names: list[str] = []
    while isinstance(tree, ast.Attribute) and len(names) < 3:
        names.insert(0, tree.attr)
        tree = tree.value
    return [tree.id, *names] if isinstance(tree, ast.Name) else None


def _ms(seconds: float) -> Millis:
    return round(seconds * 1000)
