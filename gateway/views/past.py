"""What was measured, from wherever it is: the journal first, and what it no longer has from the
long-term store."""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from gateway.clock import Millis
from gateway.decisions import StateChanged
from gateway.history import History, Point
from gateway.patient_store import PatientStore


class Origin(Enum):
    """Where an answer comes from. NO_ANSWER: the store would have more, but says nothing."""

    JOURNAL = "journal"
    STORE = "store"
    NO_ANSWER = "no-answer"


class Found(NamedTuple):
    """A series and where it comes from."""

    points: Sequence[Point]
    origin: Origin


class Past:
    """Calls block, as those of History do, and no longer than the store's patience."""

    def __init__(self, history: History, store: PatientStore | None) -> None:
        self._history = history
        self._store = store

    def series(self, device: str, metric: str, start: Millis, end: Millis, step: Millis) -> Found:
        """See Store."""
        points = self._history.series(device, metric, start, end, step)
        seam = self._seam(device, start, end, step)
        if self._store is None or seam <= start:
            return Found(points, Origin.JOURNAL)
        older = self._store.ask(lambda store: store.series(device, metric, start, seam, step))
        if older is None:
            return Found(points, Origin.NO_ANSWER)
        known = {point.at for point in older}
        newer = [point for point in points if point.at >= seam or point.at not in known]
        return Found(sorted([*older, *newer]), Origin.STORE)

    def states(
        self, start: Millis, end: Millis, device: str
    ) -> Mapping[str, Sequence[StateChanged]]:
        """See Store; of one device."""
        known = self._history.states(start, end, device)
        seam = self._seam(device, start, end, 1)
        if self._store is None or seam <= start:
            return known
        older = self._store.ask(lambda store: store.states(start, seam, device)) or {}
        changes = {
            change.since: change
            for found in (older, known)  # the journal has the last word
            for change in found.get(device, ())
        }
        return {device: [changes[since] for since in sorted(changes)]} if changes else {}

    def _seam(self, device: str, start: Millis, end: Millis, step: Millis) -> Millis:
        """Until when the journal has not everything: whole steps, so that none is half of each."""
        known_from = self._history.known_from(device, step)
        if known_from is None:
            return end
        return min(end, start - (start - known_from) // step * step)
