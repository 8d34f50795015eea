"""Water in the pipes: a pump, the valves behind it, and what flows when which of them are open.

Meters count exactly what flowed: each sits behind its valve, before anything that can burst. Knows
nothing of leases, which are the firmware's business.
"""

import math
from dataclasses import dataclass

from devices.reading import Millis

NOMINAL_KPA = 250.0
"""The pressure at which a plot's sprinklers give their rated flow."""
SHUT_OFF_KPA = 310.0
"""What the pump reaches against closed valves: a small centrifugal pump a quarter more than at
work. However wide a pipe bursts, 2.3 times its rated flow is the most it brings."""
CURVE = SHUT_OFF_KPA / NOMINAL_KPA - 1
"""Droop of the pump's curve, which goes through the nominal pressure at its rated flow."""
MAINS_KPA = 150.0
"""Of a valve that hangs on no pump."""
DRY_KPA = 2.0
"""Of a pump that turns in air."""
PUMP_IDLE_W = 850.0
PUMP_W_PER_L_MIN = 7.5
"""A centrifugal pump draws the more, the more it delivers."""
PUMP_DRY_W = 320.0
"""A pump that moves no water has hardly more to overcome than its bearings."""


@dataclass(frozen=True, slots=True)
class Defect:
    """What is wrong with a valve and the pipe behind its meter.

    `stuck` overrules the coil: True open, False shut; `jams`: once open it stays so, whatever the
    coil says. `shut_share` and `open_share` are how wide the way for the water is while the valve
    is shut and open: 1 lets the rated flow through at the nominal pressure.
    """

    stuck: bool | None = None
    jams: bool = False
    shut_share: float = 0.0
    open_share: float = 1.0


SOUND = Defect()


class Tap:
    """One valve with its meter. `astray_l` is the part of `total_l` that left through no sprinkler:
    what leaked through the shut valve, and what a burst pipe let out beside the sprinklers."""

    __slots__ = (
        "astray_l", "coil", "defect", "flow_l_min", "line", "opened", "rate_l_min", "total_l",
    )  # fmt: skip

    def __init__(self, line: "Line", rate_l_min: float) -> None:
        self.line = line
        self.rate_l_min = rate_l_min
        self.coil = False
        self.opened = False
        """The valve itself, which a coil cannot see."""
        self.defect = SOUND
        self.flow_l_min = 0.0
        self.total_l = 0.0
        self.astray_l = 0.0

    @property
    def width(self) -> float:
        """How much gets through, as a share of the rated flow at the nominal pressure."""
        return self.defect.open_share if self.opened else self.defect.shut_share

    @property
    def astray_share(self) -> float:
        """The part of the flow that leaves through no sprinkler."""
        return max(0.0, 1 - 1 / self.defect.open_share) if self.opened else 1.0

    def move(self) -> None:
        """Let the valve follow its coil, as far as its defect allows."""
        defect = self.defect
        if defect.stuck is None:
            self.opened = self.coil or (self.opened and defect.jams)
        else:
            self.opened = defect.stuck


class Line:
    """One pump (or the mains) and its taps. Change anything through `set_…`, then flows hold
    until the next change. At `rated_l_min` the pump has the nominal pressure."""

    def __init__(self, now: Millis, rated_l_min: float = 1.0, *, mains: bool = False) -> None:
        self.taps: list[Tap] = []
        self.running = mains
        self.pressure_kpa = MAINS_KPA if mains else 0.0
        self.power_w = 0.0
        self._mains = mains
        self._dry = False
        self._at = now
        self._rated = rated_l_min

    def add(self, rate_l_min: float) -> Tap:
        """One more valve on this line."""
        tap = Tap(self, rate_l_min)
        self.taps.append(tap)
        return tap

    def advance(self, now: Millis) -> None:
        """Count what has flowed since the last time."""
        if now <= self._at:
            return
        minutes = (now - self._at) / 60_000
        self._at = now
        if self.running:
            for tap in self.taps:
                if tap.flow_l_min:
                    litres = tap.flow_l_min * minutes
                    tap.total_l += litres
                    tap.astray_l += litres * tap.astray_share

    def set_running(self, running: bool, now: Millis) -> None:
        """Start or stop the pump; the mains cannot be stopped."""
        self.advance(now)
        self.running = running or self._mains
        self._settle()

    def set_coil(self, tap: Tap, energised: bool, now: Millis) -> None:
        """Tell a valve to open or close."""
        self.advance(now)
        tap.coil = energised
        tap.move()
        self._settle()

    def set_defect(self, tap: Tap, defect: Defect, now: Millis) -> None:
        """Break or mend a valve."""
        if tap.defect != defect:
            self.advance(now)
            tap.defect = defect
            tap.move()
            self._settle()

    def set_dry(self, dry: bool, now: Millis) -> None:
        """Let the well fall dry, or fill it."""
        if self._dry is not dry:
            self.advance(now)
            self._dry = dry
            self._settle()

    def _settle(self) -> None:
        """Pressure where the pump's curve meets the square law of what is open."""
        wide = sum(tap.rate_l_min * tap.width for tap in self.taps)
        delivers = self.running and not self._dry
        if not self.running:
            self.pressure_kpa = 0.0
        elif self._dry:
            self.pressure_kpa = DRY_KPA
        elif self._mains:
            self.pressure_kpa = MAINS_KPA
        else:
            self.pressure_kpa = SHUT_OFF_KPA / (1 + CURVE * (wide / self._rated) ** 2)
        force = math.sqrt(self.pressure_kpa / NOMINAL_KPA) if delivers else 0.0
        for tap in self.taps:
            tap.flow_l_min = tap.rate_l_min * tap.width * force
        self.power_w = 0.0
        if self.running and not self._mains:
            load_w = PUMP_IDLE_W + PUMP_W_PER_L_MIN * wide * force
            self.power_w = PUMP_DRY_W if self._dry else load_w
