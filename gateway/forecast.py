"""What somebody foretells of the rain: read strictly, believed for a day, and unknown otherwise.

Pure. Knows neither where a forecast comes from (a file, an MQTT topic: `Forecasts` only keeps them
apart) nor what is watered less because of it. Its times are its author's: when the gateway's clock
turns out to have been wrong, they stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from devices.decode import LATEST, parse_time
from devices.reading import Millis
from devices.rejection import RejectedError
from devices.text import Text

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
AHEAD_MS = DAY_MS
"""Rain counts that comes so soon: tea can wait a day for it."""
AGE_MAX_MS = DAY_MS
"""Weather services compute theirs anew every 6 to 12 hours; an older one has been forgotten."""
EARLY_MAX_MS = 600_000
"""The clocks of two honest machines may differ by so much."""
FORECAST_MAX = 64 * 1024
"""Bytes. Two weeks by the hour are 40 KB."""
PERIODS_MAX = 400
PERIOD_MAX_MS = 7 * DAY_MS
RAIN_MAX_MM = 2000.0
"""The most that ever fell within a day was 1,825 mm (Foc-Foc, Réunion, 1966)."""
LIKELY_PCT = 50.0
"""Rain that is less likely than that does not come, as far as the tea is concerned."""


class ForecastError(ValueError):
    """This is no forecast; the text says what is wrong, and where."""


class Period(NamedTuple):
    """From `begin` to `end` that much rain will probably fall, evenly."""

    begin: Millis
    end: Millis
    rain_mm: float


class Forecast(NamedTuple):
    """What was said at `issued_at`; the periods are in order and do not overlap."""

    issued_at: Millis
    periods: Sequence[Period]

    def rain_mm(self, now: Millis) -> float | None:
        """Rain of the next 24 hours, as far as they are foretold; None when nothing is."""
        parts = [(min(end, now + AHEAD_MS) - max(begin, now), begin, end, rain)
                 for begin, end, rain in self.periods]  # fmt: skip
        to_come = [rain * ms / (end - begin) for ms, begin, end, rain in parts if ms > 0]
        return sum(to_come) if to_come else None


@dataclass(frozen=True, slots=True)
class ForecastStatus:
    """What a source is good for now. Either `rain_mm` is known or there is `trouble`."""

    source: str
    issued_at: Millis | None
    rain_mm: float | None
    trouble: Text | None


class Forecasts:
    """The newest word of each source: of the `file` and of the MQTT `topic` that site.yaml names.
    `taken` and `refused` count what they brought."""

    def __init__(self, file: str | None = None, topic: str | None = None) -> None:
        self.file = file
        self.topic = topic
        self.taken = 0
        self.refused = 0
        sources = [one for one in (file, topic) if one is not None]
        self._said: dict[str, Forecast | Text] = dict.fromkeys(sources, MISSING)
        self._raw: dict[str, bytes] = {}  # what that was read from
        self._answer: tuple[Millis, float | None] | None = None  # all plots ask at once

    def take(self, source: str, raw: bytes) -> None:
        """What a source says now; the same again is nothing new. What cannot be read leaves nothing
        known: it has taken the place of the older word."""
        if raw == self._raw.get(source):
            return
        self._raw[source], self._answer = raw, None
        if not raw:  # how a retained message is taken back
            self._said[source] = MISSING
            return
        try:
            self._said[source] = read_forecast(raw)
            self.taken += 1
        except ForecastError as error:
            self.refused += 1
            self._said[source] = Text(f"không đọc được: {error}", f"cannot be read: {error}")

    @property
    def awaited(self) -> bool:
        """Whether a topic is named that has never said anything since the start: its retained word
        comes with the connection to the broker, after other things."""
        return self.topic is not None and self.topic not in self._raw

    def lose(self, source: str, why: Text) -> None:
        """A source says nothing any more."""
        self._raw.pop(source, None)
        self._said[source], self._answer = why, None

    def rain_mm(self, now: Millis) -> float | None:
        """Rain to come within a day, by the newest forecast that is of use; None: unknown."""
        if self._answer is None or self._answer[0] != now:
            known = [one for one in self.status(now) if one.rain_mm is not None]
            newest = max(known, key=lambda one: one.issued_at or 0, default=None)
            self._answer = now, newest.rain_mm if newest else None
        return self._answer[1]

    def status(self, now: Millis) -> list[ForecastStatus]:
        """How it stands with each source."""
        return [_status(source, said, now) for source, said in self._said.items()]


def read_forecast(raw: bytes) -> Forecast:
    """`{"issued_at": …, "periods": [{"from", "to", "rain_mm", "probability_pct"?}, …]}`, times in
    RFC 3339 or epoch ms. Raises ForecastError."""
    if len(raw) > FORECAST_MAX:
        raise ForecastError(f"is over {FORECAST_MAX} bytes")
    try:
        written = _Forecast.model_validate_json(raw)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(str(step) for step in first["loc"])
        message = first["msg"].removeprefix("Value error, ")
        raise ForecastError(f"{place}: {message}" if place else message) from None
    return Forecast(
        written.issued_at,
        tuple(
            Period(one.begin, one.end, one.rain_mm if one.probability_pct >= LIKELY_PCT else 0.0)
            for one in written.periods
        ),
    )


def _time(value: object) -> Millis:
    try:
        at = parse_time(value)
    except RejectedError as error:
        raise ValueError(error.detail.en) from None
    if at >= LATEST:
        raise ValueError("is after 2099")
    return at


_Time = Annotated[Millis, BeforeValidator(_time)]


class _Written(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


class _Period(_Written):
    begin: Annotated[_Time, Field(alias="from")]
    end: Annotated[_Time, Field(alias="to")]
    rain_mm: Annotated[float, Field(ge=0, le=RAIN_MAX_MM)]
    probability_pct: Annotated[float, Field(ge=0, le=100)] = 100.0

    @model_validator(mode="after")
    def _lasts(self) -> "_Period":
        if not 0 < self.end - self.begin <= PERIOD_MAX_MS:
            raise ValueError("must end after it begins, and within a week")
        return self


class _Forecast(_Written):
    issued_at: _Time
    periods: Annotated[tuple[_Period, ...], Field(min_length=1, max_length=PERIODS_MAX)]

    @model_validator(mode="after")
    def _in_order(self) -> "_Forecast":
        for number, (one, other) in enumerate(pairwise(self.periods)):
            if other.begin < one.end:
                raise ValueError(
                    f"periods.{number + 1} begins before the one before it ends: "
                    "its rain would count twice"
                )
        return self


def _status(source: str, said: Forecast | Text, now: Millis) -> ForecastStatus:
    if isinstance(said, Text):
        return ForecastStatus(source, None, None, said)
    rain, trouble = None, None
    if said.issued_at > now + EARLY_MAX_MS:
        trouble = _EARLY
    elif now - said.issued_at > AGE_MAX_MS:
        trouble = _OLD
    else:
        rain = said.rain_mm(now)
        trouble = _PAST if rain is None else None
    return ForecastStatus(source, said.issued_at, rain, trouble)


MISSING = Text("chưa có dự báo", "there is none yet")
_EARLY = Text("giờ phát hành ở tương lai", "it is issued in the future")
_OLD = Text("cũ hơn 24 giờ", "it is older than 24 hours")
_PAST = Text("không nói gì về 24 giờ tới", "it says nothing of the next 24 hours")
