"""The pumps that runs share: who started each, when nobody needs it any more, and those that run
though nobody does. Pure.
"""

from collections.abc import Iterable, Mapping

from devices.reading import Millis, Reading
from gateway.clock import Correction
from gateway.decisions import Decision, RunState
from gateway.fleet import Fleet
from gateway.irrigation.orders import stop_pump
from gateway.irrigation.run import ON
from gateway.irrigation.strays import StrayPumps, says
from gateway.irrigation.watering import Watering
from gateway.plots import Plot


class PumpHouse:
    """All pumps of the hamlet. `live` are the runs without end, by their plots."""

    def __init__(self, plots: Iterable[Plot], live: Mapping[str, Watering]) -> None:
        self._plots = [plot for plot in plots if plot.pump]
        self._pumps = {plot.pump: plot for plot in self._plots if plot.pump}
        self._live = live
        self._on: dict[str, Watering] = {}  # the last run that started the pump
        self._strays = StrayPumps(self._pumps)

    def __contains__(self, device: str) -> bool:
        return device in self._pumps

    @property
    def any_on(self) -> bool:
        """Whether a run has started one that is yet to be stopped."""
        return bool(self._on)

    def use(self, pump: str, watering: Watering) -> None:
        """The run needs it."""
        self._on[pump] = watering

    def on_reading(self, reading: Reading, now: Millis) -> list[Decision]:
        """What a pump said: its runs hear it."""
        pump = reading.device
        for watering in self._users(pump):
            watering.heard(pump, reading.values, reading.measured_at)
        return self._strays.on_reading(reading, now, wanted=pump in self._on)

    def stop_strays(
        self, fleet: Fleet, shut_at: Mapping[str, Millis], now: Millis
    ) -> list[Decision]:
        """After a start: those that run for nobody, by what they said since their plots were
        `shut_at`."""
        decisions: list[Decision] = []
        for pump in sorted(self._pumps.keys() - self._on.keys()):
            since = max(shut_at.get(plot.id, 0) for plot in self._plots if plot.pump == pump)
            if says(fleet.get(pump), "running", True, since=since):
                decisions += self._strays.stop(pump, now)
        return decisions

    def release(self, now: Millis) -> list[Decision]:
        """Stop those that nobody needs; one that the next run waits for runs on meanwhile."""
        decisions: list[Decision] = []
        for pump, last in list(self._on.items()):
            runs = [one.run for one in self._users(pump)]
            states = {run.state for run in runs} - {RunState.RESTING}
            well = all(run.cause is None for run in runs)
            handed_on = states == {RunState.CLOSING, RunState.PLANNED} and well
            if not states & ON and not handed_on:
                del self._on[pump]
                self._strays.stopped(pump, now)
                decisions.append(stop_pump(last.run, pump, now))
        return decisions

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        self._strays.correct(correction)

    def _users(self, pump: str) -> list[Watering]:
        return [one for one in self._live.values() if one.plot.pump == pump]
