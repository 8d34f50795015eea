"""The balance put right by soil probes, and probes found out by the balance.

A balance drifts: rain falls unevenly, emitters clog, Kc is another garden's. A probe lies in other
ways: it freezes, falls out of the soil, or speaks in per cent of field capacity. So the balance
follows the probes a part of the way each day, visibly, and a probe that nothing agrees with is
left out and named. Knows nothing of how probes are read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import median

from devices.text import Text
from gateway.agronomy.balance import RootZone, check_depletion

GAIN_PER_DAY = 0.3
"""Of the difference that is made up in a day: a wrong start is forgotten in a week, while a probe
that is wrong for a night moves little."""
CORRECTION_MAX = 0.15
"""Of TAW in a day: more than the thirstiest day, so that no drift outruns it, yet a probe that goes
wrong needs two days to empty or fill the readily available water."""
FAR = 0.4
"""Of TAW. Probes a few metres apart differ by as much when one stands near an emitter."""
DRIEST = 0.5
"""Of the wilting point: drier soil there is only in an oven, or around a probe that lost touch."""
SATURATED_PCT, SATURATED_ABOVE_FC_PCT = 50.0, 10.0
"""Volumetric: few mineral soils hold more, and each has some room above field capacity."""
FROZEN_H = 24.0
"""A day has a warm and a cold half, which move each working probe a little."""
FROZEN_MOVED_MM = 3.0
"""While the balance moved by that a probe in the same soil would have."""


class Distrust(Enum):
    """Why a probe is left out."""

    OUT_OF_RANGE = "out-of-range"
    OF_FIELD_CAPACITY = "of-field-capacity"
    FROZEN = "frozen"
    ALONE = "alone"


DISTRUSTED = {
    Distrust.OUT_OF_RANGE: Text(
        "không đất nào có độ ẩm như vậy: kiểm tra cảm biến có cắm chặt trong đất không",
        "no soil is that moist or dry: see whether the probe sits firmly in the soil",
    ),
    Distrust.OF_FIELD_CAPACITY: Text(
        "có thể đang đo theo phần trăm sức chứa ẩm: đặt cảm biến về phần trăm thể tích",
        "perhaps it speaks in per cent of field capacity: set it to per cent of volume",
    ),
    Distrust.FROZEN: Text(
        "vẫn một số đo trong khi đất đã khô đi hoặc ẩm lên: kiểm tra hoặc thay cảm biến",
        "the same value while the soil dried or was wetted: check or replace the probe",
    ),
    Distrust.ALONE: Text(
        "khác xa các cảm biến khác và lượng nước tính toán: kiểm tra chỗ cắm",
        "far from the other probes and from the balance: see where it sits",
    ),
}
"""For people: what is suspected, and what to do."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A probe now: volumetric moisture, for how many hours it has been the very same, and by how
    many mm the modelled depletion moved meanwhile, ups and downs added up."""

    id: str
    moisture_pct: float
    unchanged_h: float = 0.0
    moved_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class Calibration:
    """`depletion_mm` is the modelled one plus `correction_mm`. `measured_mm` is the median of the
    trusted probes; None when there is none, and then nothing was corrected."""

    depletion_mm: float
    correction_mm: float
    measured_mm: float | None
    trusted: tuple[str, ...]
    distrusted: tuple[tuple[str, Distrust], ...]


def calibrate(
    zone: RootZone, modelled_mm: float | None, probes: Sequence[Probe], days: float
) -> Calibration | None:
    """The balance after a look at the probes, `days` after the last. Without a balance yet
    (`modelled_mm` is None) the probes alone tell; None when they do not either. Raises ValueError
    for days below 0 and for a depletion that cannot be."""
    if not days >= 0:
        raise ValueError("the last look at the probes was not in the future")
    taw = zone.taw_mm
    if modelled_mm is not None:
        check_depletion(modelled_mm, taw)
    depletions = {probe.id: _within(zone.depletion_mm(probe.moisture_pct), taw) for probe in probes}
    doubts = {probe.id: doubt for probe in probes if (doubt := _doubt(zone, probe)) is not None}
    left = {id: mm for id, mm in depletions.items() if id not in doubts}
    doubts |= {id: Distrust.ALONE for id in left if _is_alone(id, left, modelled_mm, FAR * taw)}
    trusted = [id for id in left if id not in doubts]
    measured = median(left[id] for id in trusted) if trusted else None
    before = measured if modelled_mm is None else modelled_mm
    if before is None:
        return None
    correction = 0.0
    if measured is not None:
        most = CORRECTION_MAX * taw * days
        wanted = (measured - before) * (1 - (1 - GAIN_PER_DAY) ** days)
        correction = min(max(wanted, -most), most)
    return Calibration(
        depletion_mm=_within(before + correction, taw),
        correction_mm=correction,
        measured_mm=measured,
        trusted=tuple(trusted),
        distrusted=tuple(doubts.items()),
    )


def saturation_pct(zone: RootZone) -> float:
    """More water than this no soil of that field capacity has room for."""
    return max(SATURATED_PCT, zone.field_capacity_pct + SATURATED_ABOVE_FC_PCT)


def _doubt(zone: RootZone, probe: Probe) -> Distrust | None:
    """What the probe alone gives away."""
    if not DRIEST * zone.wilting_point_pct <= probe.moisture_pct <= saturation_pct(zone):
        # 60 to 100 % of field capacity is how gardens are spoken of, and no volume.
        share = probe.moisture_pct / 100
        lives = zone.wilting_point_pct <= share * zone.field_capacity_pct
        if lives and share <= 1:
            return Distrust.OF_FIELD_CAPACITY
        return Distrust.OUT_OF_RANGE
    if probe.unchanged_h >= FROZEN_H and probe.moved_mm >= FROZEN_MOVED_MM:
        return Distrust.FROZEN
    return None


def _is_alone(
    id: str, depletions: dict[str, float], modelled_mm: float | None, far_mm: float
) -> bool:
    """Whether it contradicts everything: the other probes, and the balance where there is one. A
    probe without others is not alone: it would be the balance's word against its."""
    others = [mm for other, mm in depletions.items() if other != id]
    if not others or (modelled_mm is None and len(others) < 2):
        return False
    far_from_others = abs(depletions[id] - median(others)) > far_mm
    near_balance = modelled_mm is not None and abs(depletions[id] - modelled_mm) <= far_mm
    return far_from_others and not near_balance


def _within(depletion_mm: float, taw_mm: float) -> float:
    return min(max(depletion_mm, 0.0), taw_mm)
