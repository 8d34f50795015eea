"""What an expression may consist of. Everything that is not here does not exist in a rule."""

from dataclasses import dataclass
from enum import Enum

from devices.reading import Millis


class Operator(Enum):
    """Arithmetic; the values are how they are written."""

    ADD = "+"
    SUBTRACT = "-"
    MULTIPLY = "*"
    DIVIDE = "/"


class Relation(Enum):
    """Comparisons; the values are how they are written."""

    LESS = "<"
    AT_MOST = "<="
    MORE = ">"
    AT_LEAST = ">="
    EQUAL = "=="
    UNEQUAL = "!="


@dataclass(frozen=True, slots=True)
class Number:
    """A constant."""

    value: int | float


@dataclass(frozen=True, slots=True)
class Truth:
    """`true` or `false`."""

    value: bool


@dataclass(frozen=True, slots=True)
class MetricValue:
    """The newest value of a metric of the device; `truth` when it is a yes or no."""

    name: str
    truth: bool


@dataclass(frozen=True, slots=True)
class Setting:
    """`device.<name>`: a number from the technician's settings of the device."""

    name: str


@dataclass(frozen=True, slots=True)
class AgeLimit:
    """`age(metric) > 600`: whether its newest value is older, or with `older=False` younger."""

    metric: str
    limit_ms: Millis
    older: bool


@dataclass(frozen=True, slots=True)
class Known:
    """`known(x)`: never itself unknown."""

    inner: "Node"


@dataclass(frozen=True, slots=True)
class Negative:
    """`-x`."""

    inner: "Node"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """Two numbers joined. Division by zero is unknown."""

    left: "Node"
    operator: Operator
    right: "Node"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`a < b <= c`: one relation fewer than operands."""

    operands: tuple["Node", ...]
    relations: tuple[Relation, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """`x in (1, 2, 3)`."""

    inner: "Node"
    numbers: tuple[int | float, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """`not x`; unknown stays unknown."""

    inner: "Node"


@dataclass(frozen=True, slots=True)
class AllOf:
    """`x and y`: false as soon as one part is false, whatever is unknown."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """`x or y`: true as soon as one part is true, whatever is unknown."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`yes if test else no`; unknown when the test is."""

    test: "Node"
    yes: "Node"
    no: "Node"


Node = (
    Number
    | Truth
    | MetricValue
    | Setting
    | AgeLimit
    | Known
    | Negative
    | Arithmetic
    | Comparison
    | OneOf
    | Not
    | AllOf
    | AnyOf
    | Choice
)


def is_truth(node: Node) -> bool:
    """Whether the node says yes or no, rather than a number."""
    if isinstance(node, Choice):
        return is_truth(node.yes)
    if isinstance(node, MetricValue):
        return node.truth
    return not isinstance(node, Number | Setting | Negative | Arithmetic)
