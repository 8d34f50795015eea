"""Water in the pipes: a pump, the valves behind it, and what flows when which of them are open.

Meters count exactly what flowed. Knows nothing of leases, which are the firmware's business.
"""

import math

from devices.reading import Millis

NOMINAL_KPA = 250.0
"""The pressure at which a plot's sprinklers give their rated flow."""
SHUT_OFF_KPA = 380.0
"""What the pump reaches against closed valves."""
CURVE = 0.52
"""Droop of the pump's curve: one plot's rated flow brings it to the nominal pressure."""
MAINS_KPA = 150.0
"""Of a valve that hangs on no pump."""
PUMP_IDLE_W = 850.0
PUMP_W_PER_L_MIN = 7.5
"""A centrifugal pump draws the more, the more it delivers."""


class Tap:
    """One valve with its meter. `stuck` overrules the coil: True open, False closed."""

    __slots__ = ("coil", "flow_l_min", "line", "rate_l_min", "stuck", "total_l")

    def __init__(self, line: "Line", rate_l_min: float) -> None:
        self.line = line
        self.rate_l_min = rate_l_min
        self.coil = False
        self.stuck: bool | None = None
        self.flow_l_min = 0.0
        self.total_l = 0.0

    @property
    def passes(self) -> bool:
        """Whether water can get through."""
        return self.coil if self.stuck is None else self.stuck


class Line:
    """One pump (or the mains) and its taps. Change anything through `set_…`, then flows hold
    until the next change."""

    def __init__(self, now: Millis, *, mains: bool = False) -> None:
        self.taps: list[Tap] = []
        self.running = mains
        self.pressure_kpa = MAINS_KPA if mains else 0.0
        self.power_w = 0.0
        self._mains = mains
        self._at = now
        self._rated = 1.0

    def add(self, rate_l_min: float) -> Tap:
        """One more valve on this line."""
        tap = Tap(self, rate_l_min)
        self.taps.append(tap)
        self._rated = sum(tap.rate_l_min for tap in self.taps) / len(self.taps)
        return tap

    def advance(self, now: Millis) -> None:
        """Count what has flowed since the last time."""
        if now <= self._at:
            return
        minutes = (now - self._at) / 60_000
        self._at = now
        if self.running:
            for tap in self.taps:
                tap.total_l += tap.flow_l_min * minutes

    def set_running(self, running: bool, now: Millis) -> None:
        """Start or stop the pump; the mains cannot be stopped."""
        self.advance(now)
        self.running = running or self._mains
        self._settle()

    def set_coil(self, tap: Tap, energised: bool, now: Millis) -> None:
        """Tell a valve to open or close."""
        self.advance(now)
        tap.coil = energised
        self._settle()

    def set_stuck(self, tap: Tap, stuck: bool | None, now: Millis) -> None:
        """Break or mend a valve."""
        if tap.stuck is not stuck:
            self.advance(now)
            tap.stuck = stuck
            self._settle()

    def _settle(self) -> None:
        """Pressure where the pump's curve meets the open sprinklers' square law."""
        rated = sum(tap.rate_l_min for tap in self.taps if tap.passes)
        if not self.running:
            self.pressure_kpa = 0.0
        elif self._mains:
            self.pressure_kpa = MAINS_KPA
        else:
            self.pressure_kpa = SHUT_OFF_KPA / (1 + CURVE * (rated / self._rated) ** 2)
        force = math.sqrt(self.pressure_kpa / NOMINAL_KPA)
        for tap in self.taps:
            tap.flow_l_min = tap.rate_l_min * force if tap.passes else 0.0
        self.power_w = 0.0
        if self.running and not self._mains:
            self.power_w = PUMP_IDLE_W + PUMP_W_PER_L_MIN * rated * force
