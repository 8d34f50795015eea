"""Where the water comes from: ponds and wells, and the pumps on them."""

from typing import Annotated

from pydantic import Field

from devices.text import Text
from gateway.plots.part import Id, Part, above


class Source(Part):
    """A pond, well or stream. `flow_max_l_min` is what may be drawn at once by all pumps and plots
    together; `litres_per_day_max` by the local calendar day. What is not given is not limited.
    `water_test` is the reference of the newest test of its water, for the diary."""

    id: Id
    label: Text
    flow_max_l_min: Annotated[float, above(0, 100_000)] | None = None
    litres_per_day_max: Annotated[float, above(0, 100_000_000)] | None = None
    water_test: Annotated[str, Field(min_length=1, max_length=64)] | None = None


class Pump(Part):
    """A pump device. `plots_at_once` of its plots may run together while their rates fit into
    `flow_max_l_min`. Below `power_min_w` or `pressure_min_kpa` it runs dry, once valves are
    open."""

    id: Id
    source: Id | None = None
    plots_at_once: Annotated[int, Field(strict=True, ge=1, le=64)] = 1
    flow_max_l_min: Annotated[float, above(0, 100_000)] | None = None
    power_min_w: Annotated[float, above(0, 100_000)] | None = None
    pressure_min_kpa: Annotated[float, above(0, 2_000)] | None = None
