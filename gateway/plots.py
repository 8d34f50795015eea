"""The tea plots as `plots.yaml` describes them: area, soil, valves, pump, limits.

Knows nothing of devices beyond their ids, nor of what is watered when.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from devices.text import Text
from devices.topics import IDENTIFIER

PLOT_ID_MAX = 32
"""Characters. A command's id (at most 64) holds the plot, the run's time and the step."""
RATE_MAX_MM_H = 100
"""Ten times a strong sprinkler. A rate above it was measured in litres per hour."""

_Id = Annotated[str, Field(pattern=f"^{IDENTIFIER.pattern}$")]
_PlotId = Annotated[str, Field(pattern=f"^{IDENTIFIER.pattern}$", max_length=PLOT_ID_MAX)]
_Latitude = Annotated[float, Field(strict=True, ge=-90, le=90, allow_inf_nan=False)]
_Longitude = Annotated[float, Field(strict=True, ge=-180, le=180, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _number(low: float, high: float) -> object:
    """`low` itself is allowed nowhere: it is a zero that stands for "not filled in"."""
    return Field(strict=True, gt=low, le=high, allow_inf_nan=False)


class Soil(_Part):
    """What the soil holds. The percentages are volumetric, never of field capacity."""

    field_capacity_pct: Annotated[float, _number(0, 70)]
    wilting_point_pct: Annotated[float, _number(0, 50)]
    root_depth_m: Annotated[float, _number(0, 5)]

    @model_validator(mode="after")
    def _has_room(self) -> "Soil":
        if self.wilting_point_pct >= self.field_capacity_pct:
            raise ValueError("wilting_point_pct must be below field_capacity_pct")
        return self


class Plot(_Part):
    """One plot. `valves` open and close together; `rate_l_min` is what they let through together.

    `litres_per_day_max` counts by the local calendar day. `outline` is a list of latitude and
    longitude in degrees. Without a `pump` the water comes by gravity or from the mains.
    """

    id: _PlotId
    label: Text
    area_m2: Annotated[float, _number(0, 1_000_000)]
    valves: Annotated[tuple[_Id, ...], Field(min_length=1, max_length=16)]
    pump: _Id | None = None
    sensors: tuple[_Id, ...] = ()
    rate_l_min: Annotated[float, _number(0, 10_000)]
    soil: Soil
    litres_per_day_max: Annotated[float, _number(0, 10_000_000)]
    minutes_per_run_max: Annotated[float, _number(0, 24 * 60)]
    outline: tuple[tuple[_Latitude, _Longitude], ...] = ()

    @model_validator(mode="after")
    def _rate_is_per_minute(self) -> "Plot":
        depth = self.rate_l_min * 60 / self.area_m2
        if depth > RATE_MAX_MM_H:
            raise ValueError(
                f"rate_l_min would be {depth:.0f} mm an hour on {self.area_m2:g} m²; "
                "is it litres per hour? Divide by 60"
            )
        return self


class PlotsFile(_Part):
    """`plots.yaml`."""

    plots: tuple[Plot, ...] = ()


def plot_problems(
    plots: Sequence[Plot], kinds: Mapping[str, str]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """What is wrong between plots, or between them and the devices: path in the file, message.

    `kinds` maps the id of every device to its kind.
    """
    ids: set[str] = set()
    valves: dict[str, str] = {}
    for index, plot in enumerate(plots):
        here = ("plots", index)
        if plot.id in ids:
            yield (*here, "id"), f"plot {plot.id!r} is here twice"
        ids.add(plot.id)
        for at, valve in enumerate(plot.valves):
            yield from _must_be("valve", valve, kinds, (*here, "valves", at))
            if valve in valves:
                yield (*here, "valves", at), f"{valve} is already a valve of {valves[valve]}"
            valves[valve] = plot.id
        for at, sensor in enumerate(plot.sensors):
            yield from _must_be("soil", sensor, kinds, (*here, "sensors", at))
        if plot.pump is not None:
            yield from _must_be("pump", plot.pump, kinds, (*here, "pump"))


def _must_be(
    kind: str, device: str, kinds: Mapping[str, str], path: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    found = kinds.get(device)
    if found is None:
        yield path, f"there is no device {device!r}"
    elif found != kind:
        yield path, f"{device} is a {found}, not a {kind}"
