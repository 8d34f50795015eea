"""What can be asked of the past: a `Store` has what devices measured and how they were, the
journal as `History` knows everything else, too.

Calls block on the disk or the network: the web asks from worker threads. Times are int ms UTC,
ranges are half-open, `limit` newest rows come newest first.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple, Protocol, TypeVar

from devices.metric import Metric, Value
from devices.reading import Millis
from devices.text import Text
from gateway.decisions import (
    Alert,
    Command,
    Explanation,
    Record,
    RuleChanged,
    RuleVersion,
    Run,
    StateChanged,
)
from gateway.fleet import Device, Fleet
from gateway.plot_records import (
    BalanceDay,
    DiaryEntry,
    DiaryKind,
    PlotSetting,
    Proposal,
    WeatherHour,
)


class Point(NamedTuple):
    """A step of a series with every aggregate of the `samples` values measured in it.

    A step without values is absent, so that a gap stays a gap. Yes and no count as 1 and 0. A
    counter has its rise within the step as `mean`, `low` and `high`, and `samples` rises: the rise
    from one value to the next counts for the step of the later one, the first value of a series
    has none, and after a reset the counter has risen from zero.
    """

    at: Millis
    mean: float
    low: float
    high: float
    samples: int


class Measured(NamedTuple):
    """A value and when it was measured."""

    at: Millis
    value: Value


class RejectedMessage(NamedTuple):
    """A message that was not accepted, for the technician. `payload` is its first bytes."""

    received_at: Millis
    topic: str
    reason: str
    detail: Text
    payload: bytes


class JournaledMessage(NamedTuple):
    """The last thing a device said: its bytes as they came."""

    received_at: Millis
    measured_at: Millis
    body: bytes


class DiaryLine(NamedTuple):
    """An entry of the diary, and the one that corrects it, if there is one: then it does not count
    any more."""

    entry: DiaryEntry
    corrected_by: str | None


R = TypeVar("R", bound=Record)


class DiaryPart(NamedTuple):
    """Which part of the diary is asked for. `after` is the time and id of the line before the first
    one; `counting` leaves out what was corrected."""

    since: Millis
    until: Millis
    limit: int
    plot: str | None = None
    kind: DiaryKind | None = None
    after: tuple[Millis, str] | None = None
    newest_first: bool = False
    counting: bool = False


class StoreError(Exception):
    """A store cannot be asked at present; the message says why."""


class TooFineError(Exception):
    """A series in steps of less than an hour would read too many messages of a device that sends
    very often. Steps of an hour can be answered."""


class Store(Protocol):
    """A store of what devices measured and how they were: the journal, or a database that it is
    forwarded to. Raises StoreError."""

    def latest(self, device: str) -> Mapping[str, Measured]:
        """By metric, the value measured last; empty for a device that is not known."""
        ...

    def series(
        self, device: str, metric: str, start: Millis, end: Millis, step: Millis
    ) -> Sequence[Point]:
        """The values of a metric in steps of `step` ms from `start`, oldest first; empty when
        there is no such device or metric.

        A store may keep less detail of the past. So from a step of an hour on, whole local hours
        count for the step in which their middle lies, and whole local days from a step of a day
        on; where `start` and `step` fit them, that is exact. Raises TooFineError for shorter steps.
        """
        ...

    def states(
        self, start: Millis, end: Millis, device: str | None = None
    ) -> Mapping[str, Sequence[StateChanged]]:
        """By device, oldest first, the changes within the range and the last one before it; of one
        device only when it is given. A state lasts until the next change."""
        ...


class History(Store, Protocol):
    """The whole past of the hamlet."""

    def known_from(self, device: str, step: Millis) -> Millis | None:
        """From when on a series of the device in such steps is complete; what is older has been
        deleted, or was never here. None when nothing is here."""
        ...

    def messages(self, device: str, limit: int) -> Sequence[JournaledMessage]:
        """The newest telemetry of a device."""

    def alerts(self, limit: int) -> Sequence[Alert]:
        """Open ones first, then the newest."""

    def commands(self, device: str, limit: int) -> Sequence[Command]:
        """The newest commands to a device."""

    def command(self, id: str) -> Command | None:
        """The command of that id."""

    def record(self, kind: type[R], id: str) -> R | None:
        """What was saved under that id: a Run, an Override or a NoGo."""

    def runs(self, since: Millis) -> Sequence[Run]:
        """The waterings that were going on at `since` or later."""

    def explanations(
        self, plot: str, limit: int, until: Millis | None = None
    ) -> Sequence[Explanation]:
        """The newest decisions for a plot, up to `until` where it is given."""

    def balance_days(self, plot: str, since: date) -> Sequence[BalanceDay]:
        """The water in the root zone of a plot from that day on, oldest first."""

    def proposals(self, plot: str, limit: int) -> Sequence[Proposal]:
        """The newest waterings of a plot that people were asked about."""

    def plot_settings(self, plot: str, limit: int) -> Sequence[PlotSetting]:
        """How people wanted a plot watered, newest first."""

    def weather_hours(self, since: Millis) -> Sequence[WeatherHour]:
        """The hours that began at `since` or later, oldest first."""

    def transitions(self, subject: str, limit: int) -> Sequence[RuleChanged]:
        """The newest changes of rules for a device."""

    def transitions_of_rule(self, rule: str, limit: int) -> Sequence[RuleChanged]:
        """What became of the rule, for whatever device, newest first."""

    def rule_versions(self, rule: str, limit: int) -> Sequence[RuleVersion]:
        """How the rule read, newest first."""

    def diary(self, part: DiaryPart) -> Sequence[DiaryLine]:
        """Lines of the diary by the time of what they tell of, at most `limit`."""

    def entry(self, id: str) -> DiaryLine | None:
        """The line of that id."""

    def pluckings(self, lot: str) -> Sequence[DiaryEntry]:
        """The entries that count of the plucking of a lot."""

    def rejected(self, limit: int) -> Sequence[RejectedMessage]:
        """The newest messages that were not accepted."""


def described(fleet: Fleet, device: str, metric: str) -> tuple[Device, Metric] | None:
    """A device and what its kind says of a metric; None where there is no such one."""
    found = fleet.get(device)
    metric_of_kind = found and found.kind.metric(metric)
    return (found, metric_of_kind) if found and metric_of_kind else None
