"""Waterings that one run does not bring to their end. Pure.

What changes is saved with the decisions that change it: a start goes on where it was.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace

from devices.reading import Millis
from gateway.clock import Correction
from gateway.irrigation.verdicts import DEPTH_MIN_MM
from gateway.plot_records import UnfinishedWatering
from gateway.plots import Mode
from gateway.plots.modes import CATCH_UP_MS

REST_MS = 30 * 60_000
"""Between the parts of a watering that is too much for one run."""


class Unfinished:
    """Of all plots: those that have begun to fill and go on until they are full, and the mm that a
    watering by schedule lacked. The rest of a schedule counts as long as a time of it would."""

    def __init__(self) -> None:
        self._of: dict[str, UnfinishedWatering] = {}
        self._unsaved: set[str] = set()

    def restore(self, records: Iterable[UnfinishedWatering], plots: Collection[str]) -> None:
        """Take over what the journal knows of `plots`."""
        self._of = {one.plot: one for one in records if one.plot in plots}

    def unsaved(self) -> list[UnfinishedWatering]:
        """What has changed since it was asked for last."""
        changed = [self._of[plot] for plot in sorted(self._unsaved)]
        self._unsaved.clear()
        return changed

    def is_filling(self, plot: str) -> bool:
        """Whether it goes on until it is full."""
        one = self._of.get(plot)
        return one is not None and one.filling

    def rest_mm(self, plot: str, now: Millis) -> float | None:
        """What a watering by schedule lacked, unless it is too late for it."""
        one = self._of.get(plot)
        if one is None or not 0 <= now - one.at <= CATCH_UP_MS:
            return None
        return one.rest_mm

    def rest_due(self, plot: str, now: Millis) -> Millis | None:
        """When the rest may follow."""
        return None if self.rest_mm(plot, now) is None else self._of[plot].at + REST_MS

    def fill(self, plot: str, now: Millis) -> None:
        """It has begun to fill."""
        if not self.is_filling(plot):
            self._set(UnfinishedWatering(plot, now, filling=True, rest_mm=None))

    def leave(self, plot: str, rest_mm: float, now: Millis) -> None:
        """So much is to follow of a watering by schedule."""
        self._set(UnfinishedWatering(plot, now, filling=False, rest_mm=rest_mm))

    def pause(self, plot: str, now: Millis) -> bool:
        """A part of it is over; returns whether there is more."""
        one = self._of.get(plot)
        if one is None or not (one.filling or one.rest_mm is not None):
            return False
        self._set(replace(one, at=now))
        return True

    def less(self, plot: str, mm: float, now: Millis) -> None:
        """Somebody else has watered it: so much of a schedule's rest is not lacking any more."""
        one = self._of.get(plot)
        if one is None or one.rest_mm is None:
            return
        if one.rest_mm - mm < DEPTH_MIN_MM:
            self.end(plot, now)
        elif mm > 0:
            self._set(replace(one, rest_mm=one.rest_mm - mm))

    def keep_for(self, mode: Mode, plot: str, now: Millis) -> None:
        """It goes on only in the mode in which it began, which `plots.yaml` may have changed."""
        goes_on = mode in (Mode.SOIL, Mode.BALANCE) if self.is_filling(plot) else mode.automatic
        if not goes_on:
            self.end(plot, now)

    def end(self, plot: str, now: Millis) -> None:
        """Nothing of it is left, or wanted."""
        one = self._of.get(plot)
        if one is not None and (one.filling or one.rest_mm is not None):
            self._set(UnfinishedWatering(plot, now, filling=False, rest_mm=None))

    def correct(self, correction: Correction) -> None:
        """The clock was wrong."""
        self._of = {plot: replace(one, at=correction.of(one.at)) for plot, one in self._of.items()}

    def _set(self, one: UnfinishedWatering) -> None:
        self._of[one.plot] = one
        self._unsaved.add(one.plot)
