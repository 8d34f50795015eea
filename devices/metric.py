"""What one measured quantity is: the only source for validation, units, labels and field types."""

import re
from dataclasses import dataclass
from enum import Enum

from devices.text import Text

METRIC_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")

INT64_MAX = 2**63 - 1
"""SQLite and InfluxDB store integers as signed 64 bits; a larger count cannot be kept."""

type_names = {float: "number", int: "integer", bool: "true or false"}

Value = float | int | bool
"""One measured value. A missing one is absent, never zero."""


class Shape(Enum):
    """How a metric moves in time, so that it is aggregated rightly."""

    GAUGE = "gauge"
    COUNTER = "counter"  # only rises; a fall is a reset of the device
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Metric:
    """One quantity that a kind of device may send.

    `low` and `high` are physical limits in `unit`: outside them the sensor is broken or lying and
    the whole message is rejected. They are no alarm thresholds.
    """

    name: str
    type: type[float] | type[int] | type[bool]
    unit: str
    low: float
    high: float
    label: Text
    shape: Shape

    def __post_init__(self) -> None:
        if not METRIC_NAME.fullmatch(self.name):
            raise ValueError(f"metric name {self.name!r} is not lower_snake_case")
        if self.low > self.high:
            raise ValueError(f"metric {self.name}: low {self.low} is above high {self.high}")


def gauge(name: str, unit: str, low: float, high: float, vi: str, en: str) -> Metric:
    """A quantity that goes up and down, sent as a number."""
    return Metric(name, float, unit, low, high, Text(vi, en), Shape.GAUGE)


def whole(name: str, unit: str, low: int, high: int, vi: str, en: str) -> Metric:
    """A quantity that goes up and down in whole steps."""
    return Metric(name, int, unit, low, high, Text(vi, en), Shape.GAUGE)


def counter(name: str, unit: str, vi: str, en: str, *, type: type[float] | type[int]) -> Metric:
    """A total since the device started; resets are expected."""
    return Metric(name, type, unit, 0, INT64_MAX, Text(vi, en), Shape.COUNTER)


def flag(name: str, vi: str, en: str) -> Metric:
    """A yes or no."""
    return Metric(name, bool, "", 0, 1, Text(vi, en), Shape.FLAG)
