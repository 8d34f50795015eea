"""What the irrigation means to do, and how it stands with each plot, as frozen values for pages,
API and command line. Times are int ms UTC, depths mm of water that reaches the roots.
"""

from dataclasses import dataclass
from enum import Enum

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import Explanation
from gateway.plot_records import NoGo, Override, Proposal
from gateway.plots.guard import DryDays
from gateway.plots.modes import Mode


class Certainty(Enum):
    """How sure a planned watering is."""

    CERTAIN = "certain"
    """It is under way, or waits for its pump."""
    EXPECTED = "expected"
    """By what is known now; rain, wind and probes may change it."""
    ASKS = "asks"
    """Only if a person says yes."""


@dataclass(frozen=True, slots=True)
class PlannedWatering:
    """From `begin` to `end`. `depth_mm` reaches the roots of the `litres` that are let out.
    `conflicts` say what it has to wait for, or what keeps it from getting all it needs."""

    plot: str
    begin: Millis
    end: Millis
    litres: float
    depth_mm: float
    certainty: Certainty
    reason: Text
    conflicts: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class NotWatered:
    """A plot that will not be watered, and why."""

    plot: str
    reason: Text


@dataclass(frozen=True, slots=True)
class Plan:
    """What is expected from `at` until `until`: waterings in the order in which they begin, and the
    plots without one."""

    at: Millis
    until: Millis
    waterings: tuple[PlannedWatering, ...]
    without: tuple[NotWatered, ...]


@dataclass(frozen=True, slots=True)
class ProbeStatus:
    """A probe as the irrigation sees it: volumetric moisture, None when it never said anything;
    `distrust` says why it is left out, `stale` that it has been silent for too long."""

    device: str
    moisture_pct: float | None
    measured_at: Millis | None
    stale: bool
    distrust: Text | None


@dataclass(frozen=True, slots=True)
class PlotOutlook:
    """How it stands with a plot. `depletion_mm` is what its root zone lacks, of `taw_mm` that it
    can hold and `raw_mm` that the tea takes in ease; None while nobody knows. `next_look` is when
    it is next decided whether to water; None when that waits for a person or a reading.

    `needs_mm` is what a plot that goes by its probes or its balance wants now, 0 for nothing; None
    for the others, and while nobody knows. `look` is what was decided last since the start, also
    when it was not worth being kept."""

    plot: str
    mode: Mode
    asks_first: bool
    depletion_mm: float | None
    raw_mm: float | None
    taw_mm: float
    next_look: Millis | None
    proposal: Proposal | None
    overrides: tuple[Override, ...]
    dry_days: tuple[DryDays | NoGo, ...]
    probes: tuple[ProbeStatus, ...]
    needs_mm: float | None = None
    look: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What keeps water back from a plot now: an interlock, and why; `overridable` where a
    technician may let it pass for a while."""

    interlock: str
    label: Text
    reason: Text
    overridable: bool
