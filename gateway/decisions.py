"""What the engines decide, as frozen values: the contract between the parts of the gateway.

Requests (`…Asked`) go from one engine to another through the pipeline. Records (`RuleChanged`,
`Alert`, `Command`, `Run`, `Explanation`, `StateChanged`, `RuleVersion` and those of
`gateway.plot_records`) are saved in the same transaction as the message that caused them; a record
replaces the one with the same key. Times are int ms UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from devices.command import Argument
from devices.metric import Value
from devices.reading import Millis
from devices.text import Text
from gateway.plot_records import PlotRecord, ProposalAnswered


class Severity(Enum):
    """How loudly an alert asks for a person."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class RuleState(Enum):
    """PENDING: the condition holds, but not yet for as long as the rule asks."""

    INACTIVE = "inactive"
    PENDING = "pending"
    FIRING = "firing"


class State(Enum):
    """Whether a device does what it is there for. UNKNOWN is neither up nor down."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


class RuleEdit(Enum):
    """What became of a rule's text."""

    ADDED = "added"
    EDITED = "edited"
    ARMED = "armed"
    DISARMED = "disarmed"
    REMOVED = "removed"


class CommandState(Enum):
    """QUEUED: committed, waiting to be sent or for the device's answer. The others are final."""

    QUEUED = "queued"
    DONE = "done"
    FAILED = "failed"  # the device said no
    EXPIRED = "expired"  # no answer in time; the command is never sent late
    REFUSED = "refused"  # never sent: unknown command, argument out of range, device unknown


class RunState(Enum):
    """The steps of one watering; DONE and FAILED are final."""

    PLANNED = "planned"
    PUMP = "pump"  # waiting for the pump to say it runs
    VALVE = "valve"  # waiting for the valve to say it is open
    FLOWING = "flowing"
    CLOSING = "closing"  # waiting for the valve to say it is closed
    RESTING = "resting"  # closed and verified, to go on later
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RuleChanged:
    """The state of a rule for one subject, and why. Key: rule, subject.

    `due` is when a pending rule fires if nothing changes; `cool_until` is when a rule that fired
    may fire again.
    """

    rule: str
    subject: str
    state: RuleState
    since: Millis
    due: Millis | None
    cool_until: Millis | None
    values: Mapping[str, Value | None]


@dataclass(frozen=True, slots=True)
class AlertAsked:
    """Open an alert, or keep it open: `source` (a rule, the irrigation, …) and `subject` are its
    fingerprint."""

    source: str
    subject: str
    severity: Severity
    message: Text
    at: Millis


@dataclass(frozen=True, slots=True)
class AlertCleared:
    """The cause of an alert is gone."""

    source: str
    subject: str
    at: Millis


@dataclass(frozen=True, slots=True)
class CommandAsked:
    """Tell a device to do something before `expires_at`. `requester` is e.g. `rule:tea-dry`,
    `run:lo-3-17`, `person:web`. `key` names the command for whoever asked; it becomes its id, so
    the same key asked twice is one command."""

    key: str
    device: str
    command: str
    args: Mapping[str, Argument]
    requester: str
    at: Millis
    expires_at: Millis


@dataclass(frozen=True, slots=True)
class IrrigationAsked:
    """Water a plot. Exactly one of the three amounts is given. `run` is the id of the run that
    comes of it, where whoever asks wants to know it again."""

    plot: str
    requester: str
    at: Millis
    depth_mm: float | None = None
    litres: float | None = None
    minutes: float | None = None
    run: str | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert from its opening to its end. Key: id."""

    id: str
    source: str
    subject: str
    severity: Severity
    message: Text
    opened_at: Millis
    acknowledged_at: Millis | None = None
    resolved_at: Millis | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One command and what became of it. Key: id."""

    id: str
    device: str
    command: str
    args: Mapping[str, Argument]
    requester: str
    created_at: Millis
    expires_at: Millis
    state: CommandState
    attempts: int = 0
    finished_at: Millis | None = None
    error: str | None = None
    read_back: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Run:
    """One watering of a plot. Key: id. `litres` is what has flowed so far; `unseen_l` what may have
    flowed besides, because a meter that showed nothing may be broken.

    `measured` says whether a flow meter counted the litres or they follow from time and rate.
    `step_at` is when the present state began; `deadline` when it must have ended. `opened_at` is
    when water could flow first, `watered_ms` how long it did in all turns that ended. `yesterday_l`
    of the litres flowed before the last midnight. `source` is where they came from, None where the
    file does not say. A run that closes with `goes_on_at` rests until then; `resumed` counts the
    restarts of the gateway after which it went on. `cause` is what failed; `curtailed` why it gave
    less than asked though nothing did: rain, the end of its hours.
    """

    id: str
    plot: str
    requester: str
    state: RunState
    created_at: Millis
    step_at: Millis
    deadline: Millis
    target_l: float
    litres: float = 0.0
    measured: bool = False
    opened_at: Millis | None = None
    meter_start_l: float | None = None
    ended_at: Millis | None = None
    cause: Text | None = None
    curtailed: Text | None = None
    watered_ms: Millis = 0
    goes_on_at: Millis | None = None
    resumed: int = 0
    yesterday_l: float = 0.0
    unseen_l: float = 0.0
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a plot is watered or not, with what was known. Key: plot, at, action: of two of one kind
    in the same moment the later counts."""

    plot: str
    at: Millis
    action: str  # water | refuse | stop | finish | report
    sentence: Text
    inputs: Mapping[str, Value | str | None]


@dataclass(frozen=True, slots=True)
class StateChanged:
    """A device is in `state` from `since` until the next such record. Key: device, since."""

    device: str
    since: Millis
    state: State
    cause: str


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A rule reads `text` from `at` on; it is empty when the rule was removed. `by` is who edited
    it: `person:<name>`, or `file` when it was found to have changed. Key: rule, at."""

    rule: str
    at: Millis
    by: str
    edit: RuleEdit
    text: str


Record = RuleChanged | Alert | Command | Run | Explanation | StateChanged | RuleVersion | PlotRecord
Decision = Record | AlertAsked | AlertCleared | CommandAsked | IrrigationAsked | ProposalAnswered
