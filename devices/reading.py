"""The one value that travels from the wire to the journal, the rules and the page."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from devices.metric import Value

Millis = int
"""Milliseconds since 1970-01-01 UTC."""

NOTHING: Mapping[str, object] = MappingProxyType({})


class Reading(NamedTuple):
    """Validated telemetry of one device at one time.

    `values` holds the metrics of the kind that were sent, each in its unit; what was not sent is
    absent. `extra` holds fields the kind does not know. Neither is ever changed after decoding.
    `measured_at` is the device's own time, or `received_at` where it sent none. `boot` is None
    when the device does not name its boots.
    """

    device: str
    kind: str
    boot: str | None
    seq: int
    measured_at: Millis
    received_at: Millis
    values: Mapping[str, Value]
    extra: Mapping[str, object] = NOTHING
