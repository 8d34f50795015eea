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
    """`device.<name>`: a number from the technician's settings of the device; those under
    `device.limits.<name>` are called `limits.<name>`."""

    name: str


@dataclass(frozen=True, slots=True)
class AgeLimit:
    """`age(metric) > 600`: whether its newest value is older, or with `older=False` younger."""

    metric: str
    limit_ms: Millis
    older: bool


class Function(Enum):
    """What is made of the values in a window; the values are how they are written."""

    AVERAGE = "avg"
    LEAST = "min"
    MOST = "max"
    SUM = "sum"
    CHANGE = "delta"
    RATE = "rate"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Window:
    """`avg(metric, 1h)`: of the values of the device in the last `ms`. `counter` when the metric
    only rises and starts anew at zero."""

    function: Function
    metric: str
    ms: Millis
    counter: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """`changed(metric)`: whether its newest value is another than the one before."""

    metric: str


@dataclass(frozen=True, slots=True)
class Last:
    """`last(metric, device="pump-1")`: the newest value of another device; `truth` when it is a
    yes or no."""

    metric: str
    device: str
    truth: bool


@dataclass(frozen=True, slots=True)
class Median:
    """`median(metric, kind="soil", place=device.place)`: over the newest values of the other
    devices that have all of these; a name that is None stands for what the own device has."""

    metric: str
    of: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class Hour:
    """`hour`: of the local day, 0 to 23."""


@dataclass(frozen=True, slots=True)
class IsNight:
    """`is_night`: whether the sun is down at the hamlet."""


@dataclass(frozen=True, slots=True)
class Rain:
    """`rain_24h_mm("lo-3")`: what fell on a plot in the last `ms`; None for the plot of the own
    device."""

    ms: Millis
    plot: str | None


Question = AgeLimit | Window | Changed | Last | Median | Hour | IsNight | Rain
"""What more than the newest values and settings of the own device is needed to answer."""
TIMED = (AgeLimit, Window, Hour, IsNight, Rain)
"""Questions whose answers change by themselves as time passes."""


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
    | Question
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


_NUMBERS = (Number, Setting, Negative, Arithmetic, Window, Median, Hour, Rain)


def is_truth(node: Node) -> bool:
    """Whether the node says yes or no, rather than a number."""
    if isinstance(node, Choice):
        return is_truth(node.yes)
    if isinstance(node, MetricValue | Last):
        return node.truth
    return not isinstance(node, _NUMBERS)
