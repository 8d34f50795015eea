"""What the flow of a run tells beyond its state: a blocked filter, a meter that does not count.

Pure. Neither ends a run: a weak flow waters too, and time counts where a meter does not.
"""

from collections.abc import Iterable

from devices.reading import Millis
from gateway.clock import Correction
from gateway.irrigation.run import FLOW_LOW, FLOW_NONE_L_MIN
from gateway.plots import Plot

START_SLACK_MS = 60_000
"""Pipes fill first."""
BLOCKED_MS = 120_000
"""A flow that is weak for this long does not recover by itself."""
STILL_L = 100.0
"""A meter with the coarsest pulses has counted once when so much has flowed."""
STILL_MS = 60_000
"""No meter that shows a flow takes longer than this, and than STILL_L, to count."""


class FlowWatch:
    """The flow of one plot in one turn, from `since` on."""

    def __init__(self, plot: Plot, since: Millis) -> None:
        self._plot = plot
        self._since = since
        self._grew_at: dict[str, Millis] = {}
        self._flows: dict[str, tuple[Millis, float]] = {}
        self._weak_since: Millis | None = None
        self.weak = False
        """Whether less than FLOW_LOW of the plot's rate has flowed for BLOCKED_MS."""

    def grew(self, valve: str, at: Millis) -> None:
        """The valve's counter went on, or what it missed has been taken into account."""
        self._grew_at[valve] = max(at, self._since)

    def flows(self, valve: str, l_min: float, at: Millis) -> None:
        """The valve's meter shows that flow."""
        self._flows[valve] = at, l_min
        if len(self._flows) < len(self._plot.valves):
            return
        if sum(flow for _, flow in self._flows.values()) >= self._plot.rate_l_min * FLOW_LOW:
            self._weak_since = None
        elif self._weak_since is None:
            self._weak_since = max(at, self._since + START_SLACK_MS)
        self.weak = self._weak_since is not None and at - self._weak_since >= BLOCKED_MS

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        of = correction.of
        self._since, self._weak_since = of(self._since), correction.of_any(self._weak_since)
        self._grew_at = {valve: of(at) for valve, at in self._grew_at.items()}
        self._flows = {valve: (of(at), flow) for valve, (at, flow) in self._flows.items()}

    def uncounted(self, meters: Iterable[str], *, at_end: bool) -> dict[str, Millis]:
        """The valves whose meter shows a flow that it does not count, and since when. `at_end`: the
        turn ends, and a meter that has not counted at all in it is one of them."""
        found: dict[str, Millis] = {}
        for valve in meters:
            at, l_min = self._flows.get(valve, (0, 0.0))
            since = self._grew_at.get(valve, self._since)
            lasts = at - since
            never = at_end and valve not in self._grew_at
            long = lasts >= STILL_MS and l_min * lasts / 60_000 >= STILL_L
            if l_min > FLOW_NONE_L_MIN and (never or long):
                found[valve] = since
        return found
