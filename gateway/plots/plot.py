"""One tea plot: area, soil, emitters, valves, limits, and how it is watered.

Knows nothing of devices beyond their ids, nor of what is watered when.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from devices.text import Text
from devices.topics import IDENTIFIER
from gateway.plots.guard import DryDays, Guard
from gateway.plots.modes import (
    BalanceUse,
    Mode,
    PowerCut,
    Soak,
    Stale,
    Thresholds,
    Timetable,
    Window,
)
from gateway.plots.part import Id, Part, above, between
from gateway.plots.soil import Crop, Soil

PLOT_ID_MAX = 32
"""Characters. A command's id (at most 64) holds the plot, the run's time and the step."""
RATE_MAX_MM_H = 100
"""Ten times a strong sprinkler. A rate above it was measured in litres per hour."""
RATE_MIN_MM_H = 0.15
"""A third of the weakest drip line, and what the strongest sprinklers give divided by 60. A rate
below it was measured in litres per second, or is one emitter's."""
OF_CAPACITY_PCT = 60
"""No mineral soil is watered at such a volumetric moisture: it was meant in per cent of field
capacity, as the advice "75 to 80 %" is."""

RESERVED = frozenset({"plan"})
"""The page of the plan stands where that plot's would."""

_PlotId = Annotated[str, Field(pattern=f"^{IDENTIFIER.pattern}$", max_length=PLOT_ID_MAX)]
_Latitude = Annotated[float, between(-90, 90)]
_Longitude = Annotated[float, between(-180, 180)]


class Emitters(Part):
    """What lets the water out. With `count` and `litres_per_hour` (of each) the plot's rate is
    computed. `efficiency_pct` of the water reaches the roots; a plan asks for so much more."""

    method: Literal["sprinkler", "drip"] = "sprinkler"
    count: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    litres_per_hour: Annotated[float, above(0, 10_000)] | None = None
    efficiency_pct: Annotated[float, between(10, 100)] = 100.0

    @model_validator(mode="after")
    def _both_or_none(self) -> "Emitters":
        if (self.count is None) != (self.litres_per_hour is None):
            raise ValueError("give both count and litres_per_hour, or none of them")
        return self


class Plot(Part):
    """One plot. `valves` open and close together; `rate_l_min` is what they let through together.

    `litres_per_day_max` counts by the local calendar day. `outline` is a list of latitude and
    longitude in degrees. Without a `pump` the water comes from `source` by gravity or pressure. A
    plot of higher `priority` is watered first. `growing_area_code` is the plant authority's, for
    the diary: any text.
    """

    id: _PlotId
    label: Text
    area_m2: Annotated[float, above(0, 1_000_000)]
    growing_area_code: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    valves: Annotated[tuple[Id, ...], Field(min_length=1, max_length=16)]
    pump: Id | None = None
    source: Id | None = None
    sensors: tuple[Id, ...] = ()
    emitters: Emitters = Emitters()
    rate_l_min: Annotated[float, above(0, 10_000)]
    soil: Soil
    crop: Crop = Crop()
    litres_per_day_max: Annotated[float, above(0, 10_000_000)]
    minutes_per_run_max: Annotated[float, above(0, 24 * 60)]
    outline: tuple[tuple[_Latitude, _Longitude], ...] = ()
    priority: Annotated[int, between(0, 9)] = 5
    windows: tuple[Window, ...] = ()
    guard: Guard = Guard()
    no_go: tuple[DryDays, ...] = ()
    mode: Mode = Mode.MANUAL
    ask_first: bool = False
    schedule: Timetable | None = None
    thresholds: Thresholds | None = None
    balance: BalanceUse = BalanceUse()
    when_stale: Stale = Stale.STOP
    after_power_cut: PowerCut = PowerCut.GIVE_UP
    soak: Soak | None = None

    @field_validator("id")
    @classmethod
    def _is_free(cls, value: str) -> str:
        if value in RESERVED:
            raise ValueError(f"{value!r} names a page of its own; choose another id")
        return value

    @model_validator(mode="before")
    @classmethod
    def _rate_of_emitters(cls, data: Any) -> Any:
        """The rate, where it follows from the emitters."""
        if not isinstance(data, Mapping) or "rate_l_min" in data:
            return data
        emitters = data.get("emitters")
        if not isinstance(emitters, Mapping):
            return data
        count, each = emitters.get("count"), emitters.get("litres_per_hour")
        if isinstance(count, int) and isinstance(each, int | float):
            return {**data, "rate_l_min": count * each / 60}
        return data

    @model_validator(mode="after")
    def _rate_is_per_minute(self) -> "Plot":
        depth = self.rate_l_min * 60 / self.area_m2
        if depth > RATE_MAX_MM_H:
            raise ValueError(
                f"rate_l_min would be {depth:.0f} mm an hour on {self.area_m2:g} m²; "
                "is it litres per hour? Divide by 60"
            )
        if depth < RATE_MIN_MM_H:
            raise ValueError(
                f"rate_l_min would be {depth:.3f} mm an hour on {self.area_m2:g} m²; is it litres "
                "per second (multiply by 60), or of one emitter?"
            )
        count, each = self.emitters.count, self.emitters.litres_per_hour
        if count is not None and each is not None:
            computed = count * each / 60
            if not 0.5 <= self.rate_l_min / computed <= 2:
                raise ValueError(
                    f"rate_l_min is {self.rate_l_min:g}, but {count} emitters of {each:g} litres "
                    f"an hour give {computed:.0f}; leave rate_l_min out, or mend the emitters"
                )
        return self

    @model_validator(mode="after")
    def _can_do_what_it_shall(self) -> "Plot":
        if self.mode is Mode.SCHEDULE and self.schedule is None:
            raise ValueError("mode schedule needs a schedule: at or cron, and depth_mm")
        if self.mode is Mode.SOIL and (self.thresholds is None or not self.sensors):
            raise ValueError("mode soil needs thresholds and sensors")
        if self.when_stale is Stale.SCHEDULE and self.schedule is None:
            raise ValueError("when_stale: schedule needs a schedule")
        if self.thresholds is not None:
            self._check_thresholds(self.thresholds)
        return self

    def _check_thresholds(self, found: Thresholds) -> None:
        soil = self.soil
        for name, value in (("start_pct", found.start_pct), ("stop_pct", found.stop_pct)):
            if value > OF_CAPACITY_PCT:
                volumetric = value * soil.field_capacity_pct / 100
                raise ValueError(
                    f"{name} {value:g} is more than this soil can hold: is it per cent of field "
                    f"capacity? Volumetric it is {volumetric:.1f}"
                )
        if found.start_pct <= soil.wilting_point_pct:
            raise ValueError("start_pct is at the wilting point: the tea is dead by then")
        if found.stop_pct > soil.field_capacity_pct:
            raise ValueError("stop_pct is above field_capacity_pct: that water drains away")

    @property
    def modes(self) -> tuple[Mode, ...]:
        """Those for which there is all that they go by."""
        able = [Mode.OFF, Mode.MANUAL]
        if self.schedule is not None:
            able.append(Mode.SCHEDULE)
        if self.thresholds is not None and self.sensors:
            able.append(Mode.SOIL)
        return (*able, Mode.BALANCE)

    @property
    def efficiency(self) -> float:
        """Share of the water let out that reaches the roots."""
        return self.emitters.efficiency_pct / 100

    def litres_of(self, depth_mm: float) -> float:
        """What must flow for so much to reach the roots; 1 mm is 1 litre per m²."""
        return depth_mm * self.area_m2 / self.efficiency

    def depth_of(self, litres: float) -> float:
        """What of it reaches the roots, in mm. All mm of a watering are those."""
        return litres * self.efficiency / self.area_m2
