"""Tells a technician once that a plot does not know how it stands, and takes it back once it does.

Pure. After a start nothing is known of what was told: the first look says it again.
"""

from devices.reading import Millis
from gateway.decisions import AlertAsked, AlertCleared, Decision, Severity
from gateway.irrigation import look_texts
from gateway.irrigation.verdicts import Verdict
from gateway.plots import Plot
from gateway.plots.modes import Stale

SOURCE = "irrigation:blind"


class Blindness:
    """Of all plots that go by probes or weather."""

    def __init__(self) -> None:
        self._told: dict[str, bool] = {}

    def say(self, plot: Plot, verdict: Verdict, now: Millis) -> list[Decision]:
        """What is new about it."""
        if self._told.get(plot.id) is verdict.stale:
            return []
        self._told[plot.id] = verdict.stale
        if not verdict.stale:
            return [AlertCleared(SOURCE, plot.id, now)]
        by_schedule = plot.when_stale is Stale.SCHEDULE
        message = look_texts.blind(plot, verdict.reason, by_schedule=by_schedule)
        return [AlertAsked(SOURCE, plot.id, Severity.WARNING, message, now)]

    def forget(self, plot: str, now: Millis) -> list[Decision]:
        """The plot goes by other things now; an alert of before the start may be open."""
        well = self._told.pop(plot, None) is False
        return [] if well else [AlertCleared(SOURCE, plot, now)]
