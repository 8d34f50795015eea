"""The water in the root zone, step by step (FAO-56 chapter 8).

Depletion is what the root zone lacks to field capacity, in mm: 0 is full, TAW is the wilting
point. Pure arithmetic; knows nothing of probes (see `calibration`), plots or forecasts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from math import inf, isfinite
from typing import NamedTuple

from gateway.agronomy.crop import adjusted_p

LOST_ON_LEAVES = 0.2
"""Rain below this share of ET0 dries off leaves and ground and reaches no root (FAO-56 p. 170)."""
USUAL_DAYS = 7
"""Of how many last known days ET0 is the mean when today's is unknown: longer than a spell of
fine or dull weather, shorter than a season."""
USUAL_ET0_MM = 4.0
"""When no day at all is known: a fairly sunny day of April or September in northern Vietnam."""


class Doubt(Enum):
    """Why a step is not to be trusted as the others are."""

    ET0_UNKNOWN = "et0-unknown"
    """The usual ET0 stands in for it."""
    RAIN_UNKNOWN = "rain-unknown"
    """None was credited, though some may have fallen."""


@dataclass(frozen=True, slots=True)
class RootZone:
    """Soil and roots. Percentages are volumetric. Raises ValueError for a soil that holds
    nothing."""

    field_capacity_pct: float
    wilting_point_pct: float
    root_depth_m: float
    p: float

    def __post_init__(self) -> None:
        if not 0 < self.wilting_point_pct < self.field_capacity_pct <= 100:
            raise ValueError("0 < wilting point < field capacity <= 100 % must hold")
        if not (self.root_depth_m > 0 and isfinite(self.root_depth_m)):
            raise ValueError("roots have a depth")
        if not 0 < self.p < 1:
            raise ValueError("a depletion fraction is between 0 and 1")

    @property
    def taw_mm(self) -> float:
        """Total available water (Eq. 82)."""
        return self.depletion_mm(self.wilting_point_pct)

    @property
    def raw_mm(self) -> float:
        """What a crop takes without harm on a day of 5 mm (Eq. 83)."""
        return self.p * self.taw_mm

    def depletion_mm(self, moisture_pct: float) -> float:
        """Of a root zone that is so moist everywhere (Eq. 87). Below 0 above field capacity."""
        return 10 * (self.field_capacity_pct - moisture_pct) * self.root_depth_m

    def moisture_pct(self, depletion_mm: float) -> float:
        """The mean moisture at that depletion."""
        return self.field_capacity_pct - depletion_mm / (10 * self.root_depth_m)


class Fluxes(NamedTuple):
    """What comes and goes in a step, in mm.

    `et0_mm` is that of the whole day, `share` how much of the day's demand falls into the step
    (1: the whole day; of shorter steps the shares of a day add up to 1). Rain, runoff and
    irrigation are the step's own; irrigation net, what reaches the soil. None is unknown, and
    `usual_et0_mm` then stands in for ET0 (see `usual_et0`).
    """

    et0_mm: float | None
    usual_et0_mm: float
    kc: float
    rain_mm: float | None
    runoff_mm: float = 0.0
    irrigation_mm: float = 0.0
    share: float = 1.0


class BalanceStep(NamedTuple):
    """What a step did, in mm. Always: depletion = before − effective_rain − irrigation + etc +
    percolation, and rain = runoff + lost_on_leaves + effective_rain."""

    before_mm: float
    depletion_mm: float
    et0_mm: float
    """Of the step, that is times its share."""
    kc: float
    ks: float
    etc_mm: float
    """What the crop really took: kc × ks × et0, and never more than there was."""
    raw_mm: float
    """Readily available water on that day: more depletion than this is stress."""
    rain_mm: float
    runoff_mm: float
    lost_on_leaves_mm: float
    effective_rain_mm: float
    irrigation_mm: float
    percolation_mm: float
    doubts: tuple[Doubt, ...] = ()


def next_depletion(zone: RootZone, before_mm: float, fluxes: Fluxes) -> BalanceStep:
    """One step (Eq. 85). Water comes first, then the crop drinks, and what the root zone cannot
    hold drains below it (Eq. 88). Raises ValueError for fluxes that cannot be."""
    taw = zone.taw_mm
    _check(before_mm, taw, fluxes)
    et0_day = fluxes.usual_et0_mm if fluxes.et0_mm is None else fluxes.et0_mm
    rain = fluxes.rain_mm or 0.0
    runoff = min(fluxes.runoff_mm, rain)
    depletion, raw, ks, etc, percolation, effective = step_mm(
        taw,
        zone.p,
        before_mm,
        et0_day,
        fluxes.kc,
        rain,
        fluxes.irrigation_mm,
        runoff_mm=runoff,
        share=fluxes.share,
    )
    return BalanceStep(
        before_mm=before_mm,
        depletion_mm=depletion,
        et0_mm=et0_day * fluxes.share,
        kc=fluxes.kc,
        ks=ks,
        etc_mm=etc,
        raw_mm=raw,
        rain_mm=rain,
        runoff_mm=runoff,
        lost_on_leaves_mm=rain - runoff - effective,
        effective_rain_mm=effective,
        irrigation_mm=fluxes.irrigation_mm,
        percolation_mm=percolation,
        doubts=tuple(_doubts(fluxes)),
    )


def step_mm(
    taw_mm: float,
    p: float,
    before_mm: float,
    et0_day_mm: float,
    kc: float,
    rain_mm: float,
    irrigation_mm: float,
    *,
    runoff_mm: float = 0.0,
    share: float = 1.0,
) -> tuple[float, float, float, float, float, float]:
    """The arithmetic of `next_depletion` alone, which checks nothing: for whoever plays many plots
    through a season. Depletion, RAW, Ks, ETc, percolation and effective rain."""
    et0 = et0_day_mm * share
    effective = rain_mm - runoff_mm if rain_mm >= LOST_ON_LEAVES * et0 else 0.0
    water = effective + irrigation_mm
    raw = adjusted_p(p, kc * et0_day_mm) * taw_mm
    ks = stress_coefficient(max(before_mm - water, 0.0), taw_mm, raw)
    etc = min(kc * ks * et0, taw_mm - before_mm + water)
    percolation = max(water - etc - before_mm, 0.0)
    depletion = min(max(before_mm - water + etc + percolation, 0.0), taw_mm)
    return depletion, raw, ks, etc, percolation, effective


def stress_coefficient(depletion_mm: float, taw_mm: float, raw_mm: float) -> float:
    """Ks (Eq. 84): 1 while the crop finds enough, 0 when it finds nothing."""
    return min(max((taw_mm - depletion_mm) / (taw_mm - raw_mm), 0.0), 1.0)


def check_depletion(depletion_mm: float, taw_mm: float) -> None:
    """Raises ValueError for one that no root zone can have."""
    if not 0 <= depletion_mm <= taw_mm:
        raise ValueError(f"a depletion of {depletion_mm:g} mm is not between 0 and {taw_mm:g} mm")


def usual_et0(before: Sequence[float | None]) -> float:
    """What stands in for an unknown ET0: the mean of the last known of the days before, of which
    the newest is the last; USUAL_ET0_MM when none of them is known."""
    known = [et0 for et0 in before if et0 is not None][-USUAL_DAYS:]
    return sum(known) / len(known) if known else USUAL_ET0_MM


def _doubts(fluxes: Fluxes) -> Iterator[Doubt]:
    if fluxes.et0_mm is None:
        yield Doubt.ET0_UNKNOWN
    if fluxes.rain_mm is None:
        yield Doubt.RAIN_UNKNOWN


def _check(before_mm: float, taw_mm: float, fluxes: Fluxes) -> None:
    check_depletion(before_mm, taw_mm)
    for name, value in zip(Fluxes._fields, fluxes, strict=True):
        if value is not None and not 0 <= value < inf:
            raise ValueError(f"{name} is not a number of 0 or more")
