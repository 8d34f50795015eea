"""When a plot must not be watered, whoever asks. `null` in the file takes a limit away."""

from datetime import date
from enum import Enum
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from gateway.plots.part import Part, above, between


class NoGoReason(Enum):
    """Why a plot has dry days."""

    SPRAYING = "spraying"
    PLUCKING = "plucking"
    OTHER = "other"


def _with_its_year(value: object) -> object:
    """Dry days are those of one year: the works move with the tea."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{value!r} is no day with its year; write 2026-12-28") from None
    return value


_Day = Annotated[date, BeforeValidator(_with_its_year)]


class DryDays(Part):
    """Days, both included: of SPRAYING without water from above, of others without any. They may
    go on into the next year."""

    begin: Annotated[_Day, Field(alias="from")]
    end: Annotated[_Day, Field(alias="to")]
    reason: NoGoReason = NoGoReason.OTHER

    @model_validator(mode="after")
    def _in_order(self) -> "DryDays":
        if self.end < self.begin:
            raise ValueError("ends before it begins")
        return self


class Guard(Part):
    """The weather and the works that keep water back. Wind and spraying matter to sprinklers only.
    Values are tunable, from the field's advice: none of them was measured in Thai Nguyen.
    """

    wind_max_m_s: Annotated[float, above(0, 50)] | None = 4.0
    rain_1h_max_mm: Annotated[float, above(0, 500)] | None = 2.0
    rain_24h_max_mm: Annotated[float, above(0, 1000)] | None = 8.0
    temperature_min_c: Annotated[float, between(-20, 40)] | None = 12.0
    temperature_max_c: Annotated[float, between(10, 60)] | None = None
    forecast: bool = True
    spray_hours: Annotated[float, between(0, 720)] = 24.0
    pluck_days: Annotated[int, between(0, 30)] = 1
    probe_age_max_min: Annotated[float, above(0, 2880)] = 180.0
