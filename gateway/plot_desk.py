"""The watering of the plots in the hands of people: what they ask for becomes requests to the
pipeline, and what the pipeline decides becomes an answer in words.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from devices.reading import Millis
from gateway import plot_answers as answers
from gateway.clock import Now
from gateway.decisions import Explanation, IrrigationAsked, Run, RunState
from gateway.diary.written_values import clean
from gateway.hamlet_time import HamletTime
from gateway.history import History
from gateway.irrigation.interlocks import OVERRIDABLE
from gateway.pipeline import Pipeline, Request
from gateway.plot_acts import (
    DRY_DAYS_MAX,
    OVERRIDE_MAX_MS,
    REASON_MAX,
    Act,
    Amount,
    Outcome,
    Unit,
)
from gateway.plot_records import (
    NoGo,
    Override,
    PlotSetting,
    Proposal,
    ProposalAnswered,
)
from gateway.plots import Mode, Plot
from gateway.plots.guard import NoGoReason

ACTS_KEPT = 256
"""Outcomes that are remembered: those of a busy day, and of the button that was pressed twice.
What waters, or lets water flow, is known again by the journal, also after a start."""

RUN_DIGITS = 13
"""As many as the time has that other runs are named after: commands are named after runs, and their
ids must not grow."""

Step = Callable[[], Outcome]
Done = Callable[[], Run | NoGo | Override | None]
"""Looks whether the journal has the record that an act leaves."""
Decide = Callable[[Step], Awaitable[Outcome]]


class PlotDesk:
    """Carries out what `PlotActs` describes. `decide` does something to the pipeline, and returns
    when what it decided is on disk."""

    def __init__(
        self,
        plots: Iterable[Plot],
        pipeline: Pipeline,
        here: HamletTime,
        history: History,
        decide: Decide,
        now: Now,
    ) -> None:
        self._plots = {plot.id: plot for plot in plots}
        self._pipeline = pipeline
        self._book = pipeline.engines.irrigation.book
        self._here = here
        self._history = history
        self._decide = decide
        self._now = now
        self._acts: dict[tuple[str, str], asyncio.Future[Outcome]] = {}

    async def water(self, act: Act, amount: Amount) -> Outcome:
        """See PlotActs."""

        def step() -> Outcome:
            asked = IrrigationAsked(
                act.plot,
                act.by,
                self._now(),
                depth_mm=amount.value if amount.unit is Unit.DEPTH else None,
                litres=amount.value if amount.unit is Unit.LITRES else None,
                minutes=amount.value if amount.unit is Unit.MINUTES else None,
                run=_run_id(act),
            )
            return self._watered(act.plot, self._ask(asked))

        return await self._once(act, step, lambda: self._history.record(Run, _run_id(act)))

    async def stop(self, act: Act) -> Outcome:
        """See PlotActs."""
        plot = self._plots[act.plot]

        def step() -> Outcome:
            if not self._pipeline.stop_watering(plot.id, act.by, self._now()):
                return Outcome(False, answers.not_watered(plot))
            return Outcome(True, answers.stopping(plot))

        return await self._once(act, step)

    async def set_mode(self, act: Act, mode: Mode) -> Outcome:
        """See PlotActs."""
        plot = self._plots[act.plot]

        def step() -> Outcome:
            if mode not in plot.modes:
                return Outcome(False, answers.mode_lacks(mode))
            before = self._book.setting(plot.id)
            ask_first = before.ask_first if before else None
            setting = PlotSetting(plot.id, self._now(), act.by, mode, ask_first)
            self._ask(setting)
            return Outcome(True, answers.mode_set(plot, mode), setting)

        return await self._once(act, step)

    async def set_ask_first(self, act: Act, ask_first: bool) -> Outcome:
        """See PlotActs."""
        plot = self._plots[act.plot]

        def step() -> Outcome:
            before = self._book.setting(plot.id)
            mode = before.mode if before else None
            setting = PlotSetting(plot.id, self._now(), act.by, mode, ask_first)
            self._ask(setting)
            return Outcome(True, answers.ask_first_set(plot, ask_first), setting)

        return await self._once(act, step)

    async def answer(self, act: Act, proposal: str, approved: bool) -> Outcome:
        """See PlotActs."""
        plot = self._plots[act.plot]

        def step() -> Outcome:
            wanted = ProposalAnswered(proposal, approved, act.by, self._now())
            records = self._ask(wanted)
            found = [one for one in records if isinstance(one, Proposal) and one.id == proposal]
            if not found or found[-1].answered_at is None:
                return Outcome(False, answers.answered_before(plot))
            if not approved:
                return Outcome(True, answers.declined(plot), found[-1])
            return replace(self._watered(plot.id, records), record=found[-1])

        return await self._once(act, step)

    async def add_dry_days(self, act: Act, begin: date, end: date, reason: NoGoReason) -> Outcome:
        """See PlotActs."""
        plot = self._plots[act.plot]

        def step() -> Outcome:
            now = self._now()
            today = self._here.day(now)
            if end < begin:
                return Outcome(False, answers.END_BEFORE_BEGIN)
            if end < today:
                return Outcome(False, answers.DAYS_ARE_OVER)
            if end - today > timedelta(days=DRY_DAYS_MAX):
                return Outcome(False, answers.TOO_FAR_AHEAD)
            no_go = NoGo(_id(act), plot.id, begin, end, reason, act.by, now)
            self._ask(no_go)
            return Outcome(True, answers.dry_days_added(plot, begin, end), no_go)

        return await self._once(act, step, lambda: self._history.record(NoGo, _id(act)))

    async def remove_dry_days(self, act: Act, id: str) -> Outcome:
        """See PlotActs."""
        plot = self._plots[act.plot]

        def step() -> Outcome:
            found = next((one for one in self._book.no_gos(plot.id) if one.id == id), None)
            if found is None:
                return Outcome(False, answers.NO_DRY_DAYS)
            removed = replace(found, removed_at=self._now(), removed_by=act.by)
            self._ask(removed)
            return Outcome(True, answers.dry_days_removed(plot, found.begin, found.end), removed)

        return await self._once(act, step)

    async def override(self, act: Act, interlock: str, reason: str, until: Millis) -> Outcome:
        """See PlotActs."""
        plot = self._plots[act.plot]
        why = clean(reason)

        def step() -> Outcome:
            now = self._now()
            if interlock not in OVERRIDABLE:
                return Outcome(False, answers.NOT_TO_BE_OVERRIDDEN)
            if not why or len(why) > REASON_MAX:
                return Outcome(False, answers.NO_REASON)
            if not now < until <= now + OVERRIDE_MAX_MS:
                return Outcome(False, answers.OVERRIDE_TOO_LONG)
            override = Override(_id(act), plot.id, interlock, why, act.by, now, until)
            self._ask(override)
            return Outcome(True, answers.overridden(plot), override)

        return await self._once(act, step, lambda: self._history.record(Override, _id(act)))

    async def end_override(self, act: Act, id: str) -> Outcome:
        """See PlotActs."""
        plot = self._plots[act.plot]

        def step() -> Outcome:
            now = self._now()
            found = next((o for o in self._book.overrides(plot.id, now) if o.id == id), None)
            if found is None:
                return Outcome(False, answers.NO_OVERRIDE)
            ended = replace(found, ended_at=now, ended_by=act.by)
            self._ask(ended)
            return Outcome(True, answers.override_ended(plot), ended)

        return await self._once(act, step)

    def outcome(self, plot: str, key: str) -> Outcome | None:
        """See PlotActs."""
        task = self._acts.get((plot, key))
        if task is None or not task.done() or task.cancelled() or task.exception() is not None:
            return None
        return task.result()

    async def _once(self, act: Act, step: Step, done: Done | None = None) -> Outcome:
        """Do it, unless it was done or is being done. Who comes second waits for the first. What
        was `done` before a start is known by its record."""
        known = (act.plot, act.key)
        task = self._acts.get(known)
        if task is None:
            task = self._acts[known] = asyncio.ensure_future(self._first(step, done))
            if len(self._acts) > ACTS_KEPT:
                del self._acts[next(iter(self._acts))]
        return await asyncio.shield(task)  # a person who goes away takes nothing back

    async def _first(self, step: Step, done: Done | None) -> Outcome:
        record = await asyncio.to_thread(done) if done is not None else None
        if record is not None:
            return Outcome(True, answers.DONE_BEFORE, record)
        return await self._decide(step)

    def _ask(self, request: Request) -> Sequence[object]:
        """What was decided because of it."""
        records = self._pipeline.pending.batch.records
        before = len(records)
        self._pipeline.ask(request, self._now())
        return records[before:]

    def _watered(self, plot: str, records: Sequence[object]) -> Outcome:
        """Whether a run came of it, in the words of the explanation."""
        why = [one for one in records if isinstance(one, Explanation) and one.plot == plot]
        runs = [one for one in records if isinstance(one, Run) and one.plot == plot]
        if runs and runs[-1].state is not RunState.FAILED:
            return Outcome(True, why[-1].sentence, runs[-1])
        return Outcome(False, why[-1].sentence, why[-1])


def _id(act: Act) -> str:
    """Of the record that the act leaves."""
    return f"{act.plot}.{act.key}"


def _run_id(act: Act) -> str:
    """Of the run that comes of it, known again by what was sent."""
    return f"{act.plot}.{hashlib.sha256(act.key.encode()).hexdigest()[:RUN_DIGITS]}"
