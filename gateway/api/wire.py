"""What every shape of the API has in common: unknown fields are refused, nothing changes, and
figures end where no instrument and no equation knows more.
"""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


class WireShape(BaseModel):
    """Something that the API sends or takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _rounded(digits: int) -> Callable[[float], float]:
    return lambda value: round(value, digits)


Tenths = Annotated[float, AfterValidator(_rounded(1))]
"""Of a litre: a meter counts whole ones."""
Hundredths = Annotated[float, AfterValidator(_rounded(2))]
"""Of a mm of water, or of a per cent of moisture."""
Thousandths = Annotated[float, AfterValidator(_rounded(3))]
"""Of a factor without unit."""
