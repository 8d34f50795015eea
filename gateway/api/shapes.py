"""What the API sends and takes: the public shapes, apart from the gateway's own values.

Times are integers, milliseconds since the epoch, UTC.
"""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from devices.command import Argument
from devices.messages import COMMAND_ID_MAX
from devices.metric import Value
from devices.text import Text
from devices.topics import IDENTIFIER
from gateway.api.wire import Tenths, WireShape
from gateway.clock import ClockState
from gateway.decisions import (
    Alert,
    Command,
    CommandState,
    Run,
    RunState,
    Severity,
    State,
)
from gateway.sequences import Gap
from gateway.views.fleet import DeviceRow
from gateway.views.missing import Missing
from gateway.views.past import Origin

EXPIRES_IN_S_MAX = 3600


class Label(WireShape):
    """A text in both languages."""

    vi: str
    en: str

    @classmethod
    def of(cls, text: Text) -> "Label":
        return cls(vi=text.vi, en=text.en)


class FigureShape(WireShape):
    """The newest value of a metric; `old`: too old to say how it is now."""

    value: Value
    unit: str
    measured_at: int
    old: bool


class DeviceShape(WireShape):
    """A device; `figures` by the name of the metric."""

    id: str
    kind: str
    label: Label
    place: Label | None
    state: State
    since: int | None
    cause: str
    heard_at: int | None
    figures: dict[str, FigureShape]

    @classmethod
    def of(cls, row: DeviceRow) -> "DeviceShape":
        return cls(
            id=row.id,
            kind=row.kind.name,
            label=Label.of(row.label),
            place=Label.of(row.place) if row.place is not None else None,
            state=row.state,
            since=row.since,
            cause=row.cause,
            heard_at=row.heard_at,
            figures={
                figure.metric.name: FigureShape(
                    value=figure.value,
                    unit=figure.metric.unit,
                    measured_at=figure.measured_at,
                    old=figure.old,
                )
                for figure in row.figures
            },
        )


class GapShape(WireShape):
    """Readings that have not come: their numbers in one boot, and when the readings on either side
    of them were measured. `awaited`: the device may still resend them."""

    boot: str
    first: int
    last: int
    count: int
    since: int
    until: int
    awaited: bool

    @classmethod
    def of(cls, gap: Gap, *, awaited: bool) -> "GapShape":
        return cls(**gap._asdict(), count=gap.readings, awaited=awaited)


class OneDeviceShape(DeviceShape):
    """One device by itself; `lost` counts the missing readings that will not come any more, also
    those of gaps that `missing` no longer lists."""

    missing: list[GapShape]
    lost: int

    @classmethod
    def of_one(cls, row: DeviceRow, missing: Missing) -> "OneDeviceShape":
        gaps = [GapShape.of(gap, awaited=True) for gap in missing.awaited]
        gaps += [GapShape.of(gap, awaited=False) for gap in missing.lost]
        return cls(**dict(DeviceShape.of(row)), missing=gaps, lost=missing.lost_count)


class PointShape(WireShape):
    """A step of a series; a step without values is absent."""

    at: int
    mean: float
    low: float
    high: float
    samples: int


class SeriesShape(WireShape):
    """The values of one metric from `start` to `end` in steps of `step` ms. `origin` is `journal`,
    `store` where older ones come from the long-term store, or `no-answer` where they are missing
    because it does not answer."""

    device: str
    metric: str
    unit: str
    start: int
    end: int
    step: int
    origin: Origin
    points: list[PointShape]


class CommandRequest(WireShape):
    """What a person asks of a device. The same `id` asked twice is one command."""

    command: Annotated[str, Field(max_length=63)]
    args: dict[str, Argument] = Field(default_factory=dict)
    expires_in_s: Annotated[int, Field(ge=1, le=EXPIRES_IN_S_MAX)] = 60
    id: (
        Annotated[str, Field(pattern=f"^{IDENTIFIER.pattern}$", max_length=COMMAND_ID_MAX)] | None
    ) = None


class CommandShape(WireShape):
    """A command and what became of it."""

    id: str
    device: str
    command: str
    args: Mapping[str, Argument]
    requester: str
    created_at: int
    expires_at: int
    state: CommandState
    finished_at: int | None
    error: str | None
    read_back: Mapping[str, object]

    @classmethod
    def of(cls, command: Command) -> "CommandShape":
        return cls(
            id=command.id,
            device=command.device,
            command=command.command,
            args=dict(command.args),
            requester=command.requester,
            created_at=command.created_at,
            expires_at=command.expires_at,
            state=command.state,
            finished_at=command.finished_at,
            error=command.error,
            read_back=dict(command.read_back),
        )


class AlertShape(WireShape):
    """An alert from its opening to its end."""

    id: str
    source: str
    subject: str
    severity: Severity
    message: Label
    opened_at: int
    acknowledged_at: int | None
    resolved_at: int | None

    @classmethod
    def of(cls, alert: Alert) -> "AlertShape":
        return cls(
            id=alert.id,
            source=alert.source,
            subject=alert.subject,
            severity=alert.severity,
            message=Label.of(alert.message),
            opened_at=alert.opened_at,
            acknowledged_at=alert.acknowledged_at,
            resolved_at=alert.resolved_at,
        )


class RunShape(WireShape):
    """One watering. `measured`: a flow meter counted the litres. `cause`: what failed; `curtailed`:
    why it gave less than asked though nothing did."""

    id: str
    plot: str
    requester: str
    state: RunState
    created_at: int
    ended_at: int | None
    target_l: Tenths
    litres: Tenths
    measured: bool
    cause: Label | None
    curtailed: Label | None

    @classmethod
    def of(cls, run: Run) -> "RunShape":
        return cls(
            id=run.id,
            plot=run.plot,
            requester=run.requester,
            state=run.state,
            created_at=run.created_at,
            ended_at=run.ended_at,
            target_l=run.target_l,
            litres=run.litres,
            measured=run.measured,
            cause=Label.of(run.cause) if run.cause is not None else None,
            curtailed=Label.of(run.curtailed) if run.curtailed is not None else None,
        )


class ClockShape(WireShape):
    """`own` is the gateway's time, `wall` the machine's. Unless `trusted`, own only grows from the
    last time that was known."""

    trusted: bool
    agrees: bool
    own: int
    wall: int

    @classmethod
    def of(cls, state: ClockState) -> "ClockShape":
        return cls(trusted=state.trusted, agrees=state.agrees, own=state.own, wall=state.wall)
