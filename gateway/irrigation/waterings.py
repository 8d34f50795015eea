"""All runs of the hamlet: grants or refuses each request, leads the runs, counts the litres.

A valve that is open without a run is given one that closes it, so that its litres are counted and
its end is verified.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from devices.reading import Millis, Reading
from gateway.clock import Correction
from gateway.decisions import (
    AlertCleared,
    Command,
    CommandState,
    Decision,
    IrrigationAsked,
    Run,
    RunState,
)
from gateway.fleet import Device, Fleet
from gateway.hamlet_time import HamletTime
from gateway.irrigation import causes, explain
from gateway.irrigation.book import PlotBook
from gateway.irrigation.climate import Climate
from gateway.irrigation.day_litres import turn_day
from gateway.irrigation.doubt import Doubt
from gateway.irrigation.interlocks import Objection, objection, objections
from gateway.irrigation.judge import Judge
from gateway.irrigation.metering import Meters, asked_litres, by_time
from gateway.irrigation.notices import OUTSIDE
from gateway.irrigation.pump_house import PumpHouse
from gateway.irrigation.resuming import given_up, unseen, until_cut
from gateway.irrigation.run import (
    FINAL,
    ON,
    SHUT,
    WAIT_MS,
    WAITING,
    WET,
    close,
    due_at,
    end,
    enter,
    not_begun,
    planned,
    rest_on,
    unasked,
)
from gateway.irrigation.run_names import RunNames
from gateway.irrigation.strays import Stray, StrayValves, says
from gateway.irrigation.watering import Watering
from gateway.irrigation.windows import open_until
from gateway.plot_records import WeatherHour
from gateway.plots import Plot, PlotsFile

WAITING_LOOK_MS = 30_000
"""How often a run that waits for its pump or for a silent device is looked at."""

NOTHING: Sequence[Decision] = ()
_NO = frozenset({CommandState.FAILED, CommandState.REFUSED})


class Waterings:
    """All plots of the hamlet. `here` says when a day's ceiling begins anew."""

    def __init__(self, water: PlotsFile, book: PlotBook, fleet: Fleet, here: HamletTime) -> None:
        self._plots = {plot.id: plot for plot in water.plots}
        self._fleet = fleet
        self._here = here
        self._plot_of = {valve: plot for plot in self._plots.values() for valve in plot.valves}
        self._live: dict[str, Watering] = {}  # by plot, in the order of their requests
        self._judge = Judge(water, book, fleet, here, self._live)
        self._supply = self._judge.supply
        self._pumps = PumpHouse(water.plots, self._live)
        self._stray_valves = StrayValves(water.plots)
        self._meters = Meters()
        self._names = RunNames()
        self._look_at = self._worked_at = 0

    @property
    def climate(self) -> Climate:
        """The weather now, and what is foretold of it."""
        return self._judge.climate

    @property
    def clock_trusted(self) -> bool:
        """Whether `now` is the time."""
        return self._judge.clock_trusted

    @clock_trusted.setter
    def clock_trusted(self, trusted: bool) -> None:
        self._judge.clock_trusted = trusted

    def restore(
        self, runs: Iterable[Run], now: Millis, hours: Iterable[WeatherHour] = ()
    ) -> Sequence[Decision]:
        """Take over the runs of the journal: those without end, and those that ended today; and the
        rain of the last `hours`.

        Runs that wait go on waiting. A run in progress is closed and verified first, because
        nobody knows what flowed; its meters, if it has some, tell in the end.
        """
        self._judge.climate.restore(hours, self._fleet)
        self._meters.restore(self._plots.values(), self._fleet)
        decisions: list[Decision] = []
        runs = sorted(runs, key=lambda run: run.created_at)
        for run in runs:
            self._names.take(run)
            plot = self._plots.get(run.plot)
            if run.state in FINAL:
                self._judge.ended(run)
            elif plot is None:
                gone = end(replace(run, cause=causes.PLOT_GONE), now)
                self._judge.ended(gone)
                decisions.append(gone)
            else:
                decisions += self._take_up(run, plot, now)
        shut_at = {run.plot: run.step_at for run in runs if run.state in SHUT}
        for valve, plot in self._plot_of.items():
            if says(self._fleet.get(valve), "open", True, since=shut_at.get(plot.id, 0)):
                decisions += self._end_stray(plot, Stray(causes.STRAY, 0.0), now)
        decisions += self._pumps.stop_strays(self._fleet, shut_at, now)
        return [*decisions, *self._work(now)]

    def runs(self) -> list[Run]:
        """The waterings that wait or go on."""
        return [watering.run for watering in self._live.values()]

    def ask(self, asked: IrrigationAsked, now: Millis) -> Sequence[Decision]:
        """Water a plot, now or as soon as its pump is free; or say why not."""
        plot = self._plots.get(asked.plot)
        if plot is None:
            return [explain.unknown_plot(asked, now)]
        litres = asked_litres(asked, plot)
        situation = self._judge.situation(plot, asked.requester, litres or 0.0, now)
        found = objection(situation)
        if litres is None or found:
            reason = found.reason if found else causes.NO_AMOUNT
            return [explain.refusal(situation, litres, reason)]
        target = min(litres, plot.rate_l_min * plot.minutes_per_run_max, situation.left_today_l)
        name = asked.run or self._names.give(plot.id, now)
        run = planned(name, asked, target, self._supply.source_id(plot), now)
        watering = self._live[plot.id] = self._watering(run, plot, now)
        decisions = self._work(now)
        if watering.run is run:
            sentence = explain.waiting(plot, run)
            decisions = [run, watering.explain("water", sentence, now), *decisions]
        return decisions

    def objections(
        self, plot: str, now: Millis, requester: str = "", litres: float = 0.0
    ) -> list[Objection]:
        """What would keep water back if so much were asked for now; nothing when it may flow."""
        return list(objections(self._judge.situation(self._plots[plot], requester, litres, now)))

    def free_at(self, plot: str, now: Millis) -> Millis:
        """When its pump and its source will probably have water for the plot: now, if they have."""
        running = [one for one in self._live.values() if one.run.state not in WAITING]
        busy = [(one.ends_at(), one.plot) for one in running]
        return self._supply.free_at(self._plots[plot], busy, now)

    def ceilings_l(self, plot: str, now: Millis) -> tuple[float, float]:
        """Litres that the ceilings of the plot and of its source leave for this local day."""
        situation = self._judge.situation(self._plots[plot], "", 0.0, now)
        return situation.left_of_plot_l, situation.left_of_source_l

    def stop(self, plot: str, requester: str, now: Millis) -> Sequence[Decision]:
        """End the run of a plot early. Nothing when there is none, or it is closing already."""
        watering = self._live.get(plot)
        if watering is None:
            return NOTHING
        # Whoever stops a run has got what he wants: that is no failure.
        run = replace(watering.run, curtailed=explain.asked_by(requester))
        if run.state is RunState.CLOSING:
            if run.goes_on_at is None:
                return NOTHING
            decisions = watering.move(replace(run, goes_on_at=None), now)
        elif run.state in WAITING:
            decisions = watering.move(end(run, now), now)
        else:
            decisions = watering.move(close(run, now, watering.plot, None), now)
        return [*decisions, *self._work(now)]

    def on_reading(self, device: Device, reading: Reading, now: Millis) -> Sequence[Decision]:
        """After `device.apply(reading)`; for readings newer than the device's last one."""
        plot = self._plot_of.get(reading.device)
        if plot is not None:
            return self._on_valve(plot, reading, now)
        if reading.device in self._pumps:
            return [*self._pumps.on_reading(reading, now), *self.on_tick(now)]
        if reading.kind == "weather":
            self.climate.take(device.id, reading.measured_at, reading.values)
            return self.on_tick(now)
        return NOTHING

    def on_command(self, command: Command, now: Millis) -> Sequence[Decision]:
        """A command has come to its end; only those of runs matter here."""
        run_id = command.requester.removeprefix("run:")
        watering = self._live.get(run_id.rpartition(".")[0])
        if watering is None or watering.run.id != run_id:
            return NOTHING
        if command.created_at < watering.run.step_at:
            return NOTHING
        if command.state is CommandState.DONE:
            watering.heard(command.device, command.read_back, now)
        elif command.state in _NO and command.command in ("start", "open"):
            watering.refused(command.error or "")
        return self._work(now)

    def on_tick(self, now: Millis) -> Sequence[Decision]:
        """Leases, deadlines, litres by time, runs that wait; and whether what people set or the
        weather objects to what goes on."""
        return self._work(now) if self._live or self._pumps.any_on else NOTHING

    def turn_day(self, now: Millis) -> list[tuple[Run, float]]:
        """See `day_litres.turn_day`."""
        return turn_day(self._live.values(), self._here, now)

    def next_deadline(self) -> Millis | None:
        """When `on_tick` has something to do; None while nothing is watered."""
        deadlines = [watering.next_deadline() for watering in self._live.values()]
        for watering in self._live.values():
            if watering.run.state in WAITING:
                at = due_at(watering.run)
                deadlines.append(at if at > self._worked_at else self._look_at)
        return min(deadlines, default=None)

    def correct(self, correction: Correction) -> list[Run]:
        """The clock was wrong; returns what is to be saved anew."""
        of = correction.of
        self._pumps.correct(correction)
        self._look_at, self._worked_at = of(self._look_at), of(self._worked_at)
        self._judge.correct(correction)
        return [watering.correct(correction) for watering in self._live.values()]

    def _watering(self, run: Run, plot: Plot, now: Millis, doubt: Doubt | None = None) -> Watering:
        pump = self._supply.pump(plot)
        return Watering(run, plot, pump, self._fleet, self._meters, now, doubt)

    def _take_up(self, run: Run, plot: Plot, now: Millis) -> list[Decision]:
        """Go on with a run of before the start, or end it."""
        doubt = Doubt(run)
        if run.opened_at is not None and run.state in WET:
            unseen_ms, unsaved_ms = unseen(run, run.opened_at, plot, self._fleet, now)
            doubt = Doubt(run, may_l=by_time(plot, unsaved_ms))
            run = self._meters.estimate(run, plot, unseen_ms)
            run = self._meters.catch_up(run, plot, unseen_ms, now)
        watering = self._live[plot.id] = self._watering(run, plot, now, doubt)
        source = self._supply.source_id(plot)
        if run.state is RunState.PLANNED:
            deadline = min(run.deadline, now + WAIT_MS)
            watering.run = replace(run, deadline=deadline, source=source)
            return []
        if plot.pump and run.state is not RunState.RESTING:
            self._pumps.use(plot.pump, watering)
        if run.state is RunState.CLOSING and run.goes_on_at is None:
            # It had got what it wanted, or has its own cause.
            return watering.move(close(run, now, plot, run.cause), now)
        moved = run.source not in (None, source)
        why = given_up(run, plot, self._fleet, now, moved=moved, clock_trusted=self.clock_trusted)
        if why is not None and run.state is RunState.RESTING:
            return watering.move(end(replace(run, cause=why), now), now)
        if why is not None:
            return watering.move(close(until_cut(run, plot, self._fleet, now), now, plot, why), now)
        run = replace(until_cut(run, plot, self._fleet, now), resumed=run.resumed + 1)
        if run.state is RunState.RESTING:
            watering.run = rest_on(run, plot, now)
            return [watering.run]
        at = max(now, run.goes_on_at or now)
        decisions = watering.move(close(run, now, plot, None, goes_on_at=at), now)
        return [*decisions, watering.explain("stop", explain.resuming(plot, run), now)]

    def _on_valve(self, plot: Plot, reading: Reading, now: Millis) -> Sequence[Decision]:
        values, valve = reading.values, reading.device
        total = values.get("volume_total_l")
        litres = 0.0 if total is None else self._meters.take(valve, total)
        watering = self._live.get(plot.id)
        decisions: list[Decision] = []
        if watering is not None and watering.run.state in WET:
            self._stray_valves.forget(valve)
            if total is not None:
                closed = values.get("open") is False
                at = reading.measured_at
                decisions += watering.metered(valve, litres, at, now, closed=closed)
        elif watering is None or reading.measured_at >= watering.run.step_at:
            stray = self._stray_valves.on_reading(reading, litres, now)
            if stray is not None:
                decisions = self._end_stray(plot, stray, now)
            elif all(says(self._fleet.get(one), "open", False) for one in plot.valves):
                decisions = self._stray_valves.shut(plot, now)
        watering = self._live.get(plot.id)
        if watering is None:
            return decisions
        watering.heard(valve, values, reading.measured_at)
        return [*decisions, *self._work(now)]

    def _end_stray(self, plot: Plot, stray: Stray, now: Millis) -> list[Decision]:
        """Lead water that no run wants to its end, so that it is counted and verified."""
        watering = self._live.get(plot.id)
        if watering is None:
            name = self._names.give(plot.id, now)
            run = unasked(name, plot, self._supply.source_id(plot), now)
            watering = self._live[plot.id] = self._watering(run, plot, now)
        elif watering.run.state not in WAITING and stray.cause == causes.STRAY:
            return []  # the pump starts, and the valve is a little early
        return watering.astray(stray.cause, stray.litres, now)

    def _work(self, now: Millis) -> list[Decision]:
        """Everything that is to be done by now, for all runs."""
        decisions: list[Decision] = []
        self._worked_at = now
        for watering in list(self._live.values()):
            if watering.run.state not in WAITING:
                decisions += self._step(watering, now)
            decisions += self._forget_ended(watering, now)
        ahead: list[Plot] = []
        for watering in self._waiting(now):
            decisions += self._start_waiting(watering, ahead, now)
            decisions += self._forget_ended(watering, now)
        self._look_at = now + WAITING_LOOK_MS
        return decisions + self._pumps.release(now)

    def _waiting(self, now: Millis) -> list[Watering]:
        """Those that wait for water: the most important first, then who has waited longest."""
        live = self._live.values()
        waiting = [one for one in live if one.run.state in WAITING and due_at(one.run) <= now]
        waiting.sort(key=lambda one: (-one.plot.priority, one.run.created_at))
        return waiting

    def _step(self, watering: Watering, now: Millis) -> list[Decision]:
        if watering.run.state not in ON:
            return watering.step(now, None)
        run, plot = watering.run, watering.plot
        situation = self._judge.situation(plot, run.requester, run.target_l, now, of=run)
        found = objection(situation, during=True)
        most_l = run.yesterday_l + situation.left_today_l
        return watering.step(now, None if found is None else found.reason, most_l)

    def _start_waiting(self, watering: Watering, ahead: list[Plot], now: Millis) -> list[Decision]:
        """Begin or go on, end, or wait: then it is added to those whom nobody overtakes on the
        way to the same water."""
        plot, run = watering.plot, watering.run
        if now >= run.deadline:
            return watering.move(not_begun(run, causes.WAITED, now), now)
        situation = self._judge.situation(plot, run.requester, run.target_l, now, of=run)
        found = objection(situation)
        if found and not found.interlock.may_pass:
            return watering.move(end(replace(run, curtailed=found.reason), now), now)
        if found:
            return []
        running = [one.plot for one in self._live.values() if one.run.state not in WAITING]
        overtakes = any(self._supply.shares(plot, one) for one in ahead)
        if overtakes or not self._supply.fits(plot, running):
            ahead.append(plot)
            return []
        began = run.state is RunState.PLANNED
        most_l = run.yesterday_l + situation.left_today_l
        run = replace(run, target_l=min(run.target_l, most_l), goes_on_at=None)
        first = RunState.PUMP if plot.pump else RunState.VALVE
        if plot.pump:
            self._pumps.use(plot.pump, watering)
        if not situation.by_person and "window" not in situation.overridden:
            watering.closes_at = open_until(plot, now, self._here)
        decisions = watering.move(enter(run, first, now, plot), now)
        if began:
            sentence = explain.watering(plot, run, situation)
            decisions.append(watering.explain("water", sentence, now))
        return decisions

    def _forget_ended(self, watering: Watering, now: Millis) -> list[Decision]:
        run = watering.run
        if run.state not in FINAL or self._live.get(run.plot) is not watering:
            return []
        del self._live[run.plot]
        self._judge.ended(run)
        self._stray_valves.ended(run)
        if run.cause is not None or run.curtailed is not None or not run.litres:
            return []
        return [AlertCleared(OUTSIDE, one.id, now) for one in self._judge.held_tight(watering.plot)]
