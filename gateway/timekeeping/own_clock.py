"""The gateway's clock: own time from the machine's uptime, checked against its wall clock."""

from gateway.clock import ClockState, Correction, Millis, Scale
from gateway.timekeeping.clocks import Clocks
from gateway.timekeeping.keeper import Keeper


class OwnClock:
    """`now` may be called from any thread; the rest by one task."""

    def __init__(self, clocks: Clocks, newest: Millis = 0, earlier: Scale | None = None) -> None:
        self._clocks = clocks
        self.uptime = clocks.uptime
        self._keeper = Keeper(clocks.read(), newest, earlier)

    def now(self) -> Millis:
        """See Now."""
        return self._keeper.own_time(self.uptime())

    @property
    def scale(self) -> Scale:
        """By which uptime becomes own time."""
        return self._keeper.scale

    @property
    def state(self) -> ClockState:
        """As of the last look."""
        return self._keeper.state(self.uptime())

    def look(self) -> Correction | None:
        """Compare with the machine's wall clock. From here on `now` is corrected."""
        return self._keeper.look(self._clocks.read())

    def believe(self) -> Correction | None:
        """A person says that the machine's wall clock is right."""
        return self._keeper.believe(self._clocks.read())
