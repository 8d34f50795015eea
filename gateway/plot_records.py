"""What is decided and written down about the plots, as frozen values; part of the contract that
`gateway.decisions` describes. Days are those of the hamlet's calendar.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from devices.metric import Value
from devices.reading import Millis
from devices.text import Text
from gateway.plots.guard import NoGoReason
from gateway.plots.modes import Mode


@dataclass(frozen=True, slots=True)
class PlotSetting:
    """How a person wants a plot watered from `at` on, instead of what `plots.yaml` says; None
    leaves that part to the file. Key: plot, at; the newest counts."""

    plot: str
    at: Millis
    by: str
    mode: Mode | None
    ask_first: bool | None


@dataclass(frozen=True, slots=True)
class NoGo:
    """Dry days of a plot, both included, that a person or an entry of the diary set; `entry` is its
    id. Key: id."""

    id: str
    plot: str
    begin: date
    end: date
    reason: NoGoReason
    by: str
    at: Millis
    entry: str | None = None
    removed_at: Millis | None = None
    removed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """A technician lets one interlock of a plot pass, from `at` until `until`. Key: id."""

    id: str
    plot: str
    interlock: str
    reason: str
    by: str
    at: Millis
    until: Millis
    ended_at: Millis | None = None
    ended_by: str | None = None


class ProposalState(Enum):
    """OPEN waits for a person; EXPIRED was never answered; WITHDRAWN is not needed any more, or
    another took its place."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A watering that a plot which asks first would do; `sentence` says why. Key: id."""

    id: str
    plot: str
    at: Millis
    expires_at: Millis
    litres: float
    sentence: Text
    state: ProposalState = ProposalState.OPEN
    answered_at: Millis | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class ProposalAnswered:
    """A person says yes or no to a proposal."""

    proposal: str
    approved: bool
    by: str
    at: Millis


@dataclass(frozen=True, slots=True)
class BalanceDay:
    """The water in the root zone of a plot over one day, in mm. Key: plot, day.

    `depletion_mm` is what is missing to field capacity at the day's end: that of the day before
    (`before_mm`), plus `et_mm`, minus effective rain and irrigation, plus what percolated, plus
    `correction_mm` by the probes. `et0_mm` and `rain_mm` are None where nobody knows; the balance
    then goes on with an estimate, named in `estimates` (comma-separated). `closed` is False for a
    day that has not ended.
    """

    plot: str
    day: date
    before_mm: float
    et0_mm: float | None
    kc: float
    ks: float
    et_mm: float
    rain_mm: float | None
    effective_rain_mm: float
    irrigation_mm: float
    percolation_mm: float
    correction_mm: float
    depletion_mm: float
    taw_mm: float
    raw_mm: float
    estimates: str
    closed: bool


@dataclass(frozen=True, slots=True)
class WeatherHour:
    """What the hamlet's weather stations measured in the hour that began `at`: means, the rain as
    a sum; None is unknown. `minutes` of the hour are known. `rain_totals` are the counters of the
    stations up to which the rain is credited. Key: at."""

    at: Millis
    minutes: int
    temperature_c: float | None
    temperature_max_c: float | None
    temperature_min_c: float | None
    humidity_pct: float | None
    wind_m_s: float | None
    solar_w_m2: float | None
    rain_mm: float | None
    rain_totals: Mapping[str, float] = field(default_factory=dict)


class DiaryKind(Enum):
    """What an entry tells of."""

    IRRIGATION = "irrigation"
    SPRAY = "spray"
    FERTILISER = "fertiliser"
    PLUCK = "pluck"
    INSPECTION = "inspection"
    OVERRIDE = "override"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DiaryEntry:
    """A line of the production diary. Never changed: a correction is a new entry that names the one
    that it `corrects` and says everything anew. Key: id.

    `at` is when it happened, `written_at` when it was written down. `by` is who says so:
    `person:<name>`, or what the gateway did it for, e.g. `rule:tea-plot-dry`. `facts` are named
    figures and texts that belong to the kind.
    """

    id: str
    plot: str
    kind: DiaryKind
    at: Millis
    written_at: Millis
    by: str
    facts: Mapping[str, Value | str | None]
    corrects: str | None = None


@dataclass(frozen=True, slots=True)
class UnfinishedWatering:
    """What one run did not bring to its end, as it is since `at`: `filling`, the plot has begun to
    fill and goes on until it is full; `rest_mm` is to follow of what a schedule wanted. Neither:
    nothing is left of it. Key: plot."""

    plot: str
    at: Millis
    filling: bool
    rest_mm: float | None


PlotRecord = (
    PlotSetting
    | NoGo
    | Override
    | Proposal
    | BalanceDay
    | WeatherHour
    | DiaryEntry
    | UnfinishedWatering
)


HOLD = "hold"
"""What a plot does while the time is not known: nothing is decided."""


@dataclass(frozen=True, slots=True)
class LookMade:
    """When it was last decided whether to water a plot, the cause of what was decided, and the
    newest time of its schedule up to then: by the calendar, whatever the clock was set to since."""

    plot: str
    at: Millis
    cause: str
    moment: Millis | None = None


@dataclass(frozen=True, slots=True)
class PlotMemory:
    """What the journal remembers of the plots: what still counts of what people set, the proposals
    that are open or were answered within a day, the newest balances and hours of weather, oldest
    first, the newest look at each plot, and the waterings that are to go on."""

    settings: Sequence[PlotSetting] = ()
    no_gos: Sequence[NoGo] = ()
    overrides: Sequence[Override] = ()
    proposals: Sequence[Proposal] = ()
    balances: Sequence[BalanceDay] = ()
    hours: Sequence[WeatherHour] = ()
    looks: Sequence[LookMade] = ()
    unfinished: Sequence[UnfinishedWatering] = ()
