"""What is on, or flows, though no run wants it: valves, pumps, and leaks behind shut valves.

Pure. It tells what it finds; who leads the runs closes it, counts it and sees it verified.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from devices.reading import Millis, Reading
from devices.text import Text
from gateway.clock import Correction
from gateway.decisions import AlertAsked, AlertCleared, CommandAsked, Decision, Run, Severity
from gateway.fleet import Device
from gateway.irrigation import causes
from gateway.irrigation.notices import OUTSIDE, SOURCE
from gateway.irrigation.run import FLOW_NONE_L_MIN, START_EXPIRES_MS, TAIL_MS
from gateway.plots import Plot

STRAY_AGE_MAX_MS = 120_000
"""A reading older than this does not show that a valve is open now."""
PUMP_AGAIN_MS = 30_000
"""A pump that runs on without a run is told again to stop after this."""
LEAK_READINGS = 3
"""One reading of a flow may be a meter that is late; so many in a row are water."""


class Stray(NamedTuple):
    """Water that nobody asked for, and how much of it has flowed."""

    cause: Text
    litres: float


class StrayValves:
    """The valves of all plots."""

    def __init__(self, plots: Iterable[Plot]) -> None:
        self._not_shown = {plot.id for plot in plots}  # an alert of before the start may be open
        self._readings: defaultdict[str, int] = defaultdict(int)
        self._litres: defaultdict[str, float] = defaultdict(float)

    def on_reading(self, reading: Reading, litres: float, now: Millis) -> Stray | None:
        """A valve of a plot whose run, if it has one, wants no water. `litres` are new."""
        valve, values = reading.device, reading.values
        if now - reading.measured_at > STRAY_AGE_MAX_MS:
            return None
        if values.get("open") is True:
            return Stray(causes.STRAY, litres)
        flow = values.get("flow_l_min")
        if flow is None:
            return None
        if flow <= FLOW_NONE_L_MIN:
            self.forget(valve)
            return None
        self._readings[valve] += 1
        self._litres[valve] += litres
        if self._readings[valve] < LEAK_READINGS:
            return None
        found = Stray(causes.LEAK, self._litres[valve])
        self.forget(valve)
        return found

    def forget(self, valve: str) -> None:
        """What it said before does not count any more."""
        self._readings.pop(valve, None)
        self._litres.pop(valve, None)

    def ended(self, run: Run) -> None:
        """A run, also one of before the start, has ended."""
        if run.cause == causes.NOT_SHOWN_CLOSED:
            self._not_shown.add(run.plot)

    def shut(self, plot: Plot, now: Millis) -> list[Decision]:
        """All its valves say that they are."""
        if plot.id not in self._not_shown:
            return []
        self._not_shown.discard(plot.id)
        return [AlertCleared(OUTSIDE, plot.id, now)]


class StrayPumps:
    """The pumps of all plots, each with one of its plots."""

    def __init__(self, pumps: Mapping[str, Plot]) -> None:
        self._pumps = pumps
        self._alerted = set(pumps)  # an alert of before the start may be open
        self._quiet_until: dict[str, Millis] = {}

    def stopped(self, pump: str, now: Millis) -> None:
        """The pump was told to stop; it may take until its lease ends."""
        self._quiet_until[pump] = now + TAIL_MS

    def on_reading(self, reading: Reading, now: Millis, *, wanted: bool) -> list[Decision]:
        """What a pump said."""
        running, recent = reading.values.get("running"), now - reading.measured_at
        if running is False and reading.device in self._alerted:
            self._alerted.discard(reading.device)
            return [AlertCleared(SOURCE, reading.device, now)]
        if running and not wanted and recent <= STRAY_AGE_MAX_MS:
            return self.stop(reading.device, now)
        return []

    def stop(self, pump: str, now: Millis) -> list[Decision]:
        """It runs, and no run wants it to."""
        if now < self._quiet_until.get(pump, 0):
            return []
        self._quiet_until[pump] = now + PUMP_AGAIN_MS
        self._alerted.add(pump)
        key, expires_at = f"{self._pumps[pump].id}.pump.{now}", now + START_EXPIRES_MS
        return [
            CommandAsked(key, pump, "stop", {}, SOURCE, now, expires_at),
            AlertAsked(SOURCE, pump, Severity.CRITICAL, causes.PUMP_STRAY, now),
        ]

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        self._quiet_until = {pump: correction.of(at) for pump, at in self._quiet_until.items()}


def says(device: Device | None, metric: str, value: bool, *, since: Millis = 0) -> bool:
    """Whether that was the device's last word, if it came after `since`."""
    if device is None or device.values.get(metric) is not value:
        return False
    return (device.measured_at_of(metric) or since) >= since
