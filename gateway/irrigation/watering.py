"""One run while it lives: gathers what its devices say, takes its steps, asks for its commands.

Knows nothing of other runs. Holds in memory only what can be lost: after a crash the run is closed.
"""

from collections.abc import Mapping
from dataclasses import replace

from devices.command import Argument
from devices.metric import Value
from devices.reading import Millis
from devices.text import Text
from gateway.clock import Correction
from gateway.decisions import (
    AlertAsked,
    AlertCleared,
    CommandAsked,
    Decision,
    Explanation,
    Run,
    RunState,
    Severity,
)
from gateway.fleet import Fleet
from gateway.irrigation import causes, explain
from gateway.irrigation.metering import Meters, estimate
from gateway.irrigation.run import (
    CLOSE_AGAIN_MS,
    FINAL,
    FLOW_NONE_L_MIN,
    LEASE_S,
    ON,
    RENEW_MS,
    SAVE_MS,
    START_EXPIRES_MS,
    TAIL_MS,
    Seen,
    advance,
    shown_closed,
)
from gateway.irrigation.situation import silent_device
from gateway.plots import Plot

SOURCE = "irrigation"
"""The source of all alerts about watering."""


class Watering:
    """A run that is not at its end."""

    def __init__(self, run: Run, plot: Plot, fleet: Fleet, meters: Meters, now: Millis) -> None:
        self.run = run
        self.plot = plot
        self._fleet = fleet
        self._meters = meters
        self._seen = Seen(now, now)
        self._progress_at = now
        self._read_at = now if run.opened_at is None else self._counted_until(run.opened_at)
        self._saved = run
        self._saved_at = now
        self._act_at = now  # when leases are renewed, or the valves told again to close

    def step(self, now: Millis) -> list[Decision]:
        """Everything that is to be done by now."""
        decisions: list[Decision] = []
        self.run = estimate(self.run, self.plot, now - self._progress_at)
        self._progress_at = now
        if self.run.state in ON and silent_device(self.plot, self._fleet, now):
            self._seen.stop = causes.SILENT
        while True:
            self._seen.expected_l = self._expected_l(now)
            run = advance(self.run, self.plot, self._seen, now)
            if run is self.run:
                break
            decisions += self.move(run, now)
        decisions += self._act(now)
        if now - self._saved_at >= SAVE_MS:
            changed = self.run != self._saved
            saved = self._save(now)
            decisions += [saved] if changed else []
        return decisions

    def move(self, run: Run, now: Millis) -> list[Decision]:
        """Take a step that was decided: record, explanation, alert, first commands."""
        before, self.run = self.run, run
        self._seen = Seen(now, now)
        if run.state is RunState.VALVE:
            self.run = self._meters.begin(run, self.plot)
            self._read_at = now
        decisions: list[Decision] = [self._save(now)]
        if run.cause and before.state is RunState.PLANNED and run.state in FINAL:
            return [*decisions, self.explain("refuse", explain.refused(self.plot, run.cause), now)]
        if run.cause and run.cause != before.cause:
            decisions.append(self._alert(run.cause, now))
            if run.state is RunState.CLOSING:
                sentence = explain.stopping(self.plot, run.cause)
                decisions.append(self.explain("stop", sentence, now))
        if run.state in FINAL:
            action = "report" if run.cause else "finish"
            decisions.append(self.explain(action, explain.finished(self.plot, run), now))
            if run.cause is None and run.litres > 0:
                decisions.append(AlertCleared(SOURCE, self.plot.id, now))
        elif run.state is RunState.VALVE and self.plot.pump:
            decisions += self._open_valves(now)  # the pump's lease is still young
        else:
            self._act_at = now
        return decisions + self._act(now)

    def heard(self, device: str, values: Mapping[str, object], at: Millis) -> None:
        """What a valve or the pump reported at `at`, in its telemetry or in a command's result."""
        if at < self.run.step_at:
            return
        seen = self._seen
        if device == self.plot.pump:
            running = values.get("running")
            if isinstance(running, bool):
                seen.pump_runs = running
            return
        is_open, flow = values.get("open"), values.get("flow_l_min")
        if isinstance(is_open, bool):
            seen.valve_open[device] = is_open
        if isinstance(flow, int | float):
            seen.flow_l_min[device] = flow
            seen.metered_at = at
            if flow > FLOW_NONE_L_MIN:
                seen.flowed_at = at

    def metered(self, valve: str, litres: float, at: Millis, now: Millis, *, closed: bool) -> None:
        """The meter of a valve was read at `at`; `litres` were new."""
        self.run = self._meters.add(self.run, self.plot, litres)
        self._read_at = max(self._read_at, min(at, now))
        if litres > 0:
            self._seen.flowed_at = max(self._seen.flowed_at, at)
        if closed and at >= self.run.step_at:
            self._seen.counted.add(valve)

    def refused(self, error: str) -> None:
        """A device answered a START of the present state with no."""
        self._seen.stop = causes.refused_by_device(error)

    def correct(self, correction: Correction) -> Run:
        """The clock was wrong: leases, deadlines and litres go on as if nothing had happened.
        Returns the run, to be saved anew."""
        of, run, seen = correction.of, self.run, self._seen
        self.run = self._saved = replace(
            run,
            created_at=of(run.created_at),
            step_at=of(run.step_at),
            deadline=of(run.deadline),
            opened_at=correction.of_any(run.opened_at),
        )
        seen.flowed_at, seen.metered_at = of(seen.flowed_at), of(seen.metered_at)
        self._progress_at, self._read_at = of(self._progress_at), of(self._read_at)
        self._saved_at, self._act_at = of(self._saved_at), of(self._act_at)
        return self.run

    def explain(self, action: str, sentence: Text, now: Millis) -> Explanation:
        """A sentence about this run, with its figures."""
        run = self.run
        inputs: dict[str, Value | str | None] = {
            "run": run.id,
            "requester": run.requester,
            "target_l": run.target_l,
            "litres": run.litres,
        }
        return Explanation(self.plot.id, now, action, sentence, inputs)

    def next_deadline(self) -> Millis:
        """When `step` has something to do, if nothing is heard before."""
        run = self.run
        if run.state is RunState.PLANNED:
            return run.deadline
        at = min(run.deadline, self._act_at)
        if run.opened_at is not None:
            at = min(at, self._saved_at + SAVE_MS)
        if run.state is RunState.FLOWING:
            known_at = self._read_at if run.measured else self._progress_at
            missing_ms = (run.target_l - run.litres) / self._rate_l_min() * 60_000
            at = min(at, known_at + int(missing_ms) + 1)
        return at

    def ends_at(self) -> Millis:
        """When its water will probably have flowed."""
        missing_l = max(self.run.target_l - self.run.litres, 0.0)
        return self._progress_at + round(missing_l / self.plot.rate_l_min * 60_000)

    def _expected_l(self, now: Millis) -> float:
        if not self.run.measured:
            return self.run.litres
        silent_after_ms = max(
            (device.silent_after_ms for device in map(self._fleet.get, self.plot.valves) if device),
            default=0,
        )
        # A run whose valves fall silent is closed, and water flows no longer than its leases.
        unread_ms = min(max(now - self._read_at, 0), silent_after_ms + TAIL_MS)
        return self.run.litres + self._rate_l_min() * unread_ms / 60_000

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
        state = self.run.state
        if state in ON:
            self._act_at = now + RENEW_MS
            pump = [self._start(self.plot.pump, "start", now)] if self.plot.pump else []
            return pump if state is RunState.PUMP else pump + self._open_valves(now)
        if state is RunState.CLOSING:
            self._act_at = now + CLOSE_AGAIN_MS
            return [
                self._ask(valve, "close", {}, now, str(number))
                for number, valve in enumerate(self.plot.valves)
                if not shown_closed(self._seen, valve)
            ]
        return []

    def _open_valves(self, now: Millis) -> list[Decision]:
        return [
            self._start(valve, "open", now, str(number))
            for number, valve in enumerate(self.plot.valves)
        ]

    def _start(self, device: str, command: str, now: Millis, number: str = "") -> Decision:
        return self._ask(device, command, {"lease_s": LEASE_S}, now, number)

    def stop_pump(self, pump: str, now: Millis) -> Decision:
        """The command that ends the pump's part in this run."""
        return self._ask(pump, "stop", {}, now)

    def _ask(
        self,
        device: str,
        command: str,
        args: Mapping[str, Argument],
        now: Millis,
        number: str = "",
    ) -> Decision:
        second = (now - self.run.created_at) // 1000
        return CommandAsked(
            key=f"{self.run.id}.{command}{number}.{second}",
            device=device,
            command=command,
            args=args,
            requester=f"run:{self.run.id}",
            at=now,
            expires_at=now + START_EXPIRES_MS,
        )

    def _alert(self, cause: Text, now: Millis) -> Decision:
        grave = Severity.CRITICAL if cause in causes.CRITICAL else Severity.WARNING
        label = self.plot.label
        message = Text(f"{label.vi}: {cause.vi}", f"{label.en}: {cause.en}")
        return AlertAsked(SOURCE, self.plot.id, grave, message, now)

    def _save(self, now: Millis) -> Run:
        self._saved, self._saved_at = self.run, now
        return self.run
