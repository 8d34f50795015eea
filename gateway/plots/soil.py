"""What the soil of a plot holds, and what grows in it."""

from datetime import date
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from gateway.plots.part import Part, Share, above, between

SEASON_DAYS_MAX = 366
CAPACITY_MIN_PCT = 2.0
"""Sand holds twice as much; what is below was meant as a fraction."""


class Soil(Part):
    """The percentages are volumetric, never of field capacity."""

    field_capacity_pct: Annotated[float, above(0, 70)]
    wilting_point_pct: Annotated[float, above(0, 50)]
    root_depth_m: Annotated[float, above(0, 5)]

    @model_validator(mode="after")
    def _has_room(self) -> "Soil":
        if self.field_capacity_pct < CAPACITY_MIN_PCT:
            raise ValueError(
                f"field_capacity_pct is {self.field_capacity_pct:g}: is it a fraction? In per cent "
                f"it is {self.field_capacity_pct * 100:g}"
            )
        if self.wilting_point_pct >= self.field_capacity_pct:
            raise ValueError("wilting_point_pct must be below field_capacity_pct")
        return self


class Season(Part):
    """The stages of a year's growth, as FAO-56 draws the curve of Kc. `starts` is a day of every
    year, MM-DD; the days are the lengths of initial, development, mid and late stage. Before and
    after them the crop is as in its initial stage."""

    starts: str
    days: tuple[Annotated[int, Field(strict=True, ge=0)], ...]

    @field_validator("starts")
    @classmethod
    def _is_a_day(cls, value: str) -> str:
        try:
            date.fromisoformat(f"2023-{value}")  # a day that every year has
        except ValueError:
            raise ValueError(f"{value!r} is no day of the year; write MM-DD, 02-15") from None
        return value

    @model_validator(mode="after")
    def _fits_a_year(self) -> "Season":
        if len(self.days) != 4:
            raise ValueError("days are four: initial, development, mid and late stage")
        if not 0 < sum(self.days) <= SEASON_DAYS_MAX:
            raise ValueError("the four stages together last 1 to 366 days")
        return self


class Crop(Part):
    """What grows on the plot: tea, unless the figures say otherwise. `kc` are FAO-56's crop
    coefficients of initial, mid and end stage, `depletion` its fraction p; left out, they are those
    of tea, in the sun or shaded. Without `season` it stands in mid stage all the year, as a bush
    that is plucked does."""

    shaded: bool = False
    kc: tuple[Annotated[float, between(0.1, 1.5)], ...] | None = None
    depletion: Share | None = None
    season: Season | None = None

    @field_validator("kc")
    @classmethod
    def _are_three(cls, value: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if value is not None and len(value) != 3:
            raise ValueError("kc are three: of initial, mid and end stage")
        return value
