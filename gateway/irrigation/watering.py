"""One run while it lives: gathers what its devices say, takes its steps, asks for its commands.

Knows nothing of other runs. Holds in memory only what can be lost: after a crash the run is closed.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

from devices.reading import Millis
from devices.text import Text
from gateway.clock import Correction
from gateway.decisions import (
    Decision,
    Explanation,
    Run,
    RunState,
)
from gateway.fleet import Fleet
from gateway.irrigation import causes, explain, notices, orders
from gateway.irrigation.doubt import Doubt
from gateway.irrigation.flow_watch import FlowWatch
from gateway.irrigation.metering import UNSEEN_MAX_MS, Meters, by_time, leapt
from gateway.irrigation.run import (
    CLOSE_AGAIN_MS,
    CLOSE_OFTEN_MS,
    CLOSE_SELDOM_MS,
    FINAL,
    FLOW_NONE_L_MIN,
    ON,
    RENEW_MS,
    SAVE_MS,
    TAIL_MS,
    WAITING,
    Seen,
    advance,
    close,
    shown_closed,
    turn_ends_at,
)
from gateway.irrigation.situation import silent_device
from gateway.plots import Plot, Pump


class Watering:
    """A run that is not at its end. `closes_at` is when the window ends in which it may go on: a
    time of the day, which a corrected clock does not move."""

    def __init__(
        self,
        run: Run,
        plot: Plot,
        pump: Pump | None,
        fleet: Fleet,
        meters: Meters,
        now: Millis,
        doubt: Doubt | None = None,
    ) -> None:
        self.run = run
        self.plot = plot
        self.closes_at: Millis | None = None
        self._pump = pump
        self._fleet = fleet
        self._meters = meters
        self._doubt = doubt or Doubt(run)
        self._most_l = math.inf
        self._shut = False
        self._seen = self._look_anew(now)
        self._watch = FlowWatch(plot, now)
        self._blocked = False
        self._progress_at = now
        self._entered_at = now
        self._read_at = now if run.opened_at is None else self._counted_until(run.opened_at)
        self._saved = run
        self._saved_at = now
        self._act_at = now  # when leases are renewed, or the valves told again to close

    @property
    def may_l(self) -> float:
        """What has flowed at most."""
        return self.run.litres + self._doubt.unseen_l(self.run)

    def step(self, now: Millis, objection: Text | None, most_l: float = math.inf) -> list[Decision]:
        """Everything that is to be done by now; an objection ends a run in progress, and so does
        that `most_l` may have flowed, which is what the ceilings leave for all of it."""
        decisions: list[Decision] = []
        self._most_l = most_l
        self._progress(now)
        if self.run.state is RunState.FLOWING:
            decisions += self._watch_flow(now)
        if self.run.state in ON:
            self._seen.fault = self._seen.fault or self._lost_sight(now)
        while True:
            self._seen.expected_l = self._expected_l(now)
            full = self.may_l >= most_l and self._seen.expected_l < self.run.target_l
            self._seen.objection = objection or (causes.FULL_BY_TIME if full else None)
            run = advance(self.run, self.plot, self._seen, now)
            if run is self.run:
                break
            decisions += self.move(run, now)
        decisions += self._act(now)
        if now - self._saved_at >= SAVE_MS:
            before, saved = self._saved, self._save(now)
            decisions += [saved] if saved != before else []
        self._shut = all(shown_closed(self._seen, valve) for valve in self.plot.valves)
        return decisions

    def move(self, run: Run, now: Millis) -> list[Decision]:
        """Take a step that was decided: record, explanation, alert, first commands."""
        before, self.run = self.run, run
        decisions: list[Decision] = []
        if before.state is RunState.FLOWING:
            decisions += self._count_missed(now, at_end=True)
            if run.cause == causes.NO_FLOW and self._seen.pump_works:
                decisions += self._go_by_time(self.plot.valves[0], before.step_at, now)
        if run.state is RunState.VALVE:
            self.run = self._meters.open(self.run, self.plot)
            self._read_at = now
        if run.state is RunState.FLOWING:
            self._watch = FlowWatch(self.plot, now)
        if run.state is not before.state:
            self._entered_at = now
        self._seen = self._look_anew(now)
        decisions.append(self._save(now))
        if before.state is RunState.PLANNED and run.state in FINAL and run.cause is not None:
            sentence = explain.refused(self.plot, run.cause)
            return [*decisions, self.explain("refuse", sentence, now)]
        decisions += notices.of_step(before, self.run, self.plot, now, blocked=self._blocked)
        if run.state is RunState.VALVE and self.plot.pump:
            decisions += orders.open_valves(
                self.run, self.plot, now
            )  # the pump's lease is still young
        elif run.state is not before.state:
            self._act_at = now
        return decisions + self._act(now)

    def heard(self, device: str, values: Mapping[str, object], at: Millis) -> None:
        """What a valve or the pump reported at `at`, in its telemetry or in a command's result."""
        if at < self.run.step_at:
            return
        seen = self._seen
        if device == self.plot.pump:
            self._hear_pump(values, at)
            return
        is_open, flow = values.get("open"), values.get("flow_l_min")
        if isinstance(is_open, bool):
            seen.valve_open[device] = is_open
            seen.open_at = at if is_open else seen.open_at
        if isinstance(flow, int | float):
            self._watch.flows(device, flow, at)
            seen.flow_l_min[device] = flow
            seen.metered_at = at
            if flow > FLOW_NONE_L_MIN:
                seen.flowed_at = at

    def metered(
        self, valve: str, litres: float, at: Millis, now: Millis, *, closed: bool
    ) -> list[Decision]:
        """The meter of a valve was read at `at`; `litres` were new."""
        decisions: list[Decision] = []
        if leapt(self.plot, litres, at - self._read_at):
            decisions += self._go_by_time(valve, self._read_at, now)
            litres = 0.0
        counts = valve in self._meters.of(self.run, self.plot)
        most_l = by_time(self.plot, max(at - self._read_at, 0))
        fresh = self._meters.fresh(self.plot, litres, most_l, counts=counts)
        self.run = replace(self.run, litres=self.run.litres + fresh)
        self._read_at = max(self._read_at, min(at, now))
        if litres > 0:
            self._watch.grew(valve, at)
            self._seen.flowed_at = max(self._seen.flowed_at, at)
        if closed and at >= self.run.step_at:
            self._seen.counted.add(valve)
        return decisions

    def refused(self, error: str) -> None:
        """A device answered a START of the present state with no."""
        self._seen.fault = causes.refused_by_device(error)

    def astray(self, cause: Text, litres: float, now: Millis) -> list[Decision]:
        """Water flows though the run has asked for none: close, count, verify. `litres` have
        flowed so far."""
        opened_at = now if self.run.opened_at is None else self.run.opened_at
        run = replace(self.run, opened_at=opened_at)
        run = self._meters.begin(run, self.plot)
        return self.move(
            close(replace(run, litres=run.litres + litres), now, self.plot, cause), now
        )

    def turn_day(self, now: Millis) -> Run:
        """It is midnight. Returns the run, to be saved."""
        self.run = replace(self.run, yesterday_l=self.run.litres)
        return self._save(now)

    def correct(self, correction: Correction) -> Run:
        """The clock was wrong: leases, deadlines and litres go on as if nothing had happened.
        Returns the run, to be saved anew."""
        of, run, seen = correction.of, self.run, self._seen
        moved = run.opened_at is None or of(run.opened_at) != run.opened_at
        self.run = self._saved = replace(
            run,
            created_at=of(run.created_at),
            step_at=of(run.step_at),
            deadline=of(run.deadline),
            opened_at=correction.of_any(run.opened_at),
            goes_on_at=correction.of_any(run.goes_on_at),
            yesterday_l=run.yesterday_l if moved else 0.0,  # else nobody knows: it may be today's
        )
        seen.flowed_at, seen.metered_at = of(seen.flowed_at), of(seen.metered_at)
        seen.open_at, seen.pump_at = of(seen.open_at), of(seen.pump_at)
        seen.dry_since = correction.of_any(seen.dry_since)
        self._watch.correct(correction)
        self._progress_at, self._read_at = of(self._progress_at), of(self._read_at)
        self._entered_at = of(self._entered_at)
        self._saved_at, self._act_at = of(self._saved_at), of(self._act_at)
        return self.run

    def explain(self, action: str, sentence: Text, now: Millis) -> Explanation:
        """A sentence about this run, with its figures."""
        return notices.explanation(self.run, self.plot, action, sentence, now)

    def next_deadline(self) -> Millis:
        """When `step` has something to do, if nothing is heard before."""
        run = self.run
        if run.state in WAITING:
            return run.deadline
        at = min(run.deadline, self._act_at)
        closes_at = self.closes_at
        if run.state in ON and closes_at is not None and closes_at > self._progress_at:
            at = min(at, closes_at)
        if run.opened_at is not None:
            at = min(at, self._saved_at + SAVE_MS)
        turn_ends = turn_ends_at(run, self.plot)
        if turn_ends is not None and turn_ends > self._progress_at:
            at = min(at, turn_ends)
        if run.state in ON and run.opened_at is not None and self._most_l < math.inf:
            left_ms = max(self._most_l - self.may_l, 0.0) / self.plot.rate_l_min * 60_000
            at = min(at, self._progress_at + int(left_ms) + 1)
        if run.state is RunState.FLOWING:
            known_at = self._read_at if run.measured else self._progress_at
            missing_ms = (run.target_l - run.litres) / self._rate_l_min() * 60_000
            at = min(at, known_at + int(missing_ms) + 1)
        return at

    def ends_at(self) -> Millis:
        """When its water will probably have flowed."""
        missing_l = max(self.run.target_l - self.run.litres, 0.0)
        begins_at = max(self._progress_at, self.run.goes_on_at or 0)
        return begins_at + round(missing_l / self.plot.rate_l_min * 60_000)

    def _progress(self, now: Millis) -> None:
        """Time has passed."""
        elapsed_ms, self._progress_at = now - self._progress_at, now
        self.run = self._meters.estimate(self.run, self.plot, elapsed_ms)
        if not self._shut:
            self._doubt.flowed(self.run, self.plot, min(elapsed_ms, UNSEEN_MAX_MS), now)

    def _look_anew(self, now: Millis) -> Seen:
        return Seen(now, now, meters=self._meters.of(self.run, self.plot))

    def _hear_pump(self, values: Mapping[str, object], at: Millis) -> None:
        seen, pump = self._seen, self._pump
        running = values.get("running")
        if isinstance(running, bool):
            seen.pump_runs = running
        works = None if pump is None else pump_works(pump, values)
        if works is None:
            return
        seen.pump_works, seen.pump_at = works, at
        if works:
            seen.dry_since = None
        elif seen.dry_since is None:
            seen.dry_since = at

    def _lost_sight(self, now: Millis) -> Text | None:
        """A device may be heard, and yet say nothing of what flows now."""
        if silent_device(self.plot, self._fleet, now):
            return causes.SILENT
        if self.run.state is RunState.PUMP or not self._meters.of(self.run, self.plot):
            return None
        return causes.UNREAD if now - self._read_at > self._silent_after_ms() else None

    def _watch_flow(self, now: Millis) -> list[Decision]:
        decisions = self._count_missed(now, at_end=False)
        weak, self._blocked = self._watch.weak, self._watch.weak
        if weak:
            decisions.append(notices.blocked(self.plot, now))
        return decisions

    def _count_missed(self, now: Millis, *, at_end: bool) -> list[Decision]:
        """Let time count what a meter shows as flow but does not count."""
        meters = self._meters.of(self.run, self.plot)
        decisions: list[Decision] = []
        for valve, since in self._watch.uncounted(meters, at_end=at_end).items():
            decisions += self._go_by_time(valve, since, now)
        return decisions

    def _go_by_time(self, valve: str, since: Millis, now: Millis) -> list[Decision]:
        self._watch.grew(valve, now)
        share = self._rate_l_min() / self.plot.rate_l_min / len(self.plot.valves)
        missed_l = by_time(self.plot, max(now - since, 0)) * share
        self._meters.timed(self.plot, missed_l)
        self.run = replace(self.run, litres=self.run.litres + missed_l, measured=False)
        return [notices.meter_still(valve, now)]

    def _expected_l(self, now: Millis) -> float:
        meters = self._meters.of(self.run, self.plot)
        if not meters:
            return self.run.litres
        # A run whose meters are not read is closed, and water flows no longer than its leases.
        unread_ms = min(max(now - self._read_at, 0), self._silent_after_ms() + TAIL_MS)
        share = len(meters) / len(self.plot.valves)
        return self.run.litres + self._rate_l_min() * share * unread_ms / 60_000

    def _silent_after_ms(self) -> Millis:
        devices = map(self._fleet.get, self.plot.valves)
        return max((device.silent_after_ms for device in devices if device), default=0)

    def _counted_until(self, opened_at: Millis) -> Millis:
        """When the meters of a restored run were last read."""
        devices = [self._fleet.get(valve) for valve in self.plot.valves]
        read = [device and device.measured_at_of("volume_total_l") for device in devices]
        return max(opened_at, min(at or 0 for at in read))

    def _rate_l_min(self) -> float:
        """Until the meter says more, water flows as fast as it may."""
        if not self.run.measured:
            return self.plot.rate_l_min
        return max(self.plot.rate_l_min, sum(self._seen.flow_l_min.values()))

    def _act(self, now: Millis) -> list[Decision]:
        if now < self._act_at:
            return []
        run, plot = self.run, self.plot
        if run.state in ON:
            self._act_at = now + RENEW_MS
            pump = [orders.start_pump(run, plot.pump, now)] if plot.pump else []
            opening = run.state is not RunState.PUMP
            return [*pump, *(orders.open_valves(run, plot, now) if opening else ())]
        if run.state is RunState.CLOSING:
            late = now - self._entered_at > CLOSE_OFTEN_MS
            self._act_at = now + (CLOSE_SELDOM_MS if late else CLOSE_AGAIN_MS)
            shut = [valve for valve in plot.valves if shown_closed(self._seen, valve)]
            return [*orders.close_valves(run, plot, shut, now)]
        return []

    def _save(self, now: Millis) -> Run:
        run = self._meters.note(self.run, self.plot)
        unseen_l = self._doubt.at_end(run) if run.state in FINAL else self._doubt.unseen_l(run)
        self.run = replace(run, unseen_l=unseen_l)
        self._saved, self._saved_at = self.run, now
        return self.run


def pump_works(pump: Pump, values: Mapping[str, object]) -> bool | None:
    """Whether what the pump says of its power and pressure shows that it moves water; None where
    `plots.yaml` does not say how that looks, or the pump says nothing."""
    found: bool | None = None
    limits = (("power_w", pump.power_min_w), ("pressure_kpa", pump.pressure_min_kpa))
    for name, least in limits:
        value = values.get(name)
        if least is not None and isinstance(value, int | float):
            found = found is not False and value >= least
    return found
