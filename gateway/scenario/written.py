"""A scenario file as it is written: names, types and nothing of what they mean together."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from devices.command import Argument
from devices.reading import Millis
from gateway.decisions import RuleState, Severity
from gateway.duration import parse_duration
from gateway.scenario.series import SeriesValue, parse_series
from gateway.site import ConstantName, DeviceConfig, PlaceConfig


def _read_span(written: object) -> object:
    """A time after the start: a duration, or 0."""
    if written == 0 or (isinstance(written, str) and written.strip() in ("0", "0s", "0m")):
        return 0
    if not isinstance(written, str):
        raise ValueError("is a time after the start with its unit: 0, 20s, 10m, 6h or 1d")
    return parse_duration(written)


def _read_series(written: object) -> object:
    if isinstance(written, bool | int | float):
        return (written,)
    if not isinstance(written, str):
        raise ValueError("is a series of values in one text, e.g. 30 20+0x10")
    return tuple(parse_series(written))


def _is_above_zero(span: Millis) -> Millis:
    if span <= 0:
        raise ValueError("must be more than nothing")
    return span


def _is_of_our_time(start: datetime) -> datetime:
    if start.year not in YEARS:
        raise ValueError(f"must lie in the years {YEARS.start} to {YEARS.stop - 1}")
    return start


def _name_subjects(written: object) -> object:
    """`{rule: state}` is short for all devices of the rule."""
    if isinstance(written, dict):
        return {
            rule: {ALL: found} if isinstance(found, str) else found
            for rule, found in written.items()
        }
    return written


ALL = "*"
YEARS = range(2000, 2100)
"""In which a scenario may begin: calendars end, and a slip of the pen is meant to show."""
Span = Annotated[Millis, BeforeValidator(_read_span)]
Interval = Annotated[Span, AfterValidator(_is_above_zero)]
Start = Annotated[datetime, AfterValidator(_is_of_our_time)]
Series = Annotated[tuple[SeriesValue, ...], BeforeValidator(_read_series)]
States = Annotated[dict[str, dict[str, RuleState]], BeforeValidator(_name_subjects)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class OwnDevice(DeviceConfig):
    """A device as in devices.yaml; without a label it is called by its id."""

    @model_validator(mode="before")
    @classmethod
    def _label(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(id := data.get("id"), str):
            return {"label": {"vi": id, "en": id}, **data}
        return data


class Readings(BaseModel):
    """What one device measures from `at` on, in steps of `interval`: its further names are metrics
    with a series each. `measured` is when the first was measured, if it is sent later."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)
    __pydantic_extra__: dict[str, Series]

    device: str
    at: Span = 0
    interval: Interval | None = None
    measured: Span | None = None


class Outage(_Part):
    """The gateway is off from one time to another."""

    off: Span
    on: Span

    @model_validator(mode="after")
    def _ends(self) -> "Outage":
        if self.on <= self.off:
            raise ValueError("on must come after off")
        return self


class Happening(BaseModel):
    """What else a device says: that it is online or offline, or an event with further fields."""

    model_config = ConfigDict(frozen=True, extra="allow")

    device: str
    at: Span
    event: str | None = None
    status: Literal["online", "offline"] | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> "Happening":
        if (self.event is None) == (self.status is None):
            raise ValueError("give exactly one of event and status")
        if self.status is not None and self.model_extra:
            raise ValueError(f"unknown name {next(iter(self.model_extra))!r}")
        return self


class ExpectedAlert(_Part):
    """An open alert of a rule, or of another `source` that speaks of rules. What is not given is
    not compared."""

    rule: str | None = None
    source: Literal["gateway:command-storm"] | None = None
    device: str | None = None
    severity: Severity | None = None
    vi: str | None = None
    en: str | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> "ExpectedAlert":
        if (self.rule is None) == (self.source is None):
            raise ValueError("give exactly one of rule and source")
        return self


class ExpectedCommand(BaseModel):
    """A command that a rule gave; further names are arguments. What is not given is not compared,
    but a command that was refused is only expected when `refused` says so."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Argument]

    device: str
    command: str
    rule: str | None = None
    refused: bool = False


class ExpectedWater(_Part):
    """Water that a rule asked for. What is not given is not compared."""

    plot: str
    rule: str | None = None
    depth_mm: float | None = None
    litres: float | None = None
    minutes: float | None = None


class Look(_Part):
    """What shall be at one time. What is not named is not looked at."""

    at: Span
    states: States = {}
    healthy: dict[str, bool] = {}
    alerts: tuple[ExpectedAlert, ...] | None = None
    commands: tuple[ExpectedCommand, ...] | None = None
    irrigation: tuple[ExpectedWater, ...] | None = None


class WrittenScenario(_Part):
    """One story and what the rules shall make of it."""

    interval_default: ClassVar[Millis] = 60_000

    scenario: str
    start: Start = datetime(2026, 3, 2)  # noqa: DTZ001 - local, wherever the hamlet is
    interval: Interval = interval_default
    readings: tuple[Readings, ...] = ()
    events: tuple[Happening, ...] = ()
    gateway: tuple[Outage, ...] = ()
    expect: Annotated[tuple[Look, ...], Field(min_length=1)]


class ScenarioFile(_Part):
    """`rules` are files or folders beside this file, or the rules themselves; without it those of
    the site. `devices` and `place` are the site's, too, unless they stand here."""

    rules: str | list[str | dict[str, object]] | None = None
    devices: tuple[OwnDevice, ...] | None = None
    place: PlaceConfig | None = None
    constants: dict[ConstantName, float] | None = None
    scenarios: Annotated[tuple[WrittenScenario, ...], Field(min_length=1)]
