"""Writes down what the gateway itself did on the plots, and keeps plots dry for what people wrote.

Pure. An entry that follows from a run or an override is named after it, so that it is written
once, whatever happens. Knows nothing of what is asked of people who write: see `draft`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from devices.metric import Value
from devices.reading import Millis
from devices.text import Text
from gateway.clock import Correction
from gateway.decisions import Decision, Explanation, Run
from gateway.diary.circumstances import Circumstances
from gateway.fleet import Fleet
from gateway.hamlet_time import HamletTime
from gateway.plot_records import (
    DiaryEntry,
    DiaryKind,
    NoGo,
    Override,
    PlotMemory,
    WeatherHour,
)
from gateway.plots import PlotsFile
from gateway.plots.guard import NoGoReason

HOUR_MS = 3_600_000
PERSON = "person:"
WATER = "water"
"""The action of an explanation that says why a plot is watered."""
CAUSE = "cause"
"""What the inputs of an explanation have that follows from a look at the plot's need."""

NOTHING: Sequence[Decision] = ()


class DiaryEngine:
    """The diary of all plots. `here` says on which day something happened; `interlocks` are those
    that may be overridden, and what people call them."""

    def __init__(
        self,
        water: PlotsFile,
        fleet: Fleet,
        here: HamletTime,
        interlocks: Mapping[str, Text],
    ) -> None:
        self.circumstances = Circumstances(water, fleet)
        self._plots = {plot.id: plot for plot in water.plots}
        self._here = here
        self._interlocks = interlocks
        self._reasons: dict[str, Explanation] = {}  # by plot: why it is being watered
        self._dry: dict[str, NoGo] = {}  # by entry

    def restore(self, memory: PlotMemory, reasons: Iterable[Explanation]) -> None:
        """Take over the dry days, the weather, and why the runs under way were begun."""
        for no_go in memory.no_gos:
            self.on_no_go(no_go)
        for hour in memory.hours:
            self.on_hour(hour)
        for reason in reasons:
            self.on_explanation(reason)

    def on_explanation(self, explanation: Explanation) -> None:
        """A plot is to be watered: the entry of the run will say why. Who judged the plot's need
        knows it better than the run, which says only who asked."""
        if explanation.action != WATER:
            return
        before = self._reasons.get(explanation.plot)
        if before is None or CAUSE in explanation.inputs or CAUSE not in before.inputs:
            self._reasons[explanation.plot] = explanation

    def on_hour(self, hour: WeatherHour) -> None:
        """An hour of weather is known."""
        self.circumstances.take(hour)

    def on_no_go(self, no_go: NoGo) -> None:
        """Dry days were set, or removed by a person."""
        if no_go.entry is None:
            return
        if no_go.removed_at is None:
            self._dry[no_go.entry] = no_go
        else:
            self._dry.pop(no_go.entry, None)

    def on_run(self, run: Run, now: Millis) -> Sequence[Decision]:
        """An entry for a run that has ended, if water may have flowed in it."""
        plot = self._plots.get(run.plot)
        if run.ended_at is None or plot is None:
            return NOTHING
        explanation = self._reasons.pop(run.plot, None)
        reason = explanation.sentence if explanation else None
        began_at = run.opened_at
        if began_at is None:
            return NOTHING
        facts: dict[str, Value | str | None] = {
            "run": run.id,
            "litres": round(run.litres, 1),
            "target_l": round(run.target_l, 1) or None,
            "before_midnight_l": round(run.yesterday_l, 1) or None,
            "unseen_l": round(run.unseen_l, 1) or None,
            "minutes": round(_watered_ms(run, began_at, run.ended_at) / 60_000, 1),
            "lasted_min": round(max(run.ended_at - began_at, 0) / 60_000, 1),
            "depth_mm": round(run.litres / plot.area_m2, 2),
            "root_mm": round(plot.depth_of(run.litres), 2),
            "measured": run.measured,
            "automatic": not run.requester.startswith(PERSON),
            "method": plot.emitters.method,
            "reason_vi": reason.vi if reason else None,
            "reason_en": reason.en if reason else None,
            "cause_vi": run.cause.vi if run.cause else None,
            "cause_en": run.cause.en if run.cause else None,
            "curtailed_vi": run.curtailed.vi if run.curtailed else None,
            "curtailed_en": run.curtailed.en if run.curtailed else None,
            **self.circumstances.of_plot(plot.id),
            **self.circumstances.of_source(plot.id, run.source),
            **self.circumstances.of_weather(now),
        }
        return [
            DiaryEntry(
                id=f"run.{run.id}",
                plot=run.plot,
                kind=DiaryKind.IRRIGATION,
                at=began_at,
                written_at=now,
                by=run.requester,
                facts=facts,
            )
        ]

    def on_override(self, override: Override, now: Millis) -> Sequence[Decision]:
        """A technician lets an interlock pass, or no longer does."""
        ended, name = override.ended_at is not None, override.interlock
        label = self._interlocks.get(name, Text(name, name))
        facts: dict[str, Value | str | None] = {
            "interlock": name,
            "interlock_vi": label.vi,
            "interlock_en": label.en,
            "reason": override.reason,
            "until": override.until,
            "ended": ended,
            **self.circumstances.of_plot(override.plot),
        }
        return [
            DiaryEntry(
                id=f"override.{override.id}" + (".ended" if ended else ""),
                plot=override.plot,
                kind=DiaryKind.OVERRIDE,
                at=override.at if override.ended_at is None else override.ended_at,
                written_at=now,
                by=override.ended_by or override.by,
                facts=facts,
            )
        ]

    def on_entry(self, entry: DiaryEntry, now: Millis) -> Sequence[Decision]:
        """The dry days that follow from an entry; those of the one it corrects are void."""
        decisions: list[Decision] = []
        before = self._dry.get(entry.corrects) if entry.corrects is not None else None
        if before is not None:
            decisions.append(replace(before, removed_at=now, removed_by=entry.by))
        dry = None if entry.facts.get("withdrawn") else self._dry_days(entry, now)
        if dry is not None and dry.end >= self._here.day(now):
            decisions.append(dry)
        return decisions

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        self._dry = {
            entry: replace(no_go, at=correction.of(no_go.at)) for entry, no_go in self._dry.items()
        }
        self.circumstances.correct(correction)

    def _dry_days(self, entry: DiaryEntry, now: Millis) -> NoGo | None:
        plot = self._plots.get(entry.plot)
        if plot is None:
            return None
        day, guard = self._here.day(entry.at), plot.guard
        if entry.kind is DiaryKind.SPRAY and guard.spray_hours:
            end = self._here.day(entry.at + round(guard.spray_hours * HOUR_MS))
            begin, reason = day, NoGoReason.SPRAYING
        elif entry.kind is DiaryKind.PLUCK and entry.facts.get("planned"):
            begin, end = day - timedelta(days=guard.pluck_days), day
            reason = NoGoReason.PLUCKING
        else:
            return None
        return NoGo(f"diary.{entry.id}", plot.id, begin, end, reason, entry.by, now, entry.id)


def _watered_ms(run: Run, began_at: Millis, ended_at: Millis) -> Millis:
    """How long water ran, without rests; of one that never came so far, while it could."""
    lasted_ms = max(ended_at - began_at, 0)
    return min(run.watered_ms, lasted_ms) if run.watered_ms else lasted_ms
