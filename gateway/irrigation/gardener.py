"""Decides when each plot is watered, and says why or why not.

Every automatic plot is looked at when something may have changed: a time of its schedule, a word
of its probes, an hour of the balance. What comes of it is a watering, a question to a person, or
an explanation. Leads no runs: it asks `Waterings`, whose interlocks have the last word.
"""

from collections.abc import Iterable
from dataclasses import replace

from devices.reading import Millis
from devices.text import Text
from gateway.clock import Correction
from gateway.decisions import (
    AlertCleared,
    Decision,
    Explanation,
    IrrigationAsked,
    Record,
    Run,
    RunState,
)
from gateway.fleet import Device
from gateway.hamlet_time import HamletTime
from gateway.irrigation import look_texts
from gateway.irrigation.almanac import Almanac
from gateway.irrigation.blindness import Blindness
from gateway.irrigation.book import PlotBook
from gateway.irrigation.fieldbook import Fieldbook
from gateway.irrigation.ledger import MIDNIGHT, SINK_IN_MS
from gateway.irrigation.proposals import SOURCE as ASK_SOURCE
from gateway.irrigation.proposals import Proposals
from gateway.irrigation.told import Told
from gateway.irrigation.verdicts import Facts, Inputs, Verdict, inputs_of, judge
from gateway.irrigation.waterings import Waterings
from gateway.irrigation.windows import next_opening, open_until
from gateway.plot_records import (
    NoGo,
    Override,
    PlotMemory,
    PlotSetting,
    ProposalAnswered,
    ProposalState,
)
from gateway.plots import Mode, Plot
from gateway.plots.modes import Stale

RETRY_MS = 30 * 60_000
"""How soon it is looked again whether what keeps water back is gone."""
OF_THE_DAY = frozenset({"ceiling", "source"})
"""Interlocks that let nothing pass before midnight."""
REST_MS = 30 * 60_000
"""Between the parts of a watering that is too much for one run."""
SETTLE_MS = 12 * 60_000
"""After a start: probes report every ten minutes, and nothing is found silent before."""
CUT_SHARE = 0.95
"""A run that is granted less than this of what was asked is followed by another."""


class Gardener:
    """All plots. `now` counts only while `trusted`; else every automatic plot holds."""

    def __init__(
        self,
        plots: Iterable[Plot],
        book: PlotBook,
        fields: Fieldbook,
        waterings: Waterings,
        here: HamletTime,
    ) -> None:
        self.proposals = Proposals(here)
        self._plots = {plot.id: plot for plot in plots}
        self._book = book
        self._fields = fields
        self._waterings = waterings
        self._here = here
        self._almanac = Almanac(here)
        self._told = Told()
        self._filling: set[str] = set()
        self._rest: dict[str, float] = {}  # mm that a schedule's watering lacked
        self._blindness = Blindness()
        self._was_trusted: bool | None = None

    def restore(self, memory: PlotMemory, now: Millis) -> list[Decision]:
        """Take over what the journal remembers. Questions and alerts end for which `plots.yaml` has
        no use any more."""
        self.proposals.restore(memory.proposals)
        self._told.restore(memory.looks)
        for day in memory.balances:
            plot = self._plots.get(day.plot)
            if plot and plot.balance.start_at * day.raw_mm <= day.before_mm + day.et_mm:
                if day.irrigation_mm > 0:
                    self._filling.add(plot.id)
            else:
                self._filling.discard(day.plot)
        self._was_trusted = self._waterings.clock_trusted
        for plot in self._plots.values():
            self._begin(plot, now + SETTLE_MS, self._told.last_at(plot.id), now)
        ended: list[Decision] = []
        for id in self.proposals.plots():
            ended += [] if self._asks(id) else self.proposals.withdraw(id, now)
        for id in self._plots:
            ended += [] if self._book.mode(id).automatic else self._blindness.forget(id, now)
        return ended

    def next_look(self, plot: str) -> Millis | None:
        """When it is next decided whether to water; None for a plot that is only watered on
        request."""
        at, found = self._almanac.next_look(plot), self._plots[plot]
        if at is None or self._book.mode(plot) is Mode.SCHEDULE or self._book.asks_first(plot):
            return at
        if open_until(found, at, self._here) == at:  # nothing can come of a look before that
            return next_opening(found, at, self._here)
        return at

    def is_sinking(self, plot: Plot, now: Millis) -> bool:
        """Whether water has not reached the probes yet."""
        watered_at = self._fields.ledger.watered_at(plot.id)
        return watered_at is not None and now - watered_at < SINK_IN_MS

    def facts(self, plot: Plot, now: Millis) -> Facts:
        """What a look at the plot would find."""
        forecast_mm = self._waterings.climate.forecasts.rain_mm(now)
        return self._fields.facts(plot, now, forecast_mm, filling=plot.id in self._filling)

    def next_deadline(self) -> Millis | None:
        """When `on_tick` has something to do."""
        if self._was_trusted is not self._waterings.clock_trusted:
            return 0
        look, asked = self._almanac.next_deadline(), self.proposals.next_deadline()
        return asked if look is None else look if asked is None else min(look, asked)

    def on_tick(self, now: Millis) -> list[Decision]:
        """Looks that are due, and questions whose time is over."""
        decisions: list[Decision] = []
        if self._was_trusted is not self._waterings.clock_trusted:
            self._was_trusted = self._waterings.clock_trusted
            for plot in self._plots.values():
                self._begin(plot, now, self._told.last_at(plot.id), now)
        for expired in self.proposals.expire(now):
            decisions += [expired, AlertCleared(ASK_SOURCE, expired.plot, now)]
            next_look = self._moment(self.proposals.next_ask(expired.plot, now), now)
            sentence = look_texts.not_watered(look_texts.SILENCE_OF_PERSON, next_look)
            inputs: Inputs = {"proposal": expired.id, "cause": "unanswered"}
            told = Explanation(expired.plot, now, "skip", sentence, inputs)
            decisions += self._told.worth(told, "unanswered")
            self._almanac.look_at(expired.plot, now + REST_MS)
        for id in self._almanac.due(now):
            decisions += self._look(self._plots[id], now)
        return decisions

    def on_probe(self, device: Device, now: Millis) -> list[Decision]:
        """A probe has spoken, and its plots that go by their probes listen at once."""
        decisions: list[Decision] = []
        for plot in self._fields.take_probe(device, now):
            if self._book.mode(plot.id) is Mode.SOIL and self._waterings.clock_trusted:
                decisions += self._look(plot, now)
        return decisions

    def on_run(self, run: Run, now: Millis) -> list[Decision]:
        """A run has ended; what it gave is in the balance."""
        if run.plot in self._filling or run.plot in self._rest:
            wait_ms = SINK_IN_MS if self._book.mode(run.plot) is Mode.SOIL else REST_MS
            self._almanac.look_at(run.plot, now + wait_ms)
        return self.proposals.watered(run, now)

    def on_setting(self, setting: PlotSetting | NoGo | Override, now: Millis) -> list[Decision]:
        """People want the plot watered otherwise: it is looked at anew."""
        plot = self._plots.get(setting.plot)
        if plot is None:
            return []
        if not isinstance(setting, PlotSetting):
            if self._book.mode(plot.id) is not Mode.SCHEDULE:
                self._almanac.look_at(plot.id, now)
            return []
        self._filling.discard(plot.id)
        # What came before the plot went by its schedule is none of its times.
        pending = self._almanac.pending(plot.id, now)
        self._begin(plot, now, None if pending is None else pending - 1, now)
        cleared = self._blindness.forget(plot.id, now)
        if self._asks(plot.id):
            return cleared
        unanswered = self.proposals.open(plot.id)
        if unanswered is not None and self._book.mode(plot.id) is Mode.SCHEDULE:
            # Its time is over, and nobody is asked any more: it is watered as it would have been.
            self._rest[plot.id] = unanswered.litres * plot.efficiency / plot.area_m2
            self._almanac.look_at(plot.id, now)
        return [*cleared, *self.proposals.withdraw(plot.id, now)]

    def answer(self, answered: ProposalAnswered, now: Millis) -> list[Decision]:
        """A person says yes, and the plot is watered now, or no."""
        proposal = self.proposals.answer(answered, now)
        if proposal is None:
            return []
        plot = proposal.plot
        decisions: list[Decision] = [proposal, AlertCleared(ASK_SOURCE, plot, now)]
        if proposal.state is ProposalState.DECLINED:
            self._almanac.look_at(plot, self.proposals.next_ask(plot, now))
            return decisions
        by = answered.by if answered.by.startswith("person:") else f"person:{answered.by}"
        asked = IrrigationAsked(plot, by, now, litres=proposal.litres)
        follows = list(self._waterings.ask(asked, now))
        if any(isinstance(one, Run) and one.plot == plot for one in follows):
            inputs: Inputs = {"proposal": proposal.id, "cause": "agreed"}
            told = Explanation(plot, now, "water", look_texts.agreed(proposal.sentence), inputs)
            follows = [*_without_own(follows, plot), *self._told.worth(told, "agreed")]
        return [*decisions, *follows]

    def correct(self, correction: Correction, now: Millis) -> list[Record]:
        """The clock was wrong: every plot is looked at anew."""
        self._told.correct(correction)
        self._filling.clear()
        for plot in self._plots.values():
            self._begin(plot, now, self._told.last_at(plot.id), now)
        return [*self.proposals.correct(correction)]

    def _asks(self, plot: str) -> bool:
        """Whether the plot has questions at all."""
        if plot not in self._plots:
            return False
        return self._book.mode(plot).automatic and self._book.asks_first(plot)

    def _begin(self, plot: Plot, first: Millis, last: Millis | None, now: Millis) -> None:
        """Plan the `first` look, or none; `last` was the one before it."""
        mode, trusted = self._book.mode(plot.id), self._waterings.clock_trusted
        self._rest.pop(plot.id, None)
        self._almanac.forget(plot.id)
        if mode.automatic:
            hourly = mode is not Mode.SCHEDULE or not trusted
            self._almanac.enter(plot, hourly=hourly, first=first, last=last, now=now)

    def _look(self, plot: Plot, now: Millis) -> list[Decision]:
        """One look at one plot."""
        mode = self._book.mode(plot.id)
        if not self._waterings.clock_trusted:
            self._almanac.forget(plot.id)
            sentence = look_texts.not_watered(look_texts.CLOCK, None)
            return self._tell(plot, "hold", sentence, {"cause": "clock"}, now)
        if any(run.plot == plot.id for run in self._waterings.runs()):
            self._almanac.look_at(plot.id, now + RETRY_MS)
            return []
        facts = self.facts(plot, now)
        if mode is Mode.SCHEDULE:
            return self._by_schedule(plot, facts, now)
        verdict = judge(mode, facts)
        decisions = self._blindness.say(plot, verdict, now)
        if verdict.stale and plot.when_stale is Stale.SCHEDULE:
            return decisions + self._by_schedule(plot, facts, now)
        self._almanac.settle(plot.id, now)
        return decisions + self._act(plot, mode, facts, verdict, now)

    def _by_schedule(self, plot: Plot, facts: Facts, now: Millis) -> list[Decision]:
        """A look of a plot that goes by the clock: only its moments count."""
        moment, rest_mm = self._almanac.moment(plot.id, now), self._rest.pop(plot.id, None)
        if moment is not None and moment.new:
            self._told.renew(plot.id)
        if moment is not None and moment.missed:
            verdict = Verdict("missed", 0.0, look_texts.missed(self._moment(moment.at, now)))
        elif moment is not None:
            facts = replace(facts, month=self._here.local(moment.at).month)
            verdict = judge(Mode.SCHEDULE, facts)
        elif rest_mm is not None:
            verdict = Verdict("rest", rest_mm, look_texts.REST)
        else:
            self._almanac.settle(plot.id, now)
            return []
        return self._act(plot, Mode.SCHEDULE, facts, verdict, now)

    def _act(
        self, plot: Plot, mode: Mode, facts: Facts, verdict: Verdict, now: Millis
    ) -> list[Decision]:
        """What follows from a verdict."""
        inputs = inputs_of(facts, mode, verdict)
        if verdict.depth_mm <= 0:
            self._filling.discard(plot.id)
            self._almanac.settle(plot.id, now)
            withdrawn = self.proposals.withdraw(plot.id, now)
            sentence = look_texts.not_watered(verdict.reason, self._next(plot, now))
            return [*withdrawn, *self._tell(plot, "skip", sentence, inputs, now)]
        litres = verdict.depth_mm * plot.area_m2 / plot.efficiency
        inputs["litres"] = round(litres, 1)
        watered_at = self._fields.ledger.watered_at(plot.id)
        if mode is Mode.SOIL and watered_at is not None and self.is_sinking(plot, now):
            self._almanac.look_at(plot.id, watered_at + SINK_IN_MS)
            why = look_texts.sinking((now - watered_at) // 60_000)
            sentence = look_texts.kept_back(verdict.reason, why, self._next(plot, now))
            return self._tell(plot, "skip", sentence, inputs | {"cause": "sinking"}, now)
        asks_first = self._book.asks_first(plot.id)
        closed = open_until(plot, now, self._here) == now
        if closed and not asks_first and mode is not Mode.SCHEDULE:
            return self._wait(plot, verdict, inputs, now)
        asked = IrrigationAsked(plot.id, f"plan:{mode.value}", now, litres=litres)
        if asks_first:
            return self._ask(plot, verdict, asked, inputs, now)
        found = self._waterings.objections(plot.id, now, asked.requester, litres)
        if found:
            inputs["interlock"] = ",".join(one.interlock.name for one in found)
            return self._keep_back(plot, verdict, found[0].reason, inputs, now)
        return self._water(plot, verdict, asked, inputs, now)

    def _wait(self, plot: Plot, verdict: Verdict, inputs: Inputs, now: Millis) -> list[Decision]:
        """Its hours have not begun."""
        opens = next_opening(plot, now, self._here)
        if opens is None:
            return []
        self._almanac.look_at(plot.id, opens)
        sentence = look_texts.waits_for_window(
            plot, verdict.depth_mm, verdict.reason, self._moment(opens, now)
        )
        return self._tell(plot, "wait", sentence, inputs | {"cause": "window"}, now)

    def _ask(
        self, plot: Plot, verdict: Verdict, asked: IrrigationAsked, inputs: Inputs, now: Millis
    ) -> list[Decision]:
        """A person has the word, while people are awake."""
        when, litres = self.proposals.next_ask(plot.id, now), asked.litres or 0.0
        if when > now:
            self._almanac.look_at(plot.id, when)
            return []
        person = self._waterings.objections(plot.id, now, "person:", litres)
        if person:
            inputs["interlock"] = ",".join(one.interlock.name for one in person)
            return self._keep_back(plot, verdict, person[0].reason, inputs, now)
        most = min(
            plot.rate_l_min * plot.minutes_per_run_max, self._waterings.left_today_l(plot.id, now)
        )
        granted = min(litres, most)  # what a yes can bring; the rest is asked for another day
        depth_mm = verdict.depth_mm * granted / litres if litres else 0.0
        sentence = look_texts.proposed(plot, depth_mm, granted, verdict.reason)
        pointless_at = (
            self._almanac.next_moment(plot, now) if inputs["mode"] == "schedule" else None
        )
        decisions = self.proposals.ask(plot.id, granted, sentence, now, pointless_at)
        self._almanac.settle(plot.id, now)
        if not decisions:
            return []
        return [*decisions, *self._tell(plot, "ask", sentence, inputs | {"cause": "ask"}, now)]

    def _keep_back(
        self, plot: Plot, verdict: Verdict, why: Text, inputs: Inputs, now: Millis
    ) -> list[Decision]:
        """It needs water, and an interlock says no."""
        first = str(inputs["interlock"]).partition(",")[0]
        tomorrow = self._here.next(MIDNIGHT, now) if first in OF_THE_DAY else None
        self._almanac.look_at(plot.id, tomorrow or now + RETRY_MS)
        sentence = look_texts.kept_back(verdict.reason, why, self._next(plot, now))
        return self._tell(plot, "skip", sentence, inputs | {"cause": f"interlock:{first}"}, now)

    def _water(
        self, plot: Plot, verdict: Verdict, asked: IrrigationAsked, inputs: Inputs, now: Millis
    ) -> list[Decision]:
        """Ask for the run; of the two sentences about one moment the one that says why is kept."""
        litres = asked.litres or 0.0
        self._almanac.look_at(plot.id, now + RETRY_MS)
        self._almanac.settle(plot.id, now)
        decisions = list(self._waterings.ask(asked, now))
        runs = [one for one in decisions if isinstance(one, Run) and one.plot == plot.id]
        if not runs:
            return decisions
        granted = runs[0].target_l / litres
        if granted < CUT_SHARE and inputs["mode"] == Mode.SCHEDULE.value:
            self._rest[plot.id] = verdict.depth_mm * (1 - granted)
        elif granted < CUT_SHARE:
            self._filling.add(plot.id)
        waits = runs[-1].state is RunState.PLANNED
        depth, litres = verdict.depth_mm, runs[0].target_l
        sentence = look_texts.watered(
            plot, depth, depth * granted, litres, verdict.reason, waits=waits
        )
        less = _without_own(decisions, plot.id)
        return [*less, *self._tell(plot, "water", sentence, inputs, now)]

    def _tell(
        self, plot: Plot, action: str, sentence: Text, inputs: Inputs, now: Millis
    ) -> list[Decision]:
        next_look, cause = self.next_look(plot.id), str(inputs["cause"])
        told = Explanation(plot.id, now, action, sentence, {**inputs, "next_look": next_look})
        return [*self._told.worth(told, cause)]

    def _next(self, plot: Plot, now: Millis) -> Text | None:
        at = self.next_look(plot.id)
        return None if at is None else self._moment(at, now)

    def _moment(self, at: Millis, now: Millis) -> Text:
        return look_texts.moment(at, now, self._here)


def _without_own(decisions: Iterable[Decision], plot: str) -> list[Decision]:
    """Without what a run of the plot says of its beginning: it knows only who asked for it."""
    return [
        one
        for one in decisions
        if not (isinstance(one, Explanation) and one.plot == plot and one.action == "water")
    ]
