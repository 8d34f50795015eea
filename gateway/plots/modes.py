"""When a plot is watered: not at all, on request, by schedule, by its probes, or by its balance."""

from collections.abc import Mapping
from enum import Enum
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, field_validator, model_validator

from gateway.hamlet_time import HamletTime, TimeOfDay
from gateway.plots.part import Part, Share, above, between
from gateway.schedule import Cron, Daily, Schedule
from gateway.written_times import parse_cron, parse_time_of_day

DEPTH_MAX_MM = 60.0
"""Of one watering: tea's root zone holds some 80 mm, and its roots take 40 % of them in ease."""
SEASONAL_PCT_MAX = 200
CATCH_UP_MS = 2 * 3_600_000
"""A time of the schedule counts for so long, while wind or rain keeps the water back or the gateway
is off. Later it is hot, or night, and the next time is near."""
ASKED_FROM, ASKED_UNTIL = TimeOfDay(5 * 60), TimeOfDay(20 * 60)
"""Nobody is asked while people sleep; a question that is not answered by then waits no longer."""
_ANYWHERE = HamletTime(ZoneInfo("UTC"), 0.0, 0.0)


def _time_of_day(value: object) -> object:
    if isinstance(value, TimeOfDay):
        return value
    return parse_time_of_day(value if isinstance(value, str) else "")


Moment = Annotated[TimeOfDay, BeforeValidator(_time_of_day)]
Depth = Annotated[float, above(0, DEPTH_MAX_MM)]
_Month = Annotated[int, Field(ge=1, le=12)]
_Percent = Annotated[float, between(0, SEASONAL_PCT_MAX)]


class Mode(Enum):
    """OFF: nobody waters the plot. MANUAL: whoever asks, a person or a rule. The others water by
    themselves, too: by the clock, by the probes in the soil, or by the balance of rain and thirst.
    """

    OFF = "off"
    MANUAL = "manual"
    SCHEDULE = "schedule"
    SOIL = "soil"
    BALANCE = "balance"

    @property
    def automatic(self) -> bool:
        """Whether the plot is watered without being asked for."""
        return self in (Mode.SCHEDULE, Mode.SOIL, Mode.BALANCE)


class Stale(Enum):
    """What a plot does that goes by its probes or the weather when they fall silent."""

    SCHEDULE = "schedule"
    STOP = "stop"


class PowerCut(Enum):
    """What becomes of a watering that a power cut interrupted."""

    RESUME = "resume"
    GIVE_UP = "give-up"


class Timetable(Part):
    """`depth_mm` at every time of `at` or `cron`, times the month's `seasonal_pct` (January to
    December; 0 leaves the month out; months that are not named have 100)."""

    at: tuple[Moment, ...] = ()
    cron: str | None = None
    depth_mm: Depth
    seasonal_pct: Mapping[_Month, _Percent] = Field(default_factory=dict)

    @field_validator("cron")
    @classmethod
    def _comes_true(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                parse_cron(value, _ANYWHERE)
            except ValueError as error:
                raise ValueError(f"cron {error}") from None
        return value

    @model_validator(mode="after")
    def _one_of_both(self) -> "Timetable":
        if bool(self.at) == (self.cron is not None):
            raise ValueError("give exactly one of at and cron")
        return self

    @property
    def times(self) -> Schedule:
        """The moments, without end."""
        return Cron(self.cron) if self.cron is not None else Daily(self.at)

    def depth_in(self, month: int) -> float:
        """Millimetres of one watering in that month; 0 when there is none."""
        return self.depth_mm * self.seasonal_pct.get(month, 100) / 100


class Thresholds(Part):
    """The plot is watered when the median of its probes is below `start_pct`, up to `stop_pct`;
    both volumetric."""

    start_pct: Annotated[float, above(0, 100)]
    stop_pct: Annotated[float, above(0, 100)]

    @model_validator(mode="after")
    def _rise(self) -> "Thresholds":
        if self.start_pct >= self.stop_pct:
            raise ValueError("start_pct must be below stop_pct")
        return self


class BalanceUse(Part):
    """The plot is watered when the roots have used `start_at` of the water that is easily theirs
    (RAW), and is filled up to `room_mm` below field capacity, which is left for rain. Before all of
    RAW is used: the upper soil, which has most of the roots, is then drier than the mean."""

    start_at: Share = 0.8
    room_mm: Annotated[float, between(0, 100)] = 0.0


class Window(Part):
    """A part of every day in which watering may go on; it may span midnight."""

    begin: Annotated[Moment, Field(alias="from")]
    end: Annotated[Moment, Field(alias="to")]

    @model_validator(mode="after")
    def _lasts(self) -> "Window":
        if self.begin == self.end:
            raise ValueError("ends when it begins; leave windows out for the whole day")
        return self


class Soak(Part):
    """Water in turns on heavy soil or a slope, so that it sinks in instead of running off."""

    water_min: Annotated[float, above(0, 240)]
    rest_min: Annotated[float, above(0, 240)]
