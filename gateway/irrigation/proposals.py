"""What is asked of people before a plot waters by itself: at most one question per plot.

A question waits until it would be pointless, is taken back when the need is gone, replaced when
the need has much changed, and reaches people by an alert that ends with it. Who is not asked first
does not come here.
"""

from collections.abc import Iterable
from dataclasses import replace

from devices.reading import Millis
from devices.text import Text
from gateway.clock import Correction
from gateway.decisions import AlertAsked, AlertCleared, Decision, Run, Severity
from gateway.hamlet_time import HamletTime
from gateway.irrigation import look_texts
from gateway.plot_records import PlotSetting, Proposal, ProposalAnswered, ProposalState
from gateway.plots.modes import ASKED_FROM, ASKED_UNTIL

SOURCE = "irrigation:ask"
MUCH = 0.25
"""A need that changed by more than this share is asked anew."""


class Proposals:
    """The questions of all plots."""

    def __init__(self, here: HamletTime) -> None:
        self._here = here
        self._open: dict[str, Proposal] = {}  # by plot
        self._quiet_until: dict[str, Millis] = {}

    def restore(self, proposals: Iterable[Proposal], settings: Iterable[PlotSetting]) -> None:
        """Take over those that wait, and those that were answered lately."""
        anew = {one.plot: one.at for one in settings}
        for one in proposals:
            if one.state is ProposalState.OPEN:
                self._open[one.plot] = one
            elif (one.answered_at or one.expires_at) < anew.get(one.plot, 0):
                continue
            elif one.state is ProposalState.DECLINED and one.answered_at is not None:
                self._quiet_until[one.plot] = self._next_morning(one.answered_at)
            elif one.state is ProposalState.EXPIRED:
                self._quiet_until[one.plot] = self._next_morning(one.expires_at)

    def plots(self) -> list[str]:
        """Those with a question that waits."""
        return list(self._open)

    def open(self, plot: str) -> Proposal | None:
        """The question that waits."""
        return self._open.get(plot)

    def next_ask(self, plot: str, now: Millis) -> Millis:
        """When people may be asked about the plot: `now`, or later."""
        quiet = self.quiet_until(plot, now)
        day = self._here.day(quiet)
        begin, end = self._here.on(day, ASKED_FROM), self._here.on(day, ASKED_UNTIL)
        if begin is None or end is None or begin <= quiet < end:
            return quiet
        return begin if quiet < begin else self._next_morning(quiet)

    def quiet_until(self, plot: str, now: Millis) -> Millis:
        """When the plot may want something again after a no: `now`, or later."""
        return max(self._quiet_until.get(plot, now), now)

    def ask(
        self, plot: str, litres: float, sentence: Text, now: Millis, pointless_at: Millis | None
    ) -> list[Decision]:
        """Ask, unless that was asked already; `pointless_at` is when another moment to water comes
        anyway."""
        asked = self._open.get(plot)
        if asked is not None and abs(litres - asked.litres) <= MUCH * asked.litres:
            return []
        evening = self._here.next(ASKED_UNTIL, now)
        ends = [at for at in (evening, pointless_at) if at is not None and at > now]
        decisions = self.withdraw(plot, now)
        self._open[plot] = proposal = Proposal(
            id=f"{plot}.{now}",
            plot=plot,
            at=now,
            expires_at=min(ends),
            litres=litres,
            sentence=sentence,
        )
        return [*decisions, proposal, AlertAsked(SOURCE, plot, Severity.INFO, sentence, now)]

    def answer(self, answered: ProposalAnswered, now: Millis) -> Proposal | None:
        """A person has answered. The proposal as it is now; None when it does not wait."""
        waiting = (one for one in self._open.values() if one.id == answered.proposal)
        asked = next(waiting, None)
        if asked is None or now >= asked.expires_at:
            return None
        del self._open[asked.plot]
        if not answered.approved:
            self._quiet_until[asked.plot] = self._next_morning(now)
        state = ProposalState.APPROVED if answered.approved else ProposalState.DECLINED
        return replace(asked, state=state, answered_at=now, by=answered.by)

    def stop(self, run: Run, by: str, now: Millis) -> Proposal:
        """A person ends what the plot began by itself. That is a no, though nobody had asked."""
        self._quiet_until[run.plot] = self._next_morning(now)
        return Proposal(
            id=run.id,
            plot=run.plot,
            at=run.created_at,
            expires_at=now,
            litres=run.target_l,
            sentence=look_texts.STOPPED,
            state=ProposalState.DECLINED,
            answered_at=now,
            by=by,
        )

    def begin_anew(self, plot: str) -> None:
        """People want it watered otherwise: what they said before does not count any more."""
        self._quiet_until.pop(plot, None)

    def withdraw(self, plot: str, now: Millis) -> list[Decision]:
        """The plot does not need it any more."""
        asked = self._open.pop(plot, None)
        if asked is None:
            return []
        ended = replace(asked, state=ProposalState.WITHDRAWN, answered_at=now)
        return [ended, AlertCleared(SOURCE, plot, now)]

    def watered(self, run: Run, now: Millis) -> list[Decision]:
        """Water came otherwise: a yes would bring it twice."""
        asked = self._open.get(run.plot)
        if asked is None or run.litres <= MUCH * asked.litres:
            return []
        return self.withdraw(run.plot, now)

    def expire(self, now: Millis) -> list[Proposal]:
        """Those that nobody answered in time."""
        due = [one for one in self._open.values() if now >= one.expires_at]
        for one in due:
            del self._open[one.plot]
            self._quiet_until[one.plot] = self._next_morning(now)
        return [replace(one, state=ProposalState.EXPIRED) for one in due]

    def next_deadline(self) -> Millis | None:
        """When the next one expires."""
        return min((one.expires_at for one in self._open.values()), default=None)

    def correct(self, correction: Correction) -> list[Proposal]:
        """The clock was wrong; returns what is to be saved anew."""
        of = correction.of
        self._quiet_until = {plot: of(at) for plot, at in self._quiet_until.items()}
        self._open = {
            plot: replace(one, at=of(one.at), expires_at=one.expires_at + of(one.at) - one.at)
            for plot, one in self._open.items()
        }
        return list(self._open.values())

    def _next_morning(self, after: Millis) -> Millis:
        at = self._here.next(ASKED_FROM, after)
        return after if at is None else at
