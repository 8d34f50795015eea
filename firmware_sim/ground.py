"""Water in the soil of one plot: two layers, rain and sprinklers above, drainage below.

Every millimetre is booked: what is stored has come as rain or irrigation, and has not yet left as
evaporation, drainage or runoff. All that the meters count reaches the plot and is spread over the
whole of it, also what a leak or a burst pipe lets out beside the sprinklers. Moisture is volumetric
per cent.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from devices.reading import Millis
from firmware_sim.layout import PlotSpec
from firmware_sim.pipes import Tap
from firmware_sim.weather import Sky

SATURATION_ABOVE_FC_PCT = 11.0
"""Pores that drain within days lie between field capacity and saturation."""
TOP_UPTAKE = 0.7
"""Share of the roots' thirst that the upper half of the root zone quenches."""
CROP_FACTOR = 1.05
"""Kc of tea, unshaded, in season (FAO-56: 0.95 to 1.00), with the bare soil between the rows."""
DEPLETION = 0.4
"""FAO-56 p for tea: below this share of the available water the plants take less."""
DRAIN_PER_H = 0.08
"""Share of the water above field capacity that leaves a layer in an hour."""
EXCHANGE_MM_H_PCT = 0.012
"""Capillary flow between the layers per per cent of difference."""


@dataclass(slots=True)
class Books:
    """Sums since the beginning, in mm on the plot. The truth, which no device of the hamlet knows.

    `leaked_mm` is the part of `irrigated_mm` that left through no sprinkler. `thirst_mm` is what
    the plants would have taken from soil that holds enough, `evaporated_mm` what they got;
    `stressed_h` counts the hours in which that was less (Ks < 1).
    """

    rained_mm: float = 0.0
    irrigated_mm: float = 0.0
    leaked_mm: float = 0.0
    evaporated_mm: float = 0.0
    thirst_mm: float = 0.0
    drained_mm: float = 0.0
    runoff_mm: float = 0.0
    stressed_h: float = 0.0

    def since(self, before: "Books") -> "Books":
        """What was booked between `before` and this."""
        names = (field.name for field in fields(self))
        return Books(*(getattr(self, name) - getattr(before, name) for name in names))

    @property
    def deficit(self) -> float:
        """Share of their thirst that the plants could not quench, 0 to 1."""
        return 1 - self.evaporated_mm / self.thirst_mm if self.thirst_mm > 0 else 0.0


class Ground:
    """The root zone of one plot; `top_pct` is what a probe at 20 cm feels."""

    def __init__(
        self, plot: PlotSpec, taps: tuple[Tap, ...], moisture_pct: float, sky: Sky
    ) -> None:
        self.plot = plot
        self.top_pct = moisture_pct
        self.low_pct = moisture_pct
        self.books = Books()
        self.taps = taps
        self._layer_mm = plot.root_depth_m * 1000 / 2 / 100  # millimetres in one per cent
        self._now = sky.now
        self._rain_seen = sky.rain_mm
        self._thirst_seen = sky.evaporation_mm
        self._metered_l, self._astray_l = self._metered()

    @property
    def stored_mm(self) -> float:
        """All the water in the root zone."""
        return (self.top_pct + self.low_pct) * self._layer_mm

    @property
    def depletion_mm(self) -> float:
        """What the root zone lacks to field capacity; below zero it holds more."""
        return 2 * self.plot.field_capacity_pct * self._layer_mm - self.stored_mm

    def advance(self, sky: Sky, now: Millis) -> None:
        """Let the water move until `now`, which the sky has reached already."""
        if now <= self._now:
            return
        books, hours = self.books, (now - self._now) / 3_600_000
        self._now = now
        rain = sky.rain_mm - self._rain_seen
        thirst = (sky.evaporation_mm - self._thirst_seen) * CROP_FACTOR
        self._rain_seen, self._thirst_seen = sky.rain_mm, sky.evaporation_mm
        for tap in self.taps:
            tap.line.advance(now)
        metered, astray = self._metered()
        irrigation = (metered - self._metered_l) / self.plot.area_m2
        books.leaked_mm += (astray - self._astray_l) / self.plot.area_m2
        self._metered_l, self._astray_l = metered, astray
        books.rained_mm += rain
        books.irrigated_mm += irrigation
        top = self.top_pct * self._layer_mm
        low = self.low_pct * self._layer_mm
        top += rain + irrigation
        full = (self.plot.field_capacity_pct + SATURATION_ABOVE_FC_PCT) * self._layer_mm
        if top > full:
            books.runoff_mm += top - full
            top = full
        above, below = self._appetite(self.top_pct), self._appetite(self.low_pct)
        if min(above, below) < 1:
            books.stressed_h += hours
        take_top = min(thirst * TOP_UPTAKE * above, top)
        take_low = min(thirst * (1 - TOP_UPTAKE) * below, low)
        books.thirst_mm += thirst
        books.evaporated_mm += take_top + take_low
        top -= take_top
        low -= take_low
        held = self.plot.field_capacity_pct * self._layer_mm
        leaving = min(1.0, DRAIN_PER_H * hours)
        sinking = max(0.0, top - held) * leaving
        levelling = min(EXCHANGE_MM_H_PCT * hours, self._layer_mm / 2)
        sinking += (top - low) / self._layer_mm * levelling
        top -= sinking
        low += sinking
        draining = max(0.0, low - held) * leaving
        low -= draining
        books.drained_mm += draining
        self.top_pct = top / self._layer_mm
        self.low_pct = low / self._layer_mm

    def save(self) -> dict[str, float]:
        """What `load` continues from."""
        return {"top_pct": self.top_pct, "low_pct": self.low_pct}

    def load(self, saved: Mapping[str, float]) -> None:
        """Continue with the moisture of `save`; the sums begin anew, and so do the meters."""
        self.top_pct = saved["top_pct"]
        self.low_pct = saved["low_pct"]
        self._metered_l, self._astray_l = self._metered()

    def _metered(self) -> tuple[float, float]:
        """Litres that came through the meters, and how many of them beside the sprinklers."""
        taps = self.taps
        return sum(tap.total_l for tap in taps), sum(tap.astray_l for tap in taps)

    def _appetite(self, moisture_pct: float) -> float:
        """FAO-56 water stress: 1 while there is plenty, 0 at the wilting point."""
        plot = self.plot
        total = plot.field_capacity_pct - plot.wilting_point_pct
        left = moisture_pct - plot.wilting_point_pct
        return max(0.0, min(1.0, left / (total * (1 - DEPLETION))))
