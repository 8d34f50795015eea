"""What people are told of a run at its steps: alerts, which the next good run takes back, and
explanations. Pure; decides nothing.
"""

from devices.metric import Value
from devices.reading import Millis
from devices.text import Text
from gateway.decisions import (
    AlertAsked,
    AlertCleared,
    Decision,
    Explanation,
    Run,
    RunState,
    Severity,
)
from gateway.irrigation import causes, explain
from gateway.irrigation.run import FINAL
from gateway.plots import Plot

SOURCE = "irrigation"
"""The source of alerts about a watering that failed: the next good one clears them."""
OUTSIDE = "irrigation:astray"
"""Water that flows, or may, outside any watering: cleared when the valves are known to be shut."""
BLOCKED = "irrigation:blocked"
METER = "irrigation:meter"
METER_LOW_MIN = 2.0
"""Minutes of water that meters may miss before it is told: pipes fill, and valves are slow."""


def of_step(before: Run, run: Run, plot: Plot, now: Millis, *, blocked: bool) -> list[Decision]:
    """The alert and the explanation of the step from `before`. `blocked`: its water flowed
    weakly."""
    decisions: list[Decision] = []
    if run.cause and run.cause != before.cause:
        if before.cause in causes.OUTSIDE:  # it got worse, and is to be told in new words
            decisions.append(AlertCleared(OUTSIDE, plot.id, now))
        decisions.append(_failed(plot, run.cause, now))
    if run.state is RunState.CLOSING:
        reason = run.cause if run.cause != before.cause else None
        reason = reason or (run.curtailed if run.curtailed != before.curtailed else None)
        if reason is not None:
            sentence = explain.stopping(plot, run, reason)
            decisions.append(explanation(run, plot, "stop", sentence, now))
    if run.state in FINAL:
        action = "report" if run.cause else "finish"
        decisions.append(explanation(run, plot, action, explain.finished(plot, run), now))
        decisions += _cleared(run, plot, now, blocked=blocked)
        known = run.cause is None and not run.resumed and not blocked
        if known and _counts_little(run, plot):
            message = _of_plot(plot, causes.METER_LOW)
            decisions.append(AlertAsked(METER, plot.id, Severity.WARNING, message, now))
    return decisions


def explanation(run: Run, plot: Plot, action: str, sentence: Text, now: Millis) -> Explanation:
    """A sentence about the run, with its figures."""
    inputs: dict[str, Value | str | None] = {
        "run": run.id,
        "requester": run.requester,
        "target_l": round(run.target_l, 1),
        "litres": round(run.litres, 1),
    }
    return Explanation(plot.id, now, action, sentence, inputs)


def blocked(plot: Plot, now: Millis) -> AlertAsked:
    """Its water flows weakly."""
    message = _of_plot(plot, causes.BLOCKED)
    return AlertAsked(BLOCKED, plot.id, Severity.WARNING, message, now)


def meter_still(valve: str, now: Millis) -> AlertAsked:
    """The valve's meter does not count."""
    message = Text(f"{valve}: {causes.METER_STILL.vi}", f"{valve}: {causes.METER_STILL.en}")
    return AlertAsked(METER, valve, Severity.WARNING, message, now)


def _cleared(run: Run, plot: Plot, now: Millis, *, blocked: bool) -> list[Decision]:
    """What the end of the run shows to be well again."""
    cleared: list[Decision] = []
    # What ended with the pump's pressure is not mended: a later run shows that.
    astray = run.cause in causes.ASTRAY and plot.pump is not None
    if run.cause != causes.NOT_SHOWN_CLOSED and not astray:
        cleared.append(AlertCleared(OUTSIDE, plot.id, now))
    if run.cause is None and run.litres > 0:
        cleared.append(AlertCleared(SOURCE, plot.id, now))
        if not blocked:
            cleared.append(AlertCleared(BLOCKED, plot.id, now))
        if run.measured:
            cleared += [AlertCleared(METER, valve, now) for valve in plot.valves]
        if not _counts_little(run, plot):
            cleared.append(AlertCleared(METER, plot.id, now))
    return cleared


def _counts_little(run: Run, plot: Plot) -> bool:
    return run.unseen_l >= METER_LOW_MIN * plot.rate_l_min


def _failed(plot: Plot, cause: Text, now: Millis) -> AlertAsked:
    advice = causes.advice(cause, pumped=plot.pump is not None)
    message = _of_plot(
        plot, Text(f"{cause.vi}. {advice.to_do.vi}", f"{cause.en}. {advice.to_do.en}")
    )
    source = OUTSIDE if cause in causes.OUTSIDE else SOURCE
    return AlertAsked(source, plot.id, advice.severity, message, now)


def _of_plot(plot: Plot, message: Text) -> Text:
    return Text(f"{plot.label.vi}: {message.vi}", f"{plot.label.en}: {message.en}")
