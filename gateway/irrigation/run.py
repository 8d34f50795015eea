"""One watering as a state machine: planned → pump → valve → flowing → closing → done or failed;
with turns, or after a power cut, closing → resting → pump.

`advance` is the transition function over the frozen `Run`: it takes what the devices said since
the present state began, and returns the run one step further or the same one. Knows nothing of
commands, other runs, or why the plot is watered. Whatever goes wrong leads to CLOSING: a run ends
or rests only when its valves said that they are closed, or when their leases have run out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import IrrigationAsked, Run, RunState
from gateway.irrigation import causes
from gateway.irrigation.interlocks import WORTHWHILE_MIN
from gateway.plots import Plot

UNASKED = "irrigation"
"""The requester of a run that waters for nobody: it leads water astray to its end."""
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
CLOSE_OFTEN_MS = 600_000
CLOSE_SELDOM_MS = 600_000
"""What did not help twenty times needs a person; it goes on seldom, for days if it must."""
SHUT_MS = 30_000
"""Water that still flows so long after the valve said that it is closed: it is not."""
ANSWER_MS = 120_000
"""How long a pump or valve may take to say that it is on."""
CLOSING_MS = 180_000
"""How long closing may take: the lease (TAIL_MS) and one more report of the valve."""
COUNT_MS = 60_000
"""How long closing waits for the last word of the meters before what they miss is estimated."""
WAIT_MS = 10 * 3_600_000
"""How long a run waits for its water: a night, in which half a dozen plots have their turn at one
pump. What keeps water back is asked again when it begins; what was right to water the evening
before is to be asked anew."""
NO_FLOW_MS = 120_000
"""An open valve without water for this long: dry source, blocked filter or broken pump."""
DRY_MS = 30_000
"""A pump that has nothing to pump for this long runs dry; at its start it may, for a moment."""
SAVE_MS = 10_000
"""How often the litres of a run are saved. What a crash loses of them is estimated."""
FLOW_NONE_L_MIN = 0.5
"""Less than this is the meter's noise."""
FLOW_HIGH = 1.5
"""A flow above this share of the plot's rate is a burst pipe."""
FLOW_HIGH_WITHOUT_PRESSURE = 1.2
"""So is one above this share while the pump does not reach its pressure."""
FLOW_LOW = 0.5
"""A flow below this share of the plot's rate is a blocked filter, or a weak pump."""
LIMIT_SLACK = 0.05
"""A run that ends at its time limit this close to its target did what was asked."""

ON = frozenset({RunState.PUMP, RunState.VALVE, RunState.FLOWING})
"""The states in which leases are renewed."""
WET = frozenset({RunState.VALVE, RunState.FLOWING, RunState.CLOSING})
"""The states in which water may flow."""
WAITING = frozenset({RunState.PLANNED, RunState.RESTING})
"""The states that are left when there is water, and nothing objects."""
FINAL = frozenset({RunState.DONE, RunState.FAILED})
SHUT = FINAL | {RunState.RESTING}
"""The states that are entered when the valves said that they are closed, perhaps in the result of a
command, which no reading repeats."""


@dataclass(slots=True)
class Seen:
    """What the devices of the run said since its present state began; what is absent is unknown.

    `flowed_at` is when water was last seen, at first the beginning of the state; `metered_at` when
    a meter last said anything; `open_at` when a valve last said that it is open. `pump_works` is
    whether the pump's last word, at `pump_at`, spoke of water, if `plots.yaml` says how that looks;
    from `dry_since` on none did. `meters` are the valves whose meter counts for the run, `counted`
    those whose counter was read when they were closed. `expected_l` is what may have flowed by now,
    including what no meter has yet reported. `fault` and `objection` are reasons to end the run
    that the devices' values do not show; only the first is a failure.
    """

    flowed_at: Millis
    metered_at: Millis
    open_at: Millis = 0
    pump_runs: bool | None = None
    pump_works: bool | None = None
    pump_at: Millis = 0
    dry_since: Millis | None = None
    valve_open: dict[str, bool] = field(default_factory=dict)
    flow_l_min: dict[str, float] = field(default_factory=dict)
    meters: frozenset[str] = frozenset()
    counted: set[str] = field(default_factory=set)
    expected_l: float = 0.0
    fault: Text | None = None
    objection: Text | None = None

    @property
    def flow_sum_l_min(self) -> float:
        """Of all valves together, as far as it is known."""
        return sum(self.flow_l_min.values())


def planned(
    name: str, asked: IrrigationAsked, target_l: float, source: str | None, now: Millis
) -> Run:
    """One that somebody asked for and that waits for its water."""
    return Run(
        id=name,
        plot=asked.plot,
        requester=asked.requester,
        state=RunState.PLANNED,
        created_at=now,
        step_at=now,
        deadline=now + WAIT_MS,
        target_l=target_l,
        source=source,
    )


def unasked(name: str, plot: Plot, source: str | None, now: Millis) -> Run:
    """One that closes what is open for nobody."""
    return Run(
        id=name,
        plot=plot.id,
        requester=UNASKED,
        state=RunState.CLOSING,
        created_at=now,
        step_at=now,
        deadline=now,
        target_l=0.0,
        source=source,
    )


def enter(run: Run, state: RunState, now: Millis, plot: Plot) -> Run:
    """The run in a new state. Water may flow as soon as a valve is asked to open."""
    if state is RunState.VALVE and run.opened_at is None:
        run = replace(run, opened_at=now)
    if run.state is RunState.FLOWING:
        run = replace(run, watered_ms=run.watered_ms + max(now - run.step_at, 0))
    lasts = {
        RunState.PUMP: ANSWER_MS,
        RunState.VALVE: ANSWER_MS,
        RunState.FLOWING: time_left_ms(run, plot),
        RunState.CLOSING: CLOSING_MS,
        RunState.RESTING: max((run.goes_on_at or now) - now, 0) + WAIT_MS,
    }[state]
    return replace(run, state=state, step_at=now, deadline=now + lasts)


def close(
    run: Run,
    now: Millis,
    plot: Plot,
    cause: Text | None,
    *,
    curtailed: Text | None = None,
    goes_on_at: Millis | None = None,
) -> Run:
    """The run on its way to its end, or to a rest; with a cause it will have failed."""
    closing = enter(run, RunState.CLOSING, now, plot)
    return replace(
        closing,
        cause=cause,
        curtailed=curtailed or run.curtailed,
        goes_on_at=goes_on_at if cause is None else None,
    )


def end(run: Run, now: Millis) -> Run:
    """The run at its end."""
    state = RunState.FAILED if run.cause else RunState.DONE
    return replace(run, state=state, step_at=now, deadline=now, ended_at=now, goes_on_at=None)


def not_begun(run: Run, reason: Text, now: Millis) -> Run:
    """The end of a run that waited; one that has rested gave some water, and did not fail."""
    if run.state is RunState.RESTING:
        return end(replace(run, curtailed=reason), now)
    return end(replace(run, cause=reason), now)


def due_at(run: Run) -> Millis:
    """When a run that waits may begin, or go on."""
    return run.goes_on_at or run.created_at


def rest_on(run: Run, plot: Plot, now: Millis) -> Run:
    """A run of before the start that rests, at most for one rest, whatever the clock said."""
    rest_ms = round(plot.soak.rest_min * 60_000) if plot.soak is not None else 0
    goes_on_at = min(run.goes_on_at or now, now + rest_ms)
    return replace(run, goes_on_at=goes_on_at, deadline=max(goes_on_at, now) + WAIT_MS)


def time_left_ms(run: Run, plot: Plot) -> Millis:
    """How long water may still flow in this run."""
    return max(round(plot.minutes_per_run_max * 60_000) - run.watered_ms, 0)


def worth_going_on(run: Run, plot: Plot, litres: float) -> bool:
    """Whether another turn pays after so many litres."""
    if time_left_ms(run, plot) < WORTHWHILE_MIN * 60_000:
        return False
    return run.target_l - litres >= plot.rate_l_min * WORTHWHILE_MIN


def turn_ends_at(run: Run, plot: Plot) -> Millis | None:
    """When a turn of a plot on heavy soil is over, so that its water sinks in."""
    if plot.soak is None or run.state is not RunState.FLOWING:
        return None
    return run.step_at + round(plot.soak.water_min * 60_000)


def no_flow_ms(plot: Plot) -> Millis:
    """How long a plot may show no water: also one that is watered in short turns finds out."""
    if plot.soak is None:
        return NO_FLOW_MS
    return min(NO_FLOW_MS, round(plot.soak.water_min * 30_000))


def advance(run: Run, plot: Plot, seen: Seen, now: Millis) -> Run:
    """One step, if there is one to take. PLANNED and RESTING are left by whoever knows the other
    runs."""
    step = _STEPS.get(run.state)
    if step is None:
        return run
    if run.state in ON and seen.fault is not None:
        return close(run, now, plot, seen.fault)
    if run.state in ON and seen.objection is not None:
        return close(run, now, plot, None, curtailed=seen.objection)
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
    cause = _fault(plot, seen)
    if cause is None and now >= run.deadline:
        enough = seen.expected_l >= run.target_l * (1 - LIMIT_SLACK)
        return close(run, now, plot, None if enough else causes.LIMIT)
    if cause is not None:
        return close(run, now, plot, cause)
    turn_ends = turn_ends_at(run, plot)
    if plot.soak is None or turn_ends is None or now < turn_ends:
        return run
    rested_at = now + round(plot.soak.rest_min * 60_000)
    resting = close(run, now, plot, None, goes_on_at=rested_at)
    return resting if worth_going_on(resting, plot, seen.expected_l) else run


def _fault(plot: Plot, seen: Seen) -> Text | None:
    flow, rate = seen.flow_sum_l_min, plot.rate_l_min
    if seen.pump_runs is False:
        return causes.PUMP_STOPPED
    if False in seen.valve_open.values():
        return causes.VALVE_CLOSED
    if flow > rate * (FLOW_HIGH if seen.dry_since is None else FLOW_HIGH_WITHOUT_PRESSURE):
        return causes.TOO_MUCH_FLOW
    metered = len(seen.flow_l_min) == len(plot.valves)
    little = not metered or flow < rate * FLOW_LOW
    if seen.dry_since is not None and little and seen.pump_at - seen.dry_since >= DRY_MS:
        return causes.PUMP_DRY
    none = metered and flow <= FLOW_NONE_L_MIN
    if none and seen.metered_at - seen.flowed_at >= no_flow_ms(plot):
        return causes.NO_FLOW
    return None


def _closing(run: Run, plot: Plot, seen: Seen, now: Millis) -> Run:
    if all(shown_closed(seen, valve) for valve in plot.valves):
        if not seen.meters or seen.counted >= seen.meters:
            return _closed(run, plot, now)
        if now >= run.step_at + COUNT_MS:
            return _closed(replace(run, litres=seen.expected_l, measured=False), plot, now)
    if run.cause not in causes.ASTRAY and _does_not_close(run, plot, seen):
        return close(run, now, plot, causes.NOT_CLOSING)
    if now < run.deadline:
        return run
    if any(seen.valve_open.values()) or max(seen.flow_l_min.values(), default=0) > FLOW_NONE_L_MIN:
        return close(
            run, now, plot, run.cause if run.cause in causes.ASTRAY else causes.NOT_CLOSING
        )
    # Nothing was heard, so the leases have ended it; what they let through is not known.
    run = replace(run, cause=causes.NOT_SHOWN_CLOSED, litres=seen.expected_l, measured=False)
    return end(run, now)


def _closed(run: Run, plot: Plot, now: Millis) -> Run:
    """All valves are shut, and everything is counted."""
    if run.goes_on_at is None:
        return end(run, now)
    if worth_going_on(run, plot, run.litres):
        return enter(run, RunState.RESTING, now, plot)
    if run.litres < run.target_l * (1 - LIMIT_SLACK):
        run = replace(run, curtailed=causes.LITTLE_LEFT)
    return end(run, now)


def _does_not_close(run: Run, plot: Plot, seen: Seen) -> bool:
    """Water flows on though the valve says that it is closed, or it is open beyond its lease."""
    for valve in plot.valves:
        is_open, flow = seen.valve_open.get(valve), seen.flow_l_min.get(valve, 0.0)
        flows = flow > FLOW_NONE_L_MIN and seen.flowed_at >= run.step_at + SHUT_MS
        open_late = is_open and seen.open_at >= run.step_at + TAIL_MS
        if open_late or (is_open is False and flows):
            return True
    return False


def shown_closed(seen: Seen, valve: str) -> bool:
    """Whether the valve said that it is closed, and no flow contradicts it."""
    flow = seen.flow_l_min.get(valve, 0.0)
    return seen.valve_open.get(valve) is False and flow <= FLOW_NONE_L_MIN


_Step = Callable[[Run, Plot, Seen, Millis], Run]
_STEPS: Mapping[RunState, _Step] = {
    RunState.PUMP: _pump,
    RunState.VALVE: _valve,
    RunState.FLOWING: _flowing,
    RunState.CLOSING: _closing,
}
