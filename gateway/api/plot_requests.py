"""What the API takes about the watering of plots, apart from the gateway's own values."""

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from devices.messages import COMMAND_ID_MAX
from devices.topics import IDENTIFIER
from gateway.api.wire import WireShape
from gateway.plot_acts import AMOUNT_MAX, REASON_MAX, Amount, Unit
from gateway.plots import Mode
from gateway.plots.guard import NoGoReason

_Amount = Annotated[float, Field(strict=True, gt=0, le=AMOUNT_MAX, allow_inf_nan=False)]
_Key = Annotated[str, Field(pattern=f"^{IDENTIFIER.pattern}$", max_length=COMMAND_ID_MAX)] | None


class WaterRequest(WireShape):
    """Exactly one amount; `depth_mm` is what shall reach the roots. The same `id` asked twice is
    one watering."""

    depth_mm: _Amount | None = None
    litres: _Amount | None = None
    minutes: _Amount | None = None
    id: _Key = None

    @model_validator(mode="after")
    def _one_amount(self) -> "WaterRequest":
        if len(self._given()) != 1:
            raise ValueError("give exactly one of depth_mm, litres and minutes")
        return self

    def amount(self) -> Amount:
        """The one that is given."""
        return self._given()[0]

    def _given(self) -> list[Amount]:
        amounts = (
            (self.depth_mm, Unit.DEPTH),
            (self.litres, Unit.LITRES),
            (self.minutes, Unit.MINUTES),
        )
        return [Amount(value, unit) for value, unit in amounts if value is not None]


class ModeRequest(WireShape):
    """One of both, or both; what is absent stays as it is."""

    mode: Mode | None = None
    ask_first: Annotated[bool, Field(strict=True)] | None = None

    @model_validator(mode="after")
    def _something(self) -> "ModeRequest":
        if self.mode is None and self.ask_first is None:
            raise ValueError("give mode or ask_first")
        return self


class DryDaysRequest(WireShape):
    """Days of the hamlet's calendar, both included. The same `id` sent twice is one entry."""

    begin: Annotated[date, Field(alias="from")]
    end: Annotated[date, Field(alias="to")]
    reason: NoGoReason = NoGoReason.OTHER
    id: _Key = None


class OverrideRequest(WireShape):
    """Let `interlock` pass until then, 24 hours at most. The same `id` sent twice is one entry."""

    interlock: Annotated[str, Field(max_length=32)]
    reason: Annotated[str, Field(min_length=1, max_length=REASON_MAX)]
    until: Annotated[int, Field(strict=True, ge=0)]
    id: _Key = None
