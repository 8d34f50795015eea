"""A condition in words. What has no words of its own stays as it was written."""

from dataclasses import dataclass

from devices.text import Text
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
    Rain,
    Relation,
    Setting,
    Truth,
    Window,
    is_truth,
)
from gateway.rules.sentence.names import Names
from gateway.rules.sentence.phrases import duration, joined, listed, number, phrase, small

_RELATIONS = {
    Relation.LESS: Text("dưới {n}", "below {n}"),
    Relation.AT_MOST: Text("không quá {n}", "at most {n}"),
    Relation.MORE: Text("trên {n}", "above {n}"),
    Relation.AT_LEAST: Text("từ {n} trở lên", "at least {n}"),
    Relation.EQUAL: Text("bằng {n}", "equal to {n}"),
    Relation.UNEQUAL: Text("khác {n}", "not {n}"),
}
_OPPOSITE = {
    Relation.LESS: Relation.AT_LEAST,
    Relation.AT_MOST: Relation.MORE,
    Relation.MORE: Relation.AT_MOST,
    Relation.AT_LEAST: Relation.LESS,
    Relation.EQUAL: Relation.UNEQUAL,
    Relation.UNEQUAL: Relation.EQUAL,
}
_MIRRORED = {
    Relation.LESS: Relation.MORE,
    Relation.AT_MOST: Relation.AT_LEAST,
    Relation.MORE: Relation.LESS,
    Relation.AT_LEAST: Relation.AT_MOST,
}
_ARE = {"is": "are", "has been": "have been"}
_SIGNS = {
    Operator.ADD: "+",
    Operator.SUBTRACT: "−",
    Operator.MULTIPLY: "×",
    Operator.DIVIDE: "÷",
}
_WINDOWS = {
    Function.AVERAGE: Text("{what} trung bình trong {time}", "the average {what} over {time}"),
    Function.LEAST: Text("{what} thấp nhất trong {time}", "the lowest {what} in {time}"),
    Function.MOST: Text("{what} cao nhất trong {time}", "the highest {what} in {time}"),
    Function.SUM: Text("tổng {what} trong {time}", "the sum of {what} in {time}"),
    Function.CHANGE: Text("mức thay đổi {what} trong {time}", "the change of {what} in {time}"),
    Function.RATE: Text(
        "tốc độ thay đổi {what} trong {time}", "the rate of change of {what} over {time}"
    ),
    Function.COUNT: Text(
        "số lần đo {what} trong {time}", "the number of {what} readings in {time}"
    ),
}
_UNKNOWN_UNIT = (Function.RATE, Function.COUNT)
_FIELDS = {
    "kind": Text("loại {name}", "kind {name}"),
    "place": Text("ở {name}", "at {name}"),
    "plot": Text("ở {name}", "at {name}"),
    "tag": Text("có nhãn {name}", "tagged {name}"),
}


@dataclass(frozen=True, slots=True)
class Telling:
    """How conditions are told: with the names of the hamlet, and `lasting`, when what is told has
    held for some time."""

    names: Names
    lasting: bool = False

    @property
    def _is(self) -> str:
        return "has been" if self.lasting else "is"

    def tell(self, node: Node) -> Text:
        """A yes or no, as a clause."""
        match node:
            case AllOf(parts):
                return joined([self._within(part, AnyOf) for part in parts], " và ", " and ")
            case AnyOf(parts):
                return joined([self._within(part, AllOf) for part in parts], " hoặc ", " or ")
            case Not(inner):
                return self._tell_not(inner)
            case Comparison():
                return self._compare(node)
            case OneOf(inner, numbers):
                unit = self._unit(inner)
                options = listed([number(one, unit) for one in numbers], " hoặc ", " or ")
                what = self.name(inner)
                return phrase(
                    "{what} là {options}",
                    f"{{what}} {self._is} {{options}}",
                    what=what,
                    options=options,
                )
            case MetricValue() | Last():
                return self._say_yes(node, "có", "yes")
            case AgeLimit(metric, limit, older):
                return self._tell_age(metric, limit, older=older)
            case Known(inner):
                return phrase("đã biết {what}", "{what} is known", what=self.name(inner))
            case Changed(metric):
                what = self._label(metric)
                return phrase("{what} vừa thay đổi", "the {what} has changed", what=what)
            case IsNight():
                return phrase("trời tối", f"it {self._is} night")
            case Truth(value):
                return Text("luôn luôn", "always") if value else Text("không bao giờ", "never")
            case Choice(test, yes, no):
                return phrase(
                    "{yes} (khi {test}), nếu không thì {no}",
                    "{yes} (if {test}), otherwise {no}",
                    yes=self.tell(yes),
                    test=self.tell(test),
                    no=self.tell(no),
                )
            case _:
                return _unnamed(node) if is_truth(node) else self.name(node)

    def _within(self, part: Node, other: type[Node]) -> Text:
        """In brackets, where `and` stands within `or` or the other way round."""
        told = self.tell(part)
        return phrase("({told})", "({told})", told=told) if isinstance(part, other) else told

    def _tell_not(self, inner: Node) -> Text:
        match inner:
            case MetricValue() | Last():
                return self._say_yes(inner, "không", "no")
            case Comparison():
                return self._compare(inner, opposite=True)
            case Known(known):
                return phrase("chưa rõ {what}", "{what} is unknown", what=self.name(known))
            case IsNight():
                return phrase("trời sáng", f"it {self._is} day")
            case Changed(metric):
                what = self._label(metric)
                return phrase("{what} không đổi", "the {what} has not changed", what=what)
            case AgeLimit(metric, limit, older):
                return self._tell_age(metric, limit, older=not older)
            case _:
                told = self.tell(inner)
                return phrase("không phải là ({told})", "not ({told})", told=told)

    def _say_yes(self, node: MetricValue | Last, vi: str, en: str) -> Text:
        metric = self.names.metric(node.name if isinstance(node, MetricValue) else node.metric)
        label = metric.label if metric else self.name(node)
        said = phrase(f"“{{label}}” báo “{vi}”", f"“{{label}}” {self._is} “{en}”", label=label)
        if isinstance(node, Last):
            of = self.names.device(node.device)
            return phrase("{said} ở {of}", "{said} at {of}", said=said, of=of)
        return said

    def _tell_age(self, metric: str, limit: int, *, older: bool) -> Text:
        what, time = self._label(metric), duration(limit)
        if older:
            return phrase(
                "đã {time} chưa có số đo {what}",
                "the {what} has not been measured for {time}",
                what=what,
                time=time,
            )
        return phrase(
            "có số đo {what} trong {time} qua",
            "the {what} was measured within the last {time}",
            what=what,
            time=time,
        )

    def _compare(self, node: Comparison, *, opposite: bool = False) -> Text:
        """With `opposite`, that it is not so."""
        what, bounds = _bounds_of(node)
        unit = self._unit(what)
        if opposite:
            bounds = [(_OPPOSITE[relation], bound) for relation, bound in bounds]
        relations = tuple(relation for relation, _ in bounds)
        told = [self._bound(relation, bound, unit) for relation, bound in bounds]
        if relations == (Relation.AT_LEAST, Relation.AT_MOST):
            low, high = (self._amount(bound, unit) for _, bound in bounds)
            within = phrase("từ {low} đến {high}", "between {low} and {high}", low=low, high=high)
        else:
            within = listed(told, " hoặc ", " or ") if opposite else listed(told)
        verb = _ARE[self._is] if self._is_many(what) else self._is
        return phrase(
            "{what} {within}", f"{{what}} {verb} {{within}}", what=self.name(what), within=within
        )

    def _bound(self, relation: Relation, bound: Node, unit: str) -> Text:
        return phrase(*_RELATIONS[relation], n=self._amount(bound, unit))

    def _amount(self, bound: Node, unit: str) -> Text:
        return number(bound.value, unit) if isinstance(bound, Number) else self.name(bound)

    def name(self, node: Node) -> Text:
        """A quantity, as a noun."""
        match node:
            case Number(value):
                return number(value)
            case MetricValue(metric):
                return phrase("{what}", "the {what}", what=self._label(metric))
            case Setting(setting):
                return phrase(
                    "thông số “{name}” của thiết bị", "the device's “{name}”", name=setting
                )
            case Window(function, metric, ms, _):
                return phrase(*_WINDOWS[function], what=self._label(metric), time=duration(ms))
            case Last(metric, device, _):
                return phrase(
                    "{what} của {device}",
                    "the {what} of {device}",
                    what=self._label(metric),
                    device=self.names.device(device),
                )
            case Median(metric, of):
                return self._median(metric, of)
            case Hour():
                return Text("giờ trong ngày", "the hour of the day")
            case Rain(ms, plot):
                where = self.names.plot(plot) if plot else Text("lô đó", "its plot")
                return phrase(
                    "lượng mưa {time} qua ở {where}",
                    "the rainfall of the last {time} on {where}",
                    time=duration(ms),
                    where=where,
                )
            case Negative(inner):
                return phrase("−{what}", "−{what}", what=self.name(inner))
            case Arithmetic():
                return self._calculate(node)
            case Choice(test, yes, no):
                return phrase(
                    "{yes} (khi {test}), nếu không thì {no}",
                    "{yes} (if {test}), otherwise {no}",
                    yes=self.name(yes),
                    test=self.tell(test),
                    no=self.name(no),
                )
            case _:
                return self.tell(node) if is_truth(node) else _unnamed(node)

    def _calculate(self, node: Arithmetic) -> Text:
        """With brackets only where they change what comes out."""
        sign = _SIGNS[node.operator]
        left, right = self.name(node.left), self.name(node.right)
        if isinstance(node.left, Arithmetic) and _binds(node) and not _binds(node.left):
            left = phrase("({left})", "({left})", left=left)
        if isinstance(node.right, Arithmetic):
            right = phrase("({right})", "({right})", right=right)
        return phrase(
            f"{{left}} {sign} {{right}}", f"{{left}} {sign} {{right}}", left=left, right=right
        )

    def _median(self, metric: str, of: tuple[tuple[str, str | None], ...]) -> Text:
        kinds = [self.names.kinds[name].label for field, name in of if field == "kind" and name]
        others = small(kinds[0]) if kinds else Text("thiết bị", "device")
        where = [
            phrase(*_FIELDS[field], name=_own(field) if name is None else name)
            for field, name in of
            if field in _FIELDS and field != "kind"
        ]
        told = joined([Text("", ""), *where], " ", " ")
        return phrase(
            "mức giữa của {what} ở các {others} khác{where}",
            "the median {what} of the other {others}s{where}",
            what=self._label(metric),
            others=others,
            where=told,
        )

    def _label(self, metric: str) -> Text:
        return self.names.metric_label(metric)

    def _unit(self, node: Node) -> str:
        """Of the numbers that it is compared with."""
        match node:
            case MetricValue(metric) | Last(metric) | Median(metric):
                return self._unit_of(metric)
            case Window(function, metric) if function not in _UNKNOWN_UNIT:
                return self._unit_of(metric)
            case Rain():
                return "mm"
            case _:
                return ""

    def _unit_of(self, metric: str) -> str:
        found = self.names.metric(metric)
        return found.unit if found and found.unit not in found.label.en.split() else ""  # pH

    def _is_many(self, node: Node) -> bool:
        """Whether it is a number of things, as connections are."""
        if not isinstance(node, MetricValue) or self._unit_of(node.name):
            return False
        words = self._label(node.name).en.split()
        return any(word.endswith("s") and not word.endswith("ss") for word in (words[0], words[-1]))


def _bounds_of(node: Comparison) -> tuple[Node, list[tuple[Relation, Node]]]:
    """What is compared, and with what: `24 > x` and `10 < x < 20` speak of x."""
    operands, relations = node.operands, node.relations
    if isinstance(operands[0], Number) and len(operands) <= 3:
        first = _MIRRORED.get(relations[0], relations[0]), operands[0]
        return operands[1], [first, *zip(relations[1:], operands[2:], strict=True)]
    return operands[0], list(zip(relations, operands[1:], strict=True))


def _unnamed(node: Node) -> Text:
    """What nobody has given words yet must not keep a rule from running."""
    return Text(*[f"“{type(node).__name__}”"] * 2)


def _binds(node: Arithmetic) -> bool:
    """Before sums are made."""
    return node.operator in (Operator.MULTIPLY, Operator.DIVIDE)


def _own(field: str) -> Text:
    return (
        Text("cùng lô", "the same plot") if field == "plot" else Text("cùng nơi", "the same place")
    )
