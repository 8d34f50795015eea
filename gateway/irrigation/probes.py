"""The soil probes of a plot: how moist the soil is, by those that can be believed.

A probe that cannot is left out and a technician is told, by an alert that clears itself once the
probe tells something else that fits. Knows nothing of when a plot is watered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from devices.reading import Millis
from devices.text import Text
from gateway.agronomy.calibration import (
    DISTRUSTED,
    FROZEN_H,
    FROZEN_MOVED_MM,
    Calibration,
    Probe,
    calibrate,
)
from gateway.clock import Correction
from gateway.decisions import AlertAsked, AlertCleared, Decision, Severity
from gateway.fleet import Device, Fleet
from gateway.irrigation.root_zone import root_zone
from gateway.plots import Plot
from gateway.watering_plan import ProbeStatus

SOURCE = "irrigation:probe"
MOISTURE = "soil_moisture_pct"
HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Soundings:
    """What the probes say. `moisture_pct` is the median of the trusted ones that are not stale,
    `oldest_at` when the first of those was read; None when there is none."""

    moisture_pct: float | None
    oldest_at: Millis | None
    calibration: Calibration | None
    status: tuple[ProbeStatus, ...]


@dataclass(slots=True)
class _Seen:
    """How long a probe has said the very same, and how far the balance had moved when it began."""

    value: float
    since: Millis
    moved_mm: float
    changed: bool = False  # since the start: before, nobody knows whether it is frozen


class PlotProbes:
    """Those of one plot. `moved_mm` is all that the modelled depletion went up and down, added
    up; whoever keeps the balance adds to it."""

    def __init__(self, plot: Plot, fleet: Fleet) -> None:
        self.moved_mm = 0.0
        self._plot = plot
        self._fleet = fleet
        self._zone = root_zone(plot)
        self._seen: dict[str, _Seen] = {}
        self._alerted: dict[str, bool] = {}

    def take(self, device: Device, now: Millis) -> None:
        """A probe has said something."""
        value = device.values.get(MOISTURE)
        if value is None:
            return
        seen = self._seen.get(device.id)
        if seen is None or seen.value != value:
            changed = seen is not None
            self._seen[device.id] = _Seen(value, now, self.moved_mm, changed)

    def doubt(self, probe: str, now: Millis) -> None:
        """It was not believed before the start: nor is it until it says something else."""
        device = self._fleet.get(probe)
        value = device.values.get(MOISTURE) if device is not None else None
        if value is not None:
            since = now - round(FROZEN_H * HOUR_MS)
            self._seen[probe] = _Seen(value, since, self.moved_mm - FROZEN_MOVED_MM)

    def look(self, modelled_mm: float | None, days: float, now: Millis) -> Soundings:
        """What they say at `now`, and what it makes of the balance `days` after its day began."""
        sound: list[Probe] = []
        known: list[tuple[str, float | None, Millis | None, bool]] = []
        for id in self._plot.sensors:
            device = self._fleet.get(id)
            at = device.measured_at_of(MOISTURE) if device is not None else None
            if device is None or at is None or not device.adopted:
                known.append((id, None, None, True))
                continue
            value = float(device.values[MOISTURE])
            stale = now - at > self.stale_after_ms
            known.append((id, value, at, stale))
            if not stale:
                sound.append(self._probe(id, value, now))
        found = calibrate(self._zone, modelled_mm, sound, days) if sound else None
        doubts = dict(found.distrusted) if found is not None else {}
        trusted = found.trusted if found is not None else ()
        values = [value for id, value, _, _ in known if id in trusted and value is not None]
        times = [at for id, _, at, _ in known if id in trusted and at is not None]
        return Soundings(
            moisture_pct=median(values) if values else None,
            oldest_at=min(times, default=None),
            calibration=found,
            status=tuple(
                ProbeStatus(id, value, at, stale, DISTRUSTED[doubts[id]] if id in doubts else None)
                for id, value, at, stale in known
            ),
        )

    @property
    def stale_after_ms(self) -> Millis:
        """A probe that was silent for longer tells nothing of the soil now."""
        return round(self._plot.guard.probe_age_max_min * 60_000)

    def alerts(self, status: Sequence[ProbeStatus], now: Millis) -> list[Decision]:
        """What is to be said of them that was not said yet."""
        decisions: list[Decision] = []
        for probe in status:
            doubted, seen = probe.distrust, self._seen.get(probe.device)
            if doubted is not None and self._alerted.get(probe.device) is not True:
                self._alerted[probe.device] = True
                message = _message(self._plot, probe.device, doubted)
                decisions.append(AlertAsked(SOURCE, probe.device, Severity.WARNING, message, now))
            elif doubted is None and not probe.stale and self._may_clear(probe.device, seen):
                self._alerted[probe.device] = False
                decisions.append(AlertCleared(SOURCE, probe.device, now))
        return decisions

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        for seen in self._seen.values():
            seen.since = correction.of(seen.since)

    def _probe(self, id: str, value: float, now: Millis) -> Probe:
        seen = self._seen.setdefault(id, _Seen(value, now, self.moved_mm))
        return Probe(id, value, (now - seen.since) / HOUR_MS, self.moved_mm - seen.moved_mm)

    def _may_clear(self, probe: str, seen: _Seen | None) -> bool:
        """A start does not know why an alert is open: a probe that was frozen must move first."""
        if self._alerted.get(probe) is False:
            return False
        return self._alerted.get(probe) is True or (seen is not None and seen.changed)


def _message(plot: Plot, probe: str, doubt: Text) -> Text:
    return Text(
        f"Không tin số đo của {probe} ở {plot.label.vi}: {doubt.vi}",
        f"{probe} of {plot.label.en} is not believed: {doubt.en}",
    )
