"""Decides when each plot is watered, and says why or why not.

Every automatic plot is looked at when something may have changed: a time of its schedule, a word
of its probes, an hour of the balance. What comes of it is a watering, a question to a person, or
an explanation. Leads no runs: it asks `Waterings`, whose interlocks have the last word.
"""

from collections.abc import Iterable
from dataclasses import replace

from devices.reading import Millis
from gateway.clock import Correction
from gateway.decisions import (
    AlertCleared,
    Decision,
    Explanation,
    IrrigationAsked,
    Record,
    Run,
)
from gateway.fleet import Device
from gateway.hamlet_time import HamletTime
from gateway.irrigation import look_texts
from gateway.irrigation.almanac import Almanac
from gateway.irrigation.blindness import Blindness
from gateway.irrigation.book import PlotBook
from gateway.irrigation.deeds import RETRY_MS, Deeds, requester_of, without_own
from gateway.irrigation.fieldbook import Fieldbook
from gateway.irrigation.ledger import SINK_IN_MS
from gateway.irrigation.proposals import SOURCE as ASK_SOURCE
from gateway.irrigation.proposals import Proposals
from gateway.irrigation.told import Told
from gateway.irrigation.unfinished import REST_MS, Unfinished
from gateway.irrigation.verdicts import Facts, Inputs, Verdict, judge
from gateway.irrigation.waterings import Waterings
from gateway.plot_records import (
    HOLD,
    NoGo,
    Override,
    PlotMemory,
    PlotSetting,
    ProposalAnswered,
    ProposalState,
    UnfinishedWatering,
)
from gateway.plots import Mode, Plot
from gateway.plots.modes import CATCH_UP_MS, Stale

SETTLE_MS = 12 * 60_000
"""After a start: probes report every ten minutes, and nothing is found silent before."""
OF_THE_PLOT = frozenset({Mode.SOIL, Mode.BALANCE})
"""Modes in which the plot itself says what it needs."""
OWN_NEED = frozenset(requester_of(mode) for mode in OF_THE_PLOT)


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
        self._unfinished = Unfinished()
        self._blindness = Blindness()
        self._deeds = Deeds(
            book,
            fields,
            waterings,
            here,
            self._almanac,
            self._told,
            self.proposals,
            self._unfinished,
        )
        self._was_trusted: bool | None = None
        self._settles_at: Millis = 0

    def restore(self, memory: PlotMemory, now: Millis, there_at: Millis | None) -> list[Decision]:
        """Take over what the journal remembers; the gateway was there until `there_at`. Questions
        and alerts end for which `plots.yaml` has no use any more."""
        self.proposals.restore(memory.proposals, memory.settings)
        self._told.restore(memory.looks, self._plots, there_at)
        self._unfinished.restore(memory.unfinished, self._plots)
        for id in self._plots:
            self._unfinished.keep_for(self._book.mode(id), id, now)
        self._was_trusted = self._waterings.clock_trusted
        self._blindness.begin(now)
        self._settles_at = now + SETTLE_MS
        for plot in self._plots.values():
            moment = self._told.moment(plot.id)
            if moment is not None and not self._is_held_up(plot, now):
                self._almanac.deal_with(plot.id, moment)
            self._begin(plot, self._settles_at, self._looked_until(plot, now), now)
        ended: list[Decision] = []
        for id in self.proposals.plots():
            ended += [] if self._asks(id) else self.proposals.withdraw(id, now)
        for id in self._plots:
            ended += [] if self._book.mode(id).automatic else self._blindness.forget(id, now)
        return ended

    def next_look(self, plot: str) -> Millis | None:
        """When it is next decided whether to water; None for a plot that is only watered on
        request."""
        return self._deeds.next_look(self._plots[plot])

    def is_sinking(self, plot: Plot, now: Millis) -> bool:
        """Whether water has not reached the probes yet."""
        return self._deeds.is_sinking(plot, now)

    def facts(self, plot: Plot, now: Millis) -> Facts:
        """What a look at the plot would find."""
        forecast_mm = self._waterings.climate.forecasts.rain_mm(now)
        filling = self._unfinished.is_filling(plot.id)
        return self._fields.facts(plot, now, forecast_mm, filling=filling)

    def needs_mm(self, plot: Plot, now: Millis) -> float | None:
        """What the plot itself wants, 0 for nothing; None where that is unknown, or for others to
        say."""
        mode = self._book.mode(plot.id)
        if mode not in OF_THE_PLOT or not self._waterings.clock_trusted:
            return None
        verdict = judge(mode, self.facts(plot, now))
        return None if verdict.stale else verdict.depth_mm

    def last_look(self, plot: str) -> Explanation | None:
        """What was decided last since the start."""
        return self._told.newest(plot)

    def rest_mm(self, plot: Plot, now: Millis) -> float | None:
        """What is to follow of a watering by schedule."""
        return self._unfinished.rest_mm(plot.id, now)

    def unsaved(self) -> list[UnfinishedWatering]:
        """What has changed of the waterings that go on later, since it was asked for last."""
        return self._unfinished.unsaved()

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
                self._begin(plot, now, self._looked_until(plot, now), now)
        for expired in self.proposals.expire(now):
            decisions += [expired, AlertCleared(ASK_SOURCE, expired.plot, now)]
            next_look = self._deeds.moment(self.proposals.next_ask(expired.plot, now), now)
            sentence = look_texts.not_watered(look_texts.SILENCE_OF_PERSON, next_look)
            inputs: Inputs = {"proposal": expired.id, "cause": "unanswered"}
            told = Explanation(expired.plot, now, "skip", sentence, inputs)
            decisions += self._told.worth(told, "unanswered")
            self._almanac.look_by(expired.plot, now + REST_MS, now)
        for id in self._almanac.due(now):
            decisions += self._look(self._plots[id], now)
        return decisions

    def on_probe(self, device: Device, now: Millis) -> list[Decision]:
        """A probe has spoken, and its plots that go by their probes listen at once."""
        decisions: list[Decision] = []
        for plot in self._fields.take_probe(device, now):
            if self._awaits_forecast(now):
                continue
            if self._book.mode(plot.id) is Mode.SOIL and self._waterings.clock_trusted:
                decisions += self._look(plot, now)
        return decisions

    def on_run(self, run: Run, now: Millis) -> list[Decision]:
        """A run has ended; what it gave is in the balance."""
        plot = self._plots.get(run.plot)
        if plot is not None and not run.requester.startswith("plan:"):
            self._unfinished.less(plot.id, plot.depth_of(run.litres), now)
        if self._unfinished.pause(run.plot, now):
            wait_ms = SINK_IN_MS if self._book.mode(run.plot) is Mode.SOIL else REST_MS
            self._almanac.look_by(run.plot, now + wait_ms, now)
        return self.proposals.watered(run, now)

    def on_stop(self, run: Run, by: str, now: Millis) -> list[Decision]:
        """A person ended a run: nothing of it is to follow. If it was the plot's own need, the
        plot rests until the next morning."""
        self._unfinished.end(run.plot, now)
        if run.requester not in OWN_NEED:
            return []
        return [self.proposals.stop(run, by, now)]

    def on_setting(self, setting: PlotSetting | NoGo | Override, now: Millis) -> list[Decision]:
        """People want the plot watered otherwise: it is looked at anew."""
        plot = self._plots.get(setting.plot)
        if plot is None:
            return []
        if not isinstance(setting, PlotSetting):
            if self._book.mode(plot.id) is not Mode.SCHEDULE:
                self._almanac.look_at(plot.id, now)
            return []
        self._unfinished.end(plot.id, now)
        self.proposals.begin_anew(plot.id)
        self._told.forget(plot.id)
        # What came before the plot went by its schedule is none of its times.
        pending = self._almanac.pending(plot.id, now)
        self._begin(plot, now, None if pending is None else pending - 1, now)
        cleared = self._blindness.forget(plot.id, now)
        if self._asks(plot.id):
            return cleared
        unanswered = self.proposals.open(plot.id)
        if unanswered is not None and self._book.mode(plot.id) is Mode.SCHEDULE:
            # Its time is over, and nobody is asked any more: it is watered as it would have been.
            rest_mm = plot.depth_of(unanswered.litres)
            self._unfinished.leave(plot.id, rest_mm, now)
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
            next_ask = self.proposals.next_ask(plot, now)
            self._almanac.look_by(plot, next_ask, now)
            why = look_texts.not_watered(look_texts.DECLINED, self._deeds.moment(next_ask, now))
            declined: Inputs = {"proposal": proposal.id, "cause": "declined"}
            no = Explanation(plot, now, "skip", why, declined)
            return [*decisions, *self._told.worth(no, "declined")]
        by = answered.by if answered.by.startswith("person:") else f"person:{answered.by}"
        asked = IrrigationAsked(plot, by, now, litres=proposal.litres)
        follows = list(self._waterings.ask(asked, now))
        if any(isinstance(one, Run) and one.plot == plot for one in follows):
            inputs: Inputs = {"proposal": proposal.id, "cause": "agreed"}
            told = Explanation(plot, now, "water", look_texts.agreed(proposal.sentence), inputs)
            follows = [*without_own(follows, plot), *self._told.worth(told, "agreed")]
        return [*decisions, *follows]

    def correct(self, correction: Correction, now: Millis) -> list[Record]:
        """The clock was wrong: every plot is looked at anew."""
        self._told.correct(correction)
        self._blindness.correct(correction)
        self._settles_at = correction.of(self._settles_at)
        self._unfinished.correct(correction)
        for plot in self._plots.values():
            self._begin(plot, now, self._looked_until(plot, now), now)
        return [*self.proposals.correct(correction)]

    def _asks(self, plot: str) -> bool:
        """Whether the plot has questions at all."""
        if plot not in self._plots:
            return False
        return self._book.mode(plot).automatic and self._book.asks_first(plot)

    def _awaits_forecast(self, now: Millis) -> bool:
        """After a start it comes later than what the devices say, and may keep water back."""
        return now < self._settles_at and self._waterings.climate.forecasts.awaited

    def _looked_until(self, plot: Plot, now: Millis) -> Millis | None:
        """Up to when the times of its schedule are dealt with. One that an interlock held up is
        not, and may still count, also after a start."""
        pending = self._almanac.pending(plot.id, now)
        if pending is None and self._is_held_up(plot, now):
            pending = self._told.moment(plot.id)
        return self._told.last_at(plot.id) if pending is None else pending - 1

    def _is_held_up(self, plot: Plot, now: Millis) -> bool:
        moment, by_clock = self._told.moment(plot.id), self._book.mode(plot.id) is Mode.SCHEDULE
        if moment is None or not by_clock or not self._told.kept_back(plot.id):
            return False
        return 0 <= now - moment <= CATCH_UP_MS

    def _begin(self, plot: Plot, first: Millis, last: Millis | None, now: Millis) -> None:
        """Plan the `first` look, or none; `last` was the one before it."""
        mode, trusted = self._book.mode(plot.id), self._waterings.clock_trusted
        if not mode.automatic:
            self._almanac.forget(plot.id)
            return
        first = max(first, self._settles_at) if self._awaits_forecast(now) else first
        hourly = mode is not Mode.SCHEDULE or not trusted
        self._almanac.enter(plot, hourly=hourly, first=first, last=last, now=now)
        rest_due = self._unfinished.rest_due(plot.id, now)
        if rest_due is not None:
            planned, due = self._almanac.next_look(plot.id), max(first, rest_due)
            self._almanac.look_at(plot.id, due if planned is None else min(planned, due))

    def _look(self, plot: Plot, now: Millis) -> list[Decision]:
        """One look at one plot."""
        mode = self._book.mode(plot.id)
        if not self._waterings.clock_trusted:
            self._almanac.forget(plot.id)
            sentence = look_texts.not_watered(look_texts.CLOCK, None)
            return self._deeds.tell(plot, HOLD, sentence, {"cause": "clock"}, now)
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
        return decisions + self._deeds.follow(plot, mode, facts, verdict, now)

    def _by_schedule(self, plot: Plot, facts: Facts, now: Millis) -> list[Decision]:
        """A look of a plot that goes by the clock: only its moments count."""
        moment = self._almanac.moment(plot.id, now)
        rest_mm = self._unfinished.rest_mm(plot.id, now)
        if moment is not None and moment.new:
            self._told.renew(plot.id, moment.at)
        if moment is not None and moment.missed:
            verdict = Verdict("missed", 0.0, look_texts.missed(self._deeds.moment(moment.at, now)))
        elif moment is not None:
            facts = replace(facts, month=self._here.local(moment.at).month)
            verdict = judge(Mode.SCHEDULE, facts)
        elif rest_mm is not None:
            verdict = Verdict("rest", rest_mm, look_texts.REST)
        else:
            self._almanac.settle(plot.id, now)
            return []
        return self._deeds.follow(plot, Mode.SCHEDULE, facts, verdict, now)
