"""The devices of the hamlet as the engines see them: identity, place and newest values.

The pipeline alone writes to a Device; everybody else reads.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from devices.command import CommandRefusedError, CommandSpec
from devices.kind import Kind
from devices.messages import Info
from devices.metric import Value
from devices.reading import Millis, Reading
from devices.text import Text
from gateway.clock import Correction
from gateway.decisions import State, StateChanged
from gateway.sequences import SequenceLedger

GATEWAY = "gateway"
"""The id of the gateway, which is a device of its own, and the kind that only it is of."""
SILENT_AFTER_INTERVALS = 3
"""Two lost reports are the radio's everyday; the third in a row means that nothing is known."""
SILENT_AFTER_MIN_MS = 120_000
"""A device that reports every few seconds still gets time to reconnect."""


@dataclass(slots=True, eq=False)
class Device:
    """One device. `number` is its key in the journal; positions are degrees.

    `values` holds each metric's newest value; `older` the measuring time of those that the newest
    reading did not bring. `settings` are the technician's constants, e.g. `lamp_w`, `limits` what
    this one device must not be made to exceed.
    """

    number: int
    id: str
    kind: Kind
    adopted: bool
    label: Text
    place: str | None = None
    road: str | None = None
    plot: str | None = None
    tags: frozenset[str] = frozenset()
    position: tuple[float, float] | None = None
    settings: Mapping[str, Value] = field(default_factory=dict)
    interval_s: int = 0
    limits: Mapping[str, float] = field(default_factory=dict)

    values: dict[str, Value] = field(default_factory=dict)
    older: dict[str, Millis] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)
    measured_at: Millis | None = None
    heard_at: Millis | None = None
    online: bool | None = None
    info: Mapping[str, object] = field(default_factory=dict)
    reported: list[int] = field(default_factory=list)  # checksums of its newest events and results
    state: State = State.UNKNOWN
    state_since: Millis | None = None
    state_cause: str = "never-heard"
    down_since: Millis | None = None
    down_cause: str | None = None
    judged: tuple[State, str] | None = None  # its newest state and cause that was no UNKNOWN
    sequences: SequenceLedger = field(default_factory=SequenceLedger)
    last_message: int | None = None  # its newest message in the journal, or on the way there
    committed_message: int | None = None  # its newest message that is on disk
    spent: int = 0  # messages, less what has flowed back since; see Budgets
    told_message: int | None = None  # its newest message when it was last told what is on disk

    def __post_init__(self) -> None:
        self.interval_s = self.interval_s or self.kind.interval_s

    @property
    def silent_after_ms(self) -> Millis:
        """How long after its newest reading nothing is known of the device any more."""
        return max(SILENT_AFTER_INTERVALS * self.interval_s * 1000, SILENT_AFTER_MIN_MS)

    def apply(self, reading: Reading) -> None:
        """Take over a reading that is newer than the last."""
        values = self.values
        sent = reading.values
        values.update(sent)
        if self.older or len(values) != len(sent):  # not all metrics came with this reading
            self._remember_older(reading)
        self.extra = reading.extra
        self.measured_at = reading.measured_at

    def fill_in(self, reading: Reading) -> None:
        """Take over from a reading that came late what is newer than what is known."""
        for name, value in reading.values.items():
            known_at = self.measured_at_of(name)
            if known_at is None or known_at <= reading.measured_at:
                self.values[name] = value
                self.older[name] = reading.measured_at

    def check_command(self, name: str, args: Mapping[str, object]) -> CommandSpec:
        """The command's specification. Raises CommandRefusedError when the kind does not know it,
        or this device must not be told so much."""
        spec = self.kind.check_command(name, args)
        for argument, limit in self.limits.items():
            value = args.get(argument)
            if isinstance(value, int | float) and value > limit:
                raise CommandRefusedError(
                    f"{argument} is {value:g}, {self.id} is limited to {limit:g} in devices.yaml"
                )
        return spec

    def learn(self, info: Info) -> None:
        """Take over what the device says of itself."""
        self.info = info.model_dump(exclude_defaults=True)
        self.take_interval()

    def take_interval(self) -> None:
        """Expect reports as often as the device says, if it does."""
        said = self.info.get("interval_s")
        if isinstance(said, int):
            self.interval_s = said

    def change(self, changed: StateChanged) -> None:
        """Take over a new state.

        `down_since` is when the present fault began. Unknown time does not end a fault: who finds
        the same lamp dark after an outage need not be told that it broke just now.
        """
        self.state = changed.state
        self.state_since = changed.since
        self.state_cause = changed.cause
        if changed.state is not State.UNKNOWN:
            self.judged = changed.state, changed.cause
        if changed.state is State.UP:
            self.down_since = self.down_cause = None
        elif changed.state is State.DOWN and changed.cause != self.down_cause:
            self.down_since, self.down_cause = changed.since, changed.cause

    def correct(self, correction: Correction, now: Millis) -> None:
        """The gateway's clock was wrong. Nothing was measured later than now."""
        of = correction.of_any
        if self.measured_at is not None:
            self.measured_at = min(correction.of(self.measured_at), now)
        self.older = {name: correction.of(at) for name, at in self.older.items()}
        self.heard_at = of(self.heard_at)
        self.state_since, self.down_since = of(self.state_since), of(self.down_since)
        self.sequences.correct(correction)

    def _remember_older(self, reading: Reading) -> None:
        for name in self.values.keys() - reading.values.keys():
            if name not in self.older and self.measured_at is not None:
                self.older[name] = self.measured_at
        for name in reading.values:
            self.older.pop(name, None)

    def measured_at_of(self, metric: str) -> Millis | None:
        """When the newest value of `metric` was measured, or None if there is none."""
        if metric not in self.values:
            return None
        return self.older.get(metric, self.measured_at)

    def value(self, metric: str, now: Millis) -> Value | None:
        """The value of `metric` at `now`; None (unknown) when it is too old or never came."""
        measured_at = self.measured_at_of(metric)
        if measured_at is None or now - measured_at > self.silent_after_ms:
            return None
        return self.values[metric]


class Fleet:
    """All devices by id."""

    def __init__(self) -> None:
        self._devices: dict[str, Device] = {}
        self._by_number: dict[int, Device] = {}
        self.numbered: Callable[[int], Device] = self._by_number.__getitem__
        """The device with that key in the journal; asked for every message."""

    def add(self, device: Device) -> None:
        """Add a device; its id must be new."""
        if device.id in self._devices:
            raise ValueError(f"device {device.id!r} exists already")
        self._devices[device.id] = device
        self._by_number[device.number] = device

    def get(self, device: str) -> Device | None:
        """The device of that id, or None."""
        return self._devices.get(device)

    def __iter__(self) -> Iterator[Device]:
        return iter(self._devices.values())

    def __len__(self) -> int:
        return len(self._devices)

    def adopted(self) -> Iterator[Device]:
        """The devices that rules, reports and pages count."""
        return (device for device in self._devices.values() if device.adopted)

    def unadopted(self) -> Iterator[Device]:
        """The devices that wait under "New devices"."""
        return (device for device in self._devices.values() if not device.adopted)
