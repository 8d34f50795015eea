"""What follows from a verdict on a plot: water, a question to a person, or an explanation.

Judges nothing, and leads no runs: it plans the look that follows, and asks `Waterings` for water.
"""

from collections.abc import Iterable

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import Decision, Explanation, IrrigationAsked, Run, RunState
from gateway.hamlet_time import HamletTime
from gateway.irrigation import look_texts
from gateway.irrigation.almanac import Almanac
from gateway.irrigation.book import PlotBook
from gateway.irrigation.fieldbook import Fieldbook
from gateway.irrigation.ledger import MIDNIGHT, SINK_IN_MS
from gateway.irrigation.proposals import Proposals
from gateway.irrigation.told import KEPT_BACK, Told
from gateway.irrigation.unfinished import Unfinished
from gateway.irrigation.verdicts import Facts, Inputs, Verdict, inputs_of
from gateway.irrigation.waterings import Waterings
from gateway.irrigation.windows import next_opening, open_until
from gateway.plots import Mode, Plot

RETRY_MS = 30 * 60_000
"""How soon it is looked again whether what keeps water back is gone."""
OF_THE_DAY = frozenset({"ceiling", "source"})
"""Interlocks that let nothing pass before midnight."""
CUT_SHARE = 0.95
"""A run that is granted less than this of what was asked is followed by another."""


class Deeds:
    """Of all plots."""

    def __init__(
        self,
        book: PlotBook,
        fields: Fieldbook,
        waterings: Waterings,
        here: HamletTime,
        almanac: Almanac,
        told: Told,
        proposals: Proposals,
        unfinished: Unfinished,
    ) -> None:
        self._book = book
        self._fields = fields
        self._waterings = waterings
        self._here = here
        self._almanac = almanac
        self._told = told
        self._proposals = proposals
        self._unfinished = unfinished

    def follow(
        self, plot: Plot, mode: Mode, facts: Facts, verdict: Verdict, now: Millis
    ) -> list[Decision]:
        """What follows from a verdict."""
        inputs = inputs_of(facts, mode, verdict)
        if verdict.depth_mm <= 0:
            self._unfinished.end(plot.id, now)
            self._almanac.settle(plot.id, now)
            withdrawn = self._proposals.withdraw(plot.id, now)
            sentence = look_texts.not_watered(verdict.reason, self._next(plot, now))
            return [*withdrawn, *self.tell(plot, "skip", sentence, inputs, now)]
        litres = plot.litres_of(verdict.depth_mm)
        inputs["litres"] = round(litres, 1)
        watered_at = self._fields.ledger.watered_at(plot.id)
        if mode is Mode.SOIL and watered_at is not None and self.is_sinking(plot, now):
            self._almanac.look_at(plot.id, watered_at + SINK_IN_MS)
            why = look_texts.sinking((now - watered_at) // 60_000)
            sentence = look_texts.kept_back(verdict.reason, why, self._next(plot, now))
            return self.tell(plot, "skip", sentence, inputs | {"cause": "sinking"}, now)
        asks_first = self._book.asks_first(plot.id)
        quiet_until = self._proposals.quiet_until(plot.id, now)
        if quiet_until > now and not asks_first and mode is not Mode.SCHEDULE:
            self._almanac.look_by(plot.id, quiet_until, now)
            sentence = look_texts.kept_back(
                verdict.reason, look_texts.STOPPED, self._next(plot, now)
            )
            return self.tell(plot, "skip", sentence, inputs | {"cause": "stopped"}, now)
        closed = open_until(plot, now, self._here) == now
        if closed and not asks_first and mode is not Mode.SCHEDULE:
            return self._wait(plot, verdict, inputs, now)
        asked = IrrigationAsked(plot.id, requester_of(mode), now, litres=litres)
        if asks_first:
            return self._ask(plot, verdict, asked, inputs, now)
        found = self._waterings.objections(plot.id, now, asked.requester, litres)
        if found:
            inputs["interlock"] = ",".join(one.interlock.name for one in found)
            return self._keep_back(plot, verdict, found[0].reason, inputs, now)
        return self._water(plot, verdict, asked, inputs, now)

    def tell(
        self, plot: Plot, action: str, sentence: Text, inputs: Inputs, now: Millis
    ) -> list[Decision]:
        """Say what was decided, if that is worth it."""
        next_look, cause = self.next_look(plot), str(inputs["cause"])
        told = Explanation(plot.id, now, action, sentence, {**inputs, "next_look": next_look})
        return [*self._told.worth(told, cause)]

    def next_look(self, plot: Plot) -> Millis | None:
        """When it is next decided whether to water; None for a plot that is only watered on
        request."""
        at = self._almanac.next_look(plot.id)
        if at is None or self._book.mode(plot.id) is Mode.SCHEDULE:
            return at
        if self._book.asks_first(plot.id):
            return self._proposals.next_ask(plot.id, at)
        at = self._proposals.quiet_until(plot.id, at)
        if open_until(plot, at, self._here) == at:  # nothing can come of a look before that
            return next_opening(plot, at, self._here)
        return at

    def is_sinking(self, plot: Plot, now: Millis) -> bool:
        """Whether water has not reached the probes yet."""
        return self._fields.ledger.is_sinking(plot.id, now)

    def moment(self, at: Millis, now: Millis) -> Text:
        """That time, as it is said."""
        return look_texts.moment(at, now, self._here)

    def _wait(self, plot: Plot, verdict: Verdict, inputs: Inputs, now: Millis) -> list[Decision]:
        """Its hours have not begun."""
        opens = next_opening(plot, now, self._here)
        if opens is None:
            return []
        self._almanac.look_by(plot.id, opens, now)
        sentence = look_texts.waits_for_window(
            plot, verdict.depth_mm, verdict.reason, self.moment(opens, now)
        )
        return self.tell(plot, "wait", sentence, inputs | {"cause": "window"}, now)

    def _ask(
        self, plot: Plot, verdict: Verdict, asked: IrrigationAsked, inputs: Inputs, now: Millis
    ) -> list[Decision]:
        """A person has the word, while people are awake."""
        when, litres = self._proposals.next_ask(plot.id, now), asked.litres or 0.0
        if when > now:
            self._almanac.look_by(plot.id, when, now)
            sentence = look_texts.waits_for_people(
                plot, verdict.depth_mm, verdict.reason, self.moment(when, now)
            )
            return self.tell(plot, "wait", sentence, inputs | {"cause": "night"}, now)
        person = self._waterings.objections(plot.id, now, "person:", litres)
        if person:
            inputs["interlock"] = ",".join(one.interlock.name for one in person)
            return self._keep_back(plot, verdict, person[0].reason, inputs, now)
        most = min(
            plot.rate_l_min * plot.minutes_per_run_max, *self._waterings.ceilings_l(plot.id, now)
        )
        granted = min(litres, most)  # what a yes can bring; the rest is asked for another day
        depth_mm = verdict.depth_mm * granted / litres if litres else 0.0
        sentence = look_texts.proposed(plot, depth_mm, granted, verdict.reason)
        pointless_at = (
            self._almanac.next_moment(plot, now) if inputs["mode"] == Mode.SCHEDULE.value else None
        )
        decisions = self._proposals.ask(plot.id, granted, sentence, now, pointless_at)
        if inputs["mode"] == Mode.SCHEDULE.value:  # from now on it is the person's
            self._unfinished.end(plot.id, now)
        self._almanac.settle(plot.id, now)
        if not decisions:
            return []
        return [*decisions, *self.tell(plot, "ask", sentence, inputs | {"cause": "ask"}, now)]

    def _keep_back(
        self, plot: Plot, verdict: Verdict, why: Text, inputs: Inputs, now: Millis
    ) -> list[Decision]:
        """It needs water, and an interlock says no."""
        first = str(inputs["interlock"]).partition(",")[0]
        tomorrow = self._here.next(MIDNIGHT, now) if first in OF_THE_DAY else None
        self._almanac.look_by(plot.id, tomorrow or now + RETRY_MS, now)
        sentence = look_texts.kept_back(verdict.reason, why, self._next(plot, now))
        return self.tell(plot, "skip", sentence, inputs | {"cause": f"{KEPT_BACK}{first}"}, now)

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
        if inputs["mode"] != Mode.SCHEDULE.value:
            if granted < CUT_SHARE:
                self._unfinished.fill(plot.id, now)
        elif granted < CUT_SHARE:
            self._unfinished.leave(plot.id, verdict.depth_mm * (1 - granted), now)
        else:
            self._unfinished.end(plot.id, now)
        waits = runs[-1].state is RunState.PLANNED
        depth, litres = verdict.depth_mm, runs[0].target_l
        sentence = look_texts.watered(
            plot, depth, depth * granted, litres, verdict.reason, waits=waits
        )
        less = without_own(decisions, plot.id)
        return [*less, *self.tell(plot, "water", sentence, inputs, now)]

    def _next(self, plot: Plot, now: Millis) -> Text | None:
        at = self.next_look(plot)
        return None if at is None else self.moment(at, now)


def requester_of(mode: Mode) -> str:
    """Who asks for the water that a plot gets by itself."""
    return f"plan:{mode.value}"


def without_own(decisions: Iterable[Decision], plot: str) -> list[Decision]:
    """Without what a run of the plot says of its beginning: it knows only who asked for it."""
    return [
        one
        for one in decisions
        if not (isinstance(one, Explanation) and one.plot == plot and one.action == "water")
    ]
