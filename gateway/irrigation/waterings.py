"""All runs of the hamlet: grants or refuses each request, leads the runs, counts the litres.

A valve that is open without a run is given one that closes it, so that its litres are counted and
its end is verified.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from devices.metric import Value
from devices.reading import Millis, Reading
from devices.text import Text
from gateway.clock import Correction
from gateway.decisions import (
    AlertAsked,
    AlertCleared,
    Command,
    CommandAsked,
    CommandState,
    Decision,
    Explanation,
    IrrigationAsked,
    Run,
    RunState,
    Severity,
)
from gateway.fleet import Device, Fleet
from gateway.hamlet_time import HamletTime
from gateway.irrigation import causes, explain
from gateway.irrigation.book import PlotBook
from gateway.irrigation.climate import Climate
from gateway.irrigation.day_litres import DayLitres
from gateway.irrigation.interlocks import OVERRIDABLE, Objection, objection, objections
from gateway.irrigation.metering import UNSEEN_MAX_MS, Meters, asked_litres, estimate
from gateway.irrigation.run import FINAL, ON, START_EXPIRES_MS, TAIL_MS, WAIT_MS, close, end, enter
from gateway.irrigation.situation import Situation
from gateway.irrigation.supply import Supply
from gateway.irrigation.watering import SOURCE, Watering
from gateway.plots import Plot, PlotsFile, Source

STRAY_AGE_MAX_MS = 120_000
"""A reading older than this does not show that a valve is open now."""
PUMP_AGAIN_MS = 30_000
"""A pump that runs on without a run is told again to stop after this."""
WAITING_LOOK_MS = 30_000
"""How often a run that waits for its pump or for a silent device is looked at."""

NOTHING: Sequence[Decision] = ()
_NO = frozenset({CommandState.FAILED, CommandState.REFUSED})


class Waterings:
    """All plots of the hamlet. `here` says when a day's ceiling begins anew."""

    def __init__(self, water: PlotsFile, book: PlotBook, fleet: Fleet, here: HamletTime) -> None:
        self.climate = Climate()
        self._plots = {plot.id: plot for plot in water.plots}
        self._supply = Supply(water)
        self._book = book
        self._fleet = fleet
        self._here = here
        self._plot_of = {valve: plot for plot in self._plots.values() for valve in plot.valves}
        self._pumps = {plot.pump: plot for plot in self._plots.values() if plot.pump}
        self._live: dict[str, Watering] = {}  # by plot, in the order of their requests
        self._used = DayLitres(here)
        self._pumps_on: dict[str, Watering] = {}  # the last run that started the pump
        self._pump_quiet_until: dict[str, Millis] = {}
        self._pumps_alerted = set(self._pumps)
        self._meters = Meters()
        self._look_at: Millis = 0
        self.clock_trusted = True

    def restore(self, runs: Iterable[Run], now: Millis) -> Sequence[Decision]:
        """Take over the runs of the journal: those without end, and those that ended today.

        Runs that wait go on waiting. A run in progress is closed, verified and reported, because
        nobody knows what flowed; its meters, if it has some, tell in the end.
        """
        decisions: list[Decision] = []
        for valve in self._plot_of:
            device = self._fleet.get(valve)
            if device and "volume_total_l" in device.values:
                self._meters.take(valve, device.values["volume_total_l"])
        for run in sorted(runs, key=lambda run: run.created_at):
            plot = self._plots.get(run.plot)
            if run.state in FINAL:
                self._used.count(run)
            elif plot is None:
                decisions.append(end(replace(run, cause=causes.PLOT_GONE), now))
            else:
                decisions += self._resume(run, plot, now)
        for valve, plot in self._plot_of.items():
            device = self._fleet.get(valve)
            if device and device.values.get("open") is True:
                decisions += self._close_stray(plot, now)
        for pump in self._pumps:
            device = self._fleet.get(pump)
            if device and device.values.get("running") is True and pump not in self._pumps_on:
                decisions += self._stop_stray_pump(pump, now)
        return [*decisions, *self._work(now)]

    def runs(self) -> list[Run]:
        """The waterings that wait or go on."""
        return [watering.run for watering in self._live.values()]

    def ask(self, asked: IrrigationAsked, now: Millis) -> Sequence[Decision]:
        """Water a plot, now or as soon as its pump is free; or say why not."""
        plot = self._plots.get(asked.plot)
        if plot is None:
            sentence = explain.unknown_plot(asked.plot)
            inputs = {"requester": asked.requester}
            return [Explanation(asked.plot, now, "refuse", sentence, inputs)]
        litres = asked_litres(asked, plot)
        situation = self._situation(plot, now, asked.requester, litres or 0.0)
        found = objection(situation)
        if litres is None or found:
            reason = found.reason if found else causes.NO_AMOUNT
            return [_refuse(situation, asked.requester, litres, reason)]
        target = min(litres, plot.rate_l_min * plot.minutes_per_run_max, situation.left_today_l)
        run = Run(
            id=f"{plot.id}.{now}",
            plot=plot.id,
            requester=asked.requester,
            state=RunState.PLANNED,
            created_at=now,
            step_at=now,
            deadline=now + WAIT_MS,
            target_l=target,
        )
        watering = self._live[plot.id] = Watering(run, plot, self._fleet, self._meters, now)
        decisions = self._work(now)
        if watering.run is run:
            sentence = explain.waiting(plot, run)
            decisions = [run, watering.explain("water", sentence, now), *decisions]
        return decisions

    def objections(
        self, plot: str, now: Millis, requester: str = "", litres: float = 0.0
    ) -> list[Objection]:
        """What would keep water back if so much were asked for now; nothing when it may flow."""
        return list(objections(self._situation(self._plots[plot], now, requester, litres)))

    def free_at(self, plot: str, now: Millis) -> Millis:
        """When its pump and its source will probably have water for the plot: now, if they have."""
        wanted = self._plots[plot]
        running = [one for one in self._live.values() if one.run.state is not RunState.PLANNED]
        running.sort(key=lambda one: one.ends_at())
        at = now
        while running and not self._supply.fits(wanted, [one.plot for one in running]):
            at = max(now, running.pop(0).ends_at())
        return at

    def stop(self, plot: str, requester: str, now: Millis) -> Sequence[Decision]:
        """End the run of a plot early. Nothing when there is none, or it is closing already."""
        watering = self._live.get(plot)
        if watering is None or watering.run.state is RunState.CLOSING:
            return NOTHING
        # Whoever stops a run wants no more than has flowed: that is no failure.
        run = replace(watering.run, target_l=watering.run.litres)
        if run.state is RunState.PLANNED:
            decisions = watering.move(end(run, now), now)
        else:
            decisions = watering.move(close(run, now, watering.plot, None), now)
            sentence = explain.stopping(watering.plot, explain.asked_by(requester))
            decisions.append(watering.explain("stop", sentence, now))
        return [*decisions, *self._work(now)]

    def on_reading(self, device: Device, reading: Reading, now: Millis) -> Sequence[Decision]:
        """After `device.apply(reading)`; for readings newer than the device's last one."""
        plot = self._plot_of.get(reading.device)
        if plot is not None:
            return self._on_valve(plot, reading, now)
        if reading.device in self._pumps:
            return self._on_pump(reading, now)
        if reading.kind == "weather":
            self.climate.take(device.id, reading.measured_at, reading.values)
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
        """Leases, deadlines, litres by time, runs that wait."""
        return self._work(now) if self._live or self._pumps_on else NOTHING

    def next_deadline(self) -> Millis | None:
        """When `on_tick` has something to do; None while nothing is watered."""
        deadlines = [watering.next_deadline() for watering in self._live.values()]
        if any(watering.run.state is RunState.PLANNED for watering in self._live.values()):
            deadlines.append(self._look_at)
        return min(deadlines, default=None)

    def correct(self, correction: Correction) -> list[Run]:
        """The clock was wrong; returns what is to be saved anew."""
        of = correction.of
        self._used.correct(correction)
        self._pump_quiet_until = {pump: of(at) for pump, at in self._pump_quiet_until.items()}
        self._look_at = of(self._look_at)
        self.climate.correct(correction)
        return [watering.correct(correction) for watering in self._live.values()]

    def _resume(self, run: Run, plot: Plot, now: Millis) -> list[Decision]:
        if run.opened_at is not None:
            elapsed_ms = now - run.opened_at
            unseen_ms = elapsed_ms if elapsed_ms >= 0 else UNSEEN_MAX_MS
            run = self._meters.catch_up(estimate(run, plot, unseen_ms), plot)
        watering = self._live[plot.id] = Watering(run, plot, self._fleet, self._meters, now)
        if run.state is RunState.PLANNED:
            watering.run = replace(run, deadline=min(run.deadline, now + WAIT_MS))
            return []
        if plot.pump:
            self._pumps_on[plot.pump] = watering
        # One that was closing already had got what it wanted, or has its own cause.
        cause = run.cause if run.state is RunState.CLOSING else causes.RESTARTED
        return watering.move(close(run, now, plot, cause), now)

    def _on_valve(self, plot: Plot, reading: Reading, now: Millis) -> Sequence[Decision]:
        values = reading.values
        decisions: list[Decision] = []
        if values.get("open") is True and now - reading.measured_at <= STRAY_AGE_MAX_MS:
            decisions = self._close_stray(plot, now)
        litres = 0.0
        if "volume_total_l" in values:
            litres = self._meters.take(reading.device, values["volume_total_l"])
        watering = self._live.get(plot.id)
        if watering is None:
            return NOTHING
        if "volume_total_l" in values:
            closed = values.get("open") is False
            watering.metered(reading.device, litres, reading.measured_at, now, closed=closed)
        watering.heard(reading.device, values, reading.measured_at)
        return [*decisions, *self._work(now)]

    def _on_pump(self, reading: Reading, now: Millis) -> Sequence[Decision]:
        pump, running = reading.device, reading.values.get("running")
        users = [one for one in self._live.values() if one.plot.pump == pump]
        for watering in users:
            watering.heard(pump, reading.values, reading.measured_at)
        decisions: list[Decision] = []
        if running is False and pump in self._pumps_alerted:
            self._pumps_alerted.discard(pump)
            decisions.append(AlertCleared(SOURCE, pump, now))
        recent = now - reading.measured_at <= STRAY_AGE_MAX_MS
        if running and recent and pump not in self._pumps_on:
            decisions += self._stop_stray_pump(pump, now)
        return [*decisions, *self._work(now)] if users else decisions

    def _close_stray(self, plot: Plot, now: Millis) -> list[Decision]:
        """Lead an open valve that has no run to its end."""
        watering = self._live.get(plot.id)
        if watering is None:
            run = Run(f"{plot.id}.{now}", plot.id, SOURCE, RunState.CLOSING, now, now, now, 0.0)
            watering = Watering(run, plot, self._fleet, self._meters, now)
        elif watering.run.state is not RunState.PLANNED:
            return []
        self._live[plot.id] = watering
        run = self._meters.begin(replace(watering.run, opened_at=now), plot)
        return watering.move(close(run, now, plot, causes.STRAY), now)

    def _stop_stray_pump(self, pump: str, now: Millis) -> list[Decision]:
        if now < self._pump_quiet_until.get(pump, 0):
            return []
        self._pump_quiet_until[pump] = now + PUMP_AGAIN_MS
        self._pumps_alerted.add(pump)
        key = f"{self._pumps[pump].id}.pump.{now}"
        expires_at = now + START_EXPIRES_MS
        return [
            CommandAsked(key, pump, "stop", {}, SOURCE, now, expires_at),
            AlertAsked(SOURCE, pump, Severity.CRITICAL, causes.PUMP_STRAY, now),
        ]

    def _work(self, now: Millis) -> list[Decision]:
        """Everything that is to be done by now, for all runs."""
        decisions: list[Decision] = []
        for watering in list(self._live.values()):
            if watering.run.state is not RunState.PLANNED:
                decisions += watering.step(now)
            self._forget_ended(watering)
        for watering in list(self._live.values()):
            if watering.run.state is RunState.PLANNED:
                decisions += self._start_waiting(watering, now)
                self._forget_ended(watering)
        self._look_at = now + WAITING_LOOK_MS
        return decisions + self._release_pumps(now)

    def _start_waiting(self, watering: Watering, now: Millis) -> list[Decision]:
        plot, run = watering.plot, watering.run
        if now >= run.deadline:
            return watering.move(end(replace(run, cause=causes.WAITED), now), now)
        situation = self._situation(plot, now, run.requester, run.target_l, waiting=True)
        found = objection(situation)
        if found and not found.interlock.may_pass:
            return watering.move(end(replace(run, cause=found.reason), now), now)
        if found or not self._supply.fits(plot, self._running()):
            return []
        run = replace(run, target_l=min(run.target_l, situation.left_today_l))
        first = RunState.PUMP if plot.pump else RunState.VALVE
        if plot.pump:
            self._pumps_on[plot.pump] = watering
        decisions = watering.move(enter(run, first, now, plot), now)
        sentence = explain.watering(plot, run)
        return [*decisions, watering.explain("water", sentence, now)]

    def _running(self) -> list[Plot]:
        live = self._live.values()
        return [one.plot for one in live if one.run.state is not RunState.PLANNED]

    def _release_pumps(self, now: Millis) -> list[Decision]:
        """Stop the pumps that nobody needs; one that the next run waits for runs on meanwhile."""
        decisions: list[Decision] = []
        for pump, last in list(self._pumps_on.items()):
            users = [one.run for one in self._live.values() if one.plot.pump == pump]
            states = {run.state for run in users}
            well = all(run.cause is None for run in users)
            handed_on = states == {RunState.CLOSING, RunState.PLANNED} and well
            if not states & ON and not handed_on:
                del self._pumps_on[pump]
                self._pump_quiet_until[pump] = now + TAIL_MS
                decisions.append(last.stop_pump(pump, now))
        return decisions

    def _forget_ended(self, watering: Watering) -> None:
        if watering.run.state in FINAL:
            del self._live[watering.plot.id]
            self._used.count(watering.run)

    def _situation(
        self, plot: Plot, now: Millis, requester: str, litres: float, *, waiting: bool = False
    ) -> Situation:
        source = self._supply.source(plot)
        allowed = (name for name in OVERRIDABLE if self._book.override(plot.id, name, now))
        return Situation(
            plot=plot,
            now=now,
            here=self._here,
            fleet=self._fleet,
            requester=requester,
            litres=litres,
            mode=self._book.mode(plot.id),
            dry_days=tuple(self._book.dry_days(plot.id)),
            weather=self.climate.at(now),
            used_today_l=self._used.today_l(plot.id, now),
            source=source,
            source_used_l=self._taken_l(source, plot, now) if source else 0.0,
            watering=not waiting and plot.id in self._live,
            never=self._supply.never(plot),
            clock_trusted=self.clock_trusted,
            overridden=frozenset(allowed),
        )

    def _taken_l(self, source: Source, but: Plot, now: Millis) -> float:
        """What flowed from the source today, and what the runs on it will still take."""
        taken = 0.0
        for plot in self._supply.sharing(source):
            taken += self._used.today_l(plot.id, now)
            live = self._live.get(plot.id)
            if live and plot is not but and live.run.state is not RunState.PLANNED:
                taken += max(live.run.target_l, live.run.litres)
        return taken


def _refuse(
    situation: Situation, requester: str, litres: float | None, reason: Text
) -> Explanation:
    plot = situation.plot
    inputs: dict[str, Value | str | None] = {
        "requester": requester,
        "asked_l": litres,
        "used_today_l": situation.used_today_l,
        "litres_per_day_max": plot.litres_per_day_max,
        **situation.weather._asdict(),
    }
    return Explanation(plot.id, situation.now, "refuse", explain.refused(plot, reason), inputs)
