"""What all parts of `plots.yaml` have in common: strict, and never changed once read."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from devices.topics import IDENTIFIER

Id = Annotated[str, Field(pattern=f"^{IDENTIFIER.pattern}$")]
Share = Annotated[float, Field(strict=True, gt=0, le=1, allow_inf_nan=False)]


class Part(BaseModel):
    """One mapping of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def above(low: float, most: float) -> object:
    """`low` itself is allowed nowhere: it is a zero that stands for "not filled in"."""
    return Field(strict=True, gt=low, le=most, allow_inf_nan=False)


def between(low: float, most: float) -> object:
    """From `low` to `most`, both allowed."""
    return Field(strict=True, ge=low, le=most, allow_inf_nan=False)
