"""One watering as a state machine: planned → pump → valve → flowing → closing → done or failed.

`advance` is the transition function over the frozen `Run`: it takes what the devices said since
the present state began, and returns the run one step further or the same one. Knows nothing of
commands, other runs, or why the plot is watered. Whatever goes wrong leads to CLOSING: a run ends
only when its valves said that they are closed, or when their leases have run out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import Run, RunState
from gateway.irrigation import causes
from gateway.plots import Plot

LEASE_S = 90
"""Seconds for which a valve or pump stays on by itself: a dead gateway floods nothing."""
START_EXPIRES_MS = 30_000
"""A START that the device gets later than this is void."""
TAIL_MS = START_EXPIRES_MS + LEASE_S * 1000
"""The longest that water can flow after the last START was asked for."""
RENEW_MS = LEASE_S * 1000 // 2
"""One renewal may get lost."""
CLOSE_AGAIN_MS = 30_000
"""A close that was not confirmed is asked for again."""
ANSWER_MS = 120_000
"""How long a pump or valve may take to say that it is on."""
CLOSING_MS = 180_000
"""How long closing may take: the lease (TAIL_MS) and one more report of the valve."""
COUNT_MS = 60_000
"""How long closing waits for the last word of the meters before what they miss is estimated."""
WAIT_MS = 3_600_000
"""How long a run waits for its pump. What was right to water an hour ago is to be asked anew."""
NO_FLOW_MS = 120_000
"""An open valve without water for this long: dry source, blocked filter or broken pump."""
SAVE_MS = 10_000
"""How often the litres of a run are saved. What a crash loses of them is estimated."""
FLOW_NONE_L_MIN = 0.5
"""Less than this is the meter's noise."""
FLOW_HIGH = 1.5
"""A flow above this share of the plot's rate is a burst pipe."""
LIMIT_SLACK = 0.05
"""A run that ends at its time limit this close to its target did what was asked."""

ON = frozenset({RunState.PUMP, RunState.VALVE, RunState.FLOWING})
"""The states in which leases are renewed."""
FINAL = frozenset({RunState.DONE, RunState.FAILED})


@dataclass(slots=True)
class Seen:
    """What the devices of the run said since its present state began; what is absent is unknown.

    `flowed_at` is when water was last seen, at first the beginning of the state; `metered_at` when
    a meter last said anything; `counted` are the valves whose counter was read when they were
    closed. `expected_l` is what may have flowed by now, including what no meter has yet reported.
    `stop` is a reason to end the run that the devices' values do not show.
    """

    flowed_at: Millis
    metered_at: Millis
    pump_runs: bool | None = None
    valve_open: dict[str, bool] = field(default_factory=dict)
    flow_l_min: dict[str, float] = field(default_factory=dict)
    counted: set[str] = field(default_factory=set)
    expected_l: float = 0.0
    stop: Text | None = None


def enter(run: Run, state: RunState, now: Millis, plot: Plot) -> Run:
    """The run in a new state. Water may flow as soon as a valve is asked to open."""
    if state is RunState.VALVE:
        run = replace(run, opened_at=now)
    lasts = {
        RunState.PUMP: ANSWER_MS,
        RunState.VALVE: ANSWER_MS,
        RunState.FLOWING: round(plot.minutes_per_run_max * 60_000),
        RunState.CLOSING: CLOSING_MS,
    }[state]
    return replace(run, state=state, step_at=now, deadline=now + lasts)


def close(run: Run, now: Millis, plot: Plot, cause: Text | None) -> Run:
    """The run on its way to its end; with a cause it will have failed."""
    return replace(enter(run, RunState.CLOSING, now, plot), cause=cause)


def end(run: Run, now: Millis) -> Run:
    """The run at its end."""
    state = RunState.FAILED if run.cause else RunState.DONE
    return replace(run, state=state, step_at=now, deadline=now, ended_at=now)


def advance(run: Run, plot: Plot, seen: Seen, now: Millis) -> Run:
    """One step, if there is one to take. PLANNED is left by whoever knows the other runs."""
    step = _STEPS.get(run.state)
    if step is None:
        return run
    if run.state in ON and seen.stop is not None:
        return close(run, now, plot, seen.stop)
    return step(run, plot, seen, now)


def _pump(run: Run, plot: Plot, seen: Seen, now: Millis) -> Run:
    if seen.pump_runs:
        return enter(run, RunState.VALVE, now, plot)
    return close(run, now, plot, causes.PUMP_NOT_STARTED) if now >= run.deadline else run


def _valve(run: Run, plot: Plot, seen: Seen, now: Millis) -> Run:
    if seen.pump_runs is False:
        return close(run, now, plot, causes.PUMP_STOPPED)
    if all(seen.valve_open.get(valve) for valve in plot.valves):
        return enter(run, RunState.FLOWING, now, plot)
    return close(run, now, plot, causes.VALVE_NOT_OPENED) if now >= run.deadline else run


def _flowing(run: Run, plot: Plot, seen: Seen, now: Millis) -> Run:
    if seen.expected_l >= run.target_l:
        return close(run, now, plot, None)
    cause = None
    if seen.pump_runs is False:
        cause = causes.PUMP_STOPPED
    elif False in seen.valve_open.values():
        cause = causes.VALVE_CLOSED
    elif sum(seen.flow_l_min.values()) > plot.rate_l_min * FLOW_HIGH:
        cause = causes.TOO_MUCH_FLOW
    elif _dry(plot, seen.flow_l_min) and seen.metered_at - seen.flowed_at >= NO_FLOW_MS:
        cause = causes.NO_FLOW
    elif now >= run.deadline:
        enough = seen.expected_l >= run.target_l * (1 - LIMIT_SLACK)
        return close(run, now, plot, None if enough else causes.LIMIT)
    return close(run, now, plot, cause) if cause else run


def _closing(run: Run, plot: Plot, seen: Seen, now: Millis) -> Run:
    if all(shown_closed(seen, valve) for valve in plot.valves):
        if not run.measured or seen.counted.issuperset(plot.valves):
            return end(run, now)
        if now >= run.step_at + COUNT_MS:
            return end(replace(run, litres=seen.expected_l, measured=False), now)
    if now < run.deadline:
        return run
    if any(seen.valve_open.values()) or max(seen.flow_l_min.values(), default=0) > FLOW_NONE_L_MIN:
        return close(run, now, plot, causes.NOT_CLOSING)
    # Nothing was heard, so the leases have ended it; what they let through is not known.
    run = replace(run, cause=causes.NOT_SHOWN_CLOSED, litres=seen.expected_l, measured=False)
    return end(run, now)


def shown_closed(seen: Seen, valve: str) -> bool:
    """Whether the valve said that it is closed, and no flow contradicts it."""
    flow = seen.flow_l_min.get(valve, 0.0)
    return seen.valve_open.get(valve) is False and flow <= FLOW_NONE_L_MIN


def _dry(plot: Plot, flow_l_min: Mapping[str, float]) -> bool:
    """Whether every valve's meter says that nothing flows; without meters nobody knows."""
    return len(flow_l_min) == len(plot.valves) and sum(flow_l_min.values()) <= FLOW_NONE_L_MIN


_Step = Callable[[Run, Plot, Seen, Millis], Run]
_STEPS: Mapping[RunState, _Step] = {
    RunState.PUMP: _pump,
    RunState.VALVE: _valve,
    RunState.FLOWING: _flowing,
    RunState.CLOSING: _closing,
}
