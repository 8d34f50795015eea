"""The functions of conditions: what stands in their brackets, and the node it makes."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from devices.metric import Metric, Shape
from devices.reading import Millis
from gateway.located_yaml import did_you_mean
from gateway.rules.expression.nodes import Changed, Function, Last, Median, Node, Rain, Window
from gateway.rules.expression.scope import Scope

WINDOW_MAX_MS = 31 * 86_400_000
"""A month. What is longer is a season, and nothing that a rule can act on tonight."""
RAIN_HOURS = (1, 6, 24, 72)
DEVICE_IS = ("place", "plot", "road")
"""What `device.<name>` may stand for where an id is wanted."""
MEDIAN_OF = ("kind", "place", "plot", "road", "tag")

_TOTALS_ONLY = (Function.CHANGE, Function.RATE, Function.COUNT)


@dataclass(frozen=True, slots=True)
class Described:
    """One function: how it is written, how many things come first and which may follow by name."""

    use: str
    positional: int
    read: "Callable[[Arguments], Node | None]"
    named: tuple[str, ...] = ()
    named_needed: bool = False


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a call brings. The readers return None when they had to complain."""

    tree: ast.Call
    function: Described
    scope: Scope
    durations: Mapping[int, Millis]
    complain: Callable[[ast.expr, str], None]

    def fit(self) -> bool:
        """Whether they are as many as the function takes, under names that it knows."""
        names = [keyword.arg for keyword in self.tree.keywords]
        fits = (
            len(self.tree.args) == self.function.positional
            and not any(isinstance(part, ast.Starred) for part in self.tree.args)
            and set(names) <= set(self.function.named)
            and len(set(names)) == len(names)
            and (bool(names) or not self.function.named_needed)
        )
        if not fits:
            self.complain(self.tree, f"write it like this: {self.function.use}")
        return fits

    def metric(self, where: Mapping[str, Metric] | None = None) -> Metric | None:
        """The first argument: a metric, of the own device unless others are given."""
        first = self.tree.args[0]
        known = self.scope.metrics if where is None else where
        if not isinstance(first, ast.Name) or first.col_offset in self.durations:
            self.complain(first, f"the name of a metric is needed here: {self.function.use}")
        elif first.id in known:
            return known[first.id]
        else:
            hint = did_you_mean(first.id, known)
            self.complain(first, f"there is no metric {first.id!r}{hint}")
        return None

    def window(self) -> Millis | None:
        """The second argument: a time span."""
        second = self.tree.args[1]
        ms = self.durations.get(second.col_offset) if isinstance(second, ast.Name) else None
        if ms is None:
            self.complain(second, f"a time span is needed here: {self.function.use}")
        elif ms > WINDOW_MAX_MS:
            self.complain(second, "a window is at most 31d long")
        else:
            return ms
        return None

    def id(self, tree: ast.expr, of_device: str | None) -> str | None:
        """A quoted id; or `device.<of_device>`, which is the empty text."""
        if isinstance(tree, ast.Constant) and isinstance(tree.value, str):
            return tree.value
        if (
            isinstance(tree, ast.Attribute)
            and isinstance(tree.value, ast.Name)
            and (tree.value.id, tree.attr) == ("device", of_device)
            and of_device in DEVICE_IS
        ):
            return ""
        own = f", or device.{of_device}" if of_device in DEVICE_IS else ""
        self.complain(tree, f'an id in quotes is needed here, e.g. "cho"{own}')
        return None


def _window(function: Function, arguments: Arguments) -> Node | None:
    metric, ms = arguments.metric(), arguments.window()
    if metric is None or ms is None:
        return None
    is_counter = metric.shape is Shape.COUNTER
    if is_counter and function not in _TOTALS_ONLY:
        arguments.complain(
            arguments.tree,
            f"{metric.name} only counts up, so its {function.value} says nothing; "
            f"delta({metric.name}, …) is how much it rose",
        )
        return None
    return Window(function, metric.name, ms, is_counter)


def _changed(arguments: Arguments) -> Node | None:
    metric = arguments.metric()
    return None if metric is None else Changed(metric.name)


def _last(arguments: Arguments) -> Node | None:
    metric = arguments.metric({**arguments.scope.elsewhere, **arguments.scope.metrics})
    device = arguments.id(arguments.tree.keywords[0].value, None)
    if metric is None or device is None:
        return None
    return Last(metric.name, device, metric.type is bool)


def _median(arguments: Arguments) -> Node | None:
    metric = arguments.metric({**arguments.scope.elsewhere, **arguments.scope.metrics})
    of: list[tuple[str, str | None]] = []
    for keyword in arguments.tree.keywords:
        field = keyword.arg or ""
        id = arguments.id(keyword.value, field)
        kinds = arguments.scope.kinds
        if id is None:
            return None
        if field == "kind" and kinds and id not in kinds:
            arguments.complain(keyword.value, f"there is no kind {id!r}{did_you_mean(id, kinds)}")
            return None
        of.append((field, id or None))
    if metric is None:
        return None
    if metric.type is bool:
        arguments.complain(arguments.tree, f"{metric.name} is a yes or no and has no median")
        return None
    return Median(metric.name, tuple(sorted(of)))


def _rain(hours: int, arguments: Arguments) -> Node | None:
    plot = arguments.id(arguments.tree.args[0], "plot")
    return None if plot is None else Rain(hours * 3_600_000, plot or None)


def _not_here(arguments: Arguments) -> Node | None:
    arguments.complain(arguments.tree, arguments.function.use)
    return None


FUNCTIONS: Mapping[str, Described] = {
    "age": Described(
        "compare age(metric) with a number of seconds, e.g. age(soil_ph) > 3600", 1, _not_here
    ),
    "known": Described("known(metric)", 1, _not_here),
    **{
        one.value: Described(f"{one.value}(metric, 1h)", 2, partial(_window, one))
        for one in Function
    },
    "changed": Described("changed(metric)", 1, _changed),
    "last": Described('last(metric, device="pump-1")', 1, _last, ("device",), True),
    "median": Described(
        'median(metric, kind="soil", place=device.place)', 1, _median, MEDIAN_OF, True
    ),
    **{
        f"rain_{hours}h_mm": Described(f"rain_{hours}h_mm(device.plot)", 1, partial(_rain, hours))
        for hours in RAIN_HOURS
    },
}
"""Every function, by its name."""
