"""What can be asked of the past: the contract that the journal fulfils.

Calls block on the disk: the web asks from worker threads. Times are int ms UTC, ranges are
half-open, `limit` newest rows come newest first.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from devices.reading import Millis
from gateway.decisions import Alert, Command, Explanation, RuleChanged, Run, StateChanged


class Point(NamedTuple):
    """A step of a series: the aggregate of the `samples` values measured in it.

    A step without values is absent, so that a gap stays a gap. A counter has its rise within the
    step as `mean`, `low` and `high`.
    """

    at: Millis
    mean: float
    low: float
    high: float
    samples: int


class RejectedMessage(NamedTuple):
    """A message that was not accepted, for the technician. `payload` is its first bytes."""

    received_at: Millis
    topic: str
    reason: str
    detail: str
    payload: bytes


class JournaledMessage(NamedTuple):
    """The last thing a device said: its bytes as they came."""

    received_at: Millis
    measured_at: Millis
    body: bytes


class History(Protocol):
    """The past of the hamlet."""

    def series(
        self, device: str, metric: str, start: Millis, end: Millis, step: Millis
    ) -> Sequence[Point]:
        """The values of a metric in steps of `step` ms, oldest first."""

    def states(
        self, start: Millis, end: Millis, device: str | None = None
    ) -> Mapping[str, Sequence[StateChanged]]:
        """By device, oldest first, the changes within the range and the last one before it; of one
        device only when it is given."""

    def messages(self, device: str, limit: int) -> Sequence[JournaledMessage]:
        """The newest telemetry of a device."""

    def alerts(self, limit: int) -> Sequence[Alert]:
        """Open ones first, then the newest."""

    def commands(self, device: str, limit: int) -> Sequence[Command]:
        """The newest commands to a device."""

    def command(self, id: str) -> Command | None:
        """The command of that id."""

    def runs(self, since: Millis) -> Sequence[Run]:
        """The waterings that were going on at `since` or later."""

    def explanations(self, plot: str, limit: int) -> Sequence[Explanation]:
        """The newest decisions for a plot."""

    def transitions(self, subject: str, limit: int) -> Sequence[RuleChanged]:
        """The newest changes of rules for a device."""

    def rejected(self, limit: int) -> Sequence[RejectedMessage]:
        """The newest messages that were not accepted."""
