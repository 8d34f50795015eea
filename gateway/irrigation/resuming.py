"""Whether a watering goes on that a restart of the gateway interrupted. Pure.

It first closes, counts what may have flowed unseen, and goes on only when the interlocks agree.
"""

from dataclasses import replace

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import Run, RunState
from gateway.fleet import Fleet
from gateway.irrigation import causes
from gateway.irrigation.metering import UNSEEN_MAX_MS
from gateway.irrigation.run import SAVE_MS, TAIL_MS
from gateway.irrigation.situation import devices_of
from gateway.plots import Plot
from gateway.plots.modes import PowerCut

CUT_MAX_MS = 3_600_000
"""After a longer break the need for water is to be judged anew."""
RESUMES_MAX = 2
"""A run that is interrupted again and again has a power supply or a pump that needs a person."""

_TOO_LONG = Text("đã ngắt lâu hơn một giờ", "it was away for more than an hour")
_NO_TIME = Text("không rõ đã ngắt bao lâu", "nobody knows for how long it was away")
_MOVED = Text("nguồn nước của lô đã đổi", "its water comes from another source now")
_TOO_OFTEN = Text("đã bị ngắt nhiều lần", "this watering was interrupted too often")


def given_up(
    run: Run, plot: Plot, fleet: Fleet, now: Millis, *, moved: bool, clock_trusted: bool
) -> Text | None:
    """Why the run does not go on; None when it may. `moved`: its plot has another source now, and
    what has flowed counts for the one before."""
    if plot.after_power_cut is PowerCut.GIVE_UP:
        return causes.RESTARTED
    if moved:
        return causes.not_resumed(_MOVED)
    if run.resumed >= RESUMES_MAX:
        return causes.not_resumed(_TOO_OFTEN)
    away_ms = now - _last_heard_at(run, plot, fleet)
    if not clock_trusted or away_ms < 0:
        return causes.not_resumed(_NO_TIME)
    return causes.not_resumed(_TOO_LONG) if away_ms > CUT_MAX_MS else None


def until_cut(run: Run, plot: Plot, fleet: Fleet, now: Millis) -> Run:
    """The run with the time counted in which its water ran: while the gateway was away its leases
    ran out."""
    if run.state not in (RunState.VALVE, RunState.FLOWING):
        return run
    dry_at = min(now, _last_heard_at(run, plot, fleet) + TAIL_MS)
    watered_ms = run.watered_ms + max(dry_at - run.step_at, 0)
    return replace(run, step_at=now, watered_ms=watered_ms)


def unseen(
    run: Run, opened_at: Millis, plot: Plot, fleet: Fleet, now: Millis
) -> tuple[Millis, Millis]:
    """For how long water may have flowed that nobody saw: in all, and in what is not saved of the
    run. A time that lies ahead tells of neither: then it is the longest."""
    in_all_ms = now - opened_at
    most_ms = min(in_all_ms, UNSEEN_MAX_MS) if in_all_ms >= 0 else UNSEEN_MAX_MS
    unsaved_ms = now - _last_heard_at(run, plot, fleet) + SAVE_MS
    return most_ms, min(unsaved_ms, most_ms) if unsaved_ms >= 0 else most_ms


def _last_heard_at(run: Run, plot: Plot, fleet: Fleet) -> Millis:
    """When the gateway was there for certain."""
    devices = [fleet.get(id) for id in devices_of(plot)]
    return max([run.step_at, *(one.heard_at for one in devices if one and one.heard_at)])
