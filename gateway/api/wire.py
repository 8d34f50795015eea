"""What every shape of the API has in common: unknown fields are refused, and nothing changes."""

from pydantic import BaseModel, ConfigDict


class WireShape(BaseModel):
    """Something that the API sends or takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)
