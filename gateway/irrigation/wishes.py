"""What each plot will want within a day, by what is known now: of its schedule, its probes and its
balance, if the weather goes on as usual. Decides nothing; see `gardener` and `planning`.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import Run
from gateway.hamlet_time import HamletTime
from gateway.irrigation import look_texts
from gateway.irrigation.book import PlotBook
from gateway.irrigation.deeds import requester_of
from gateway.irrigation.fieldbook import Fieldbook
from gateway.irrigation.gardener import Gardener
from gateway.irrigation.planning import DayPlan, Wish
from gateway.irrigation.root_zone import kc
from gateway.irrigation.run import WAITING
from gateway.irrigation.supply import Supply
from gateway.irrigation.verdicts import Facts, Verdict, by_schedule, judge, on_the_day_due
from gateway.irrigation.waterings import Waterings
from gateway.plots import Mode, Plot, PlotsFile
from gateway.plots.modes import Stale
from gateway.watering_plan import Certainty, NotWatered, Plan

HOUR_MS = 3_600_000
AHEAD_H = 24
OF_WORKS = frozenset({"off", "devices", "supply", "spraying", "plucking", "dry-days"})
"""Interlocks that can be foretold."""

ON_REQUEST = Text("chỉ tưới khi có người yêu cầu", "it is watered on request only")
SWITCHED_OFF = Text("đã tắt tưới", "watering is switched off")
CLOCK = Text("máy ở nhà văn hóa chưa biết giờ", "the gateway does not know the time")
UNDER_WAY = Text("đang tưới", "the water flows")
FOR_PUMP = Text("đang chờ máy bơm", "it waits for its pump")
NO_MOMENT = Text("lịch không tưới trong 24 giờ tới", "the schedule has no time within 24 hours")
IN_DOUBT = Text("tạm theo lịch", "by the schedule for the time being")


class Wishes:
    """Of all plots."""

    def __init__(
        self,
        water: PlotsFile,
        book: PlotBook,
        fields: Fieldbook,
        gardener: Gardener,
        waterings: Waterings,
        here: HamletTime,
    ) -> None:
        self._plots = water.plots
        self._supply = Supply(water)
        self._book = book
        self._fields = fields
        self._gardener = gardener
        self._waterings = waterings
        self._here = here

    def plan(self, now: Millis) -> Plan:
        """What the plots will get within a day, and which get nothing."""
        until = now + AHEAD_H * HOUR_MS
        thirst = self._thirst(now)
        live = {run.plot: run for run in self._waterings.runs()}
        wishes: list[Wish] = []
        without: list[NotWatered] = []
        for plot in self._plots:
            run = live.get(plot.id)
            if run is not None:
                wishes.append(_going_on(plot, run, now))
                continue
            for one in self._of_plot(plot, thirst, now, until):
                if isinstance(one, Wish):
                    wishes.append(one)
                else:
                    without.append(one)
        arranged = DayPlan(self._supply, self._here, now, until, self._left_l(now))
        planned, no_room = arranged.arrange(wishes)
        served = {one.plot for one in planned}
        none = [one for one in (*without, *no_room) if one.plot not in served]
        return Plan(now, until, tuple(planned), tuple(none))

    def _of_plot(
        self, plot: Plot, thirst: Sequence[float], now: Millis, until: Millis
    ) -> Iterator[Wish | NotWatered]:
        mode = self._book.mode(plot.id)
        if not mode.automatic:
            yield NotWatered(plot.id, SWITCHED_OFF if mode is Mode.OFF else ON_REQUEST)
            return
        if not self._waterings.clock_trusted:
            yield NotWatered(plot.id, CLOCK)
            return
        facts = self._gardener.facts(plot, now)
        if mode is Mode.SCHEDULE:
            yield from self._by_schedule(plot, facts, (), now, until)
            return
        verdict = judge(mode, facts)
        if verdict.stale and plot.when_stale is Stale.SCHEDULE:
            yield from self._by_schedule(plot, facts, (verdict.reason, IN_DOUBT), now, until)
        elif verdict.depth_mm > 0:
            yield self._wish(plot, mode, verdict, self._looked_at(plot, mode, now), (), now)
        else:
            yield self._later(plot, mode, facts, verdict, thirst, now)

    def _looked_at(self, plot: Plot, mode: Mode, now: Millis) -> Millis:
        """When something comes of its need: with the word of a probe, or the next look."""
        look = self._gardener.next_look(plot.id)
        waits = mode is Mode.BALANCE or self._gardener.is_sinking(plot, now)
        return max(look, now) if waits and look is not None else now

    def _later(
        self,
        plot: Plot,
        mode: Mode,
        facts: Facts,
        verdict: Verdict,
        thirst: Sequence[float],
        now: Millis,
    ) -> Wish | NotWatered:
        """A plot that needs nothing now may do so within the day."""
        due = None if verdict.stale else on_the_day_due(mode, facts)
        if due is None:
            return NotWatered(plot.id, verdict.reason)
        needed = due.after_mm / kc(plot.crop, self._here.day(now))
        hours = bisect_left(thirst, needed)
        if hours >= len(thirst):
            return NotWatered(plot.id, verdict.reason)
        expected = Verdict("expected", due.depth_mm, verdict.reason)
        return self._wish(plot, mode, expected, now + hours * HOUR_MS, (), now)

    def _by_schedule(
        self,
        plot: Plot,
        facts: Facts,
        conflicts: tuple[Text, ...],
        now: Millis,
        until: Millis,
    ) -> Iterator[Wish | NotWatered]:
        schedule, at = plot.schedule, now
        assert schedule is not None  # noqa: S101 - the book names no such mode without one
        verdict = None
        rest_mm, look = self._gardener.rest_mm(plot, now), self._gardener.next_look(plot.id)
        if rest_mm is not None and look is not None:
            verdict = Verdict("rest", rest_mm, look_texts.REST)
            yield self._wish(plot, Mode.SCHEDULE, verdict, max(look, now), conflicts, now)
        while (moment := schedule.times.next(at, self._here)) is not None and moment < until:
            at, verdict = moment, by_schedule(facts)
            if verdict.depth_mm > 0:
                yield self._wish(plot, Mode.SCHEDULE, verdict, moment, conflicts, now)
            else:
                yield NotWatered(plot.id, verdict.reason)
        if verdict is None:
            yield NotWatered(plot.id, NO_MOMENT)

    def _wish(
        self,
        plot: Plot,
        mode: Mode,
        verdict: Verdict,
        ready_at: Millis,
        conflicts: tuple[Text, ...],
        now: Millis,
    ) -> Wish | NotWatered:
        """A need, unless works or missing devices forbid it."""
        asks = self._book.asks_first(plot.id)
        if asks:
            ready_at = max(ready_at, self._gardener.proposals.next_ask(plot.id, ready_at))
        elif mode is not Mode.SCHEDULE:
            ready_at = self._gardener.proposals.quiet_until(plot.id, ready_at)
        litres = plot.litres_of(verdict.depth_mm)
        requester = requester_of(mode)
        for one in self._waterings.objections(plot.id, ready_at, requester, litres):
            if one.interlock.name in OF_WORKS:
                return NotWatered(plot.id, one.reason)
            if ready_at == now and one.interlock.name != "window":
                conflicts = (*conflicts, one.reason)
        certainty = Certainty.ASKS if asks else Certainty.EXPECTED
        return Wish(
            plot,
            ready_at,
            litres,
            certainty,
            verdict.reason,
            conflicts,
            keeps_hours=not asks,
        )

    def _thirst(self, now: Millis) -> Sequence[float]:
        """ET0 from now until each of the coming full hours, in mm, on usual days."""
        ledger = self._fields.ledger
        usual = self._fields.weather.usual_et0(self._here.day(now))
        past, total, before = 0.0, [0.0], ledger.demand_share(now)
        for hour in range(1, AHEAD_H + 1):
            share = ledger.demand_share(now + hour * HOUR_MS)
            if share < before:  # a new day
                past, before = past + 1.0 - before, 0.0
            past, before = past + share - before, share
            total.append(past * usual)
        return total

    def _left_l(self, now: Millis) -> Callable[[Plot, Millis], tuple[float, float]]:
        today = self._here.day(now)

        def left(plot: Plot, at: Millis) -> tuple[float, float]:
            if self._here.day(at) == today:
                return self._waterings.ceilings_l(plot.id, now)
            source = self._supply.source(plot)
            most = source.litres_per_day_max if source is not None else None
            return plot.litres_per_day_max, most if most is not None else float("inf")

        return left


def _going_on(plot: Plot, run: Run, now: Millis) -> Wish:
    """What is being watered, or waits for its pump: the rest of it."""
    waits = run.state in WAITING
    rest = max(run.target_l - run.litres, plot.rate_l_min)
    return Wish(
        plot,
        now,
        rest,
        Certainty.CERTAIN,
        FOR_PUMP if waits else UNDER_WAY,
        keeps_hours=False,
        running=not waits,
    )
