"""What may have flowed in a run past its meters: a meter may die at any moment, or count half.

Pure. Where the meters counted clearly less than the plot's rate would have brought while its valves
may have been open, the ceilings go by the rate. What is said to have flowed stays what was counted.
"""

from devices.reading import Millis
from gateway.decisions import Run, RunState
from gateway.irrigation import causes
from gateway.irrigation.run import TAIL_MS, WET
from gateway.plots import Plot

TRUSTED_SHARE = 0.8
"""Meters that counted this share of the plot's rate are believed: pressure varies, and rates in
`plots.yaml` are rounded."""
NOISE_SHARE = 0.05
"""Less than this beside what was counted are the seconds between a valve's closing and its word."""

_NONE_COMES = frozenset({causes.PUMP_DRY, causes.LEAK})
"""Nothing comes through valves that were not opened, nor from a pump that has no water."""


class Doubt:
    """Of one run, over stretches: each ends when the meters are to be believed for the whole of it.
    A meter that dies later is doubted from there on."""

    def __init__(self, run: Run, may_l: float = 0.0) -> None:
        """The run as it was last saved, and what may have flowed since."""
        self._kept_l, self._since_l, self._may_l = run.unseen_l, run.litres, may_l

    def flowed(self, run: Run, plot: Plot, elapsed_ms: Millis, now: Millis) -> None:
        """So much time has passed in which its valves may have been open."""
        if run.state not in WET or run.opened_at is None or run.cause in _NONE_COMES:
            return
        until = min(now, run.step_at + TAIL_MS) if run.state is RunState.CLOSING else now
        wet_ms = max(until - (now - elapsed_ms), 0)
        self._may_l += plot.rate_l_min * wet_ms / 60_000
        if run.litres - self._since_l >= self._may_l * TRUSTED_SHARE:
            self._since_l, self._may_l = run.litres, 0.0

    def unseen_l(self, run: Run) -> float:
        """What may have flowed besides the litres of the run."""
        return self._kept_l + max(self._since_l + self._may_l - run.litres, 0.0)

    def at_end(self, run: Run) -> float:
        """The same when all is said. A pump that ran dry leaves no doubt why nothing came."""
        unseen_l = self.unseen_l(run)
        dry = run.cause == causes.PUMP_DRY and not run.litres
        return 0.0 if dry or unseen_l < run.litres * NOISE_SHARE else unseen_l
