"""Tells a technician once that a plot does not know how it stands, and takes it back once it does.

Pure. After a start nothing is known of what was told: it is said again, but not before the plot's
instruments had the time in which they have to report. An older alert stays open until then.
"""

from devices.reading import Millis
from gateway.clock import Correction
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
        self._began: Millis = 0

    def begin(self, now: Millis) -> None:
        """The gateway has started, and hears the first word of everyone."""
        self._began = now

    def say(self, plot: Plot, verdict: Verdict, now: Millis) -> list[Decision]:
        """What is new about it."""
        if self._told.get(plot.id) is verdict.stale:
            return []
        patience_ms = round(plot.guard.probe_age_max_min * 60_000)
        if verdict.stale and 0 <= now - self._began < patience_ms:
            return []
        self._told[plot.id] = verdict.stale
        if not verdict.stale:
            return [AlertCleared(SOURCE, plot.id, now)]
        by_schedule = plot.when_stale is Stale.SCHEDULE
        message = look_texts.blind(plot, verdict.reason, by_schedule=by_schedule)
        return [AlertAsked(SOURCE, plot.id, Severity.WARNING, message, now)]

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        self._began = correction.of(self._began)

    def forget(self, plot: str, now: Millis) -> list[Decision]:
        """The plot goes by other things now; an alert of before the start may be open."""
        well = self._told.pop(plot, None) is False
        return [] if well else [AlertCleared(SOURCE, plot, now)]
