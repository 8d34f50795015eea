"""Which decisions are worth telling: a change, and now and then that nothing changed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from devices.reading import Millis
from gateway.clock import Correction
from gateway.decisions import Explanation
from gateway.plot_records import HOLD, LookMade

AGAIN_MS = 12 * 3_600_000
"""The same decision for the same cause is told again after this."""
PER_DAY_MAX = 8
"""Told of one plot within DAY_MS, waterings and questions apart: where a wind comes and goes,
nobody reads more."""
DAY_MS = 86_400_000
SAVED_MS = 60_000
"""What was decided so long before the last sign of life is saved for certain."""
ALWAYS = frozenset({"water", "ask"})
KEPT_BACK = "interlock:"
"""So begins the cause of a look at a plot from which an interlock kept its water back."""


@dataclass(slots=True)
class _Last:
    at: Millis
    cause: str
    since: Millis  # when the present day of telling began
    count: int = 0


class Told:
    """The newest decision of each plot, as it was told, and as it is."""

    def __init__(self) -> None:
        self._last: dict[str, _Last] = {}
        self._moments: dict[str, Millis] = {}
        self._newest: dict[str, Explanation] = {}

    def restore(
        self, looks: Iterable[LookMade], plots: Iterable[str], there_at: Millis | None
    ) -> None:
        """What was told of the plots before the start. Of one of which nothing was, the gateway
        knows that nothing was due while it was there, last `there_at`."""
        if there_at is not None:
            at = there_at - SAVED_MS
            self._last = {plot: _Last(at, "", at) for plot in plots}
        for one in looks:
            self._last[one.plot] = _Last(one.at, one.cause, one.at)
            if one.moment is not None:
                self._moments[one.plot] = one.moment

    def last_at(self, plot: str) -> Millis | None:
        """When something was told of the plot."""
        last = self._last.get(plot)
        return None if last is None else last.at

    def moment(self, plot: str) -> Millis | None:
        """The newest time of its schedule that was looked at."""
        return self._moments.get(plot)

    def kept_back(self, plot: str) -> bool:
        """Whether an interlock did, when something was told last."""
        last = self._last.get(plot)
        return last is not None and last.cause.startswith(KEPT_BACK)

    def newest(self, plot: str) -> Explanation | None:
        """What was decided last since the start, told or not."""
        return self._newest.get(plot)

    def forget(self, plot: str) -> None:
        """What was decided does not count any more."""
        self._newest.pop(plot, None)

    def renew(self, plot: str, moment: Millis) -> None:
        """A time of its schedule has come: what is told next is news, even if it is the same as
        before."""
        self._moments[plot] = moment
        last = self._last.get(plot)
        if last is not None:
            last.cause = ""

    def worth(self, explanation: Explanation, cause: str) -> list[Explanation]:
        """The explanation, or nothing."""
        if explanation.action == HOLD:  # what came before it is dealt with when the time is known
            return [explanation]
        now, plot = explanation.at, explanation.plot
        before = self._newest.get(plot)
        if before is None or before.sentence != explanation.sentence:
            self._newest[plot] = explanation
        last = self._last.setdefault(plot, _Last(0, "", now))
        if not 0 <= now - last.since < DAY_MS:
            last.since, last.count = now, 0
        always = explanation.action in ALWAYS
        if not always:
            same = last.cause == cause and 0 <= now - last.at < AGAIN_MS
            if same or last.count >= PER_DAY_MAX:
                return []
            last.count += 1
        last.at, last.cause = now, cause
        moment = self._moments.get(plot)
        if moment is None:
            return [explanation]
        return [replace(explanation, inputs={**explanation.inputs, "moment": moment})]

    def correct(self, correction: Correction) -> None:
        """The clock was wrong; the times of a schedule stay what they are."""
        for last in self._last.values():
            last.at, last.since = correction.of(last.at), correction.of(last.since)
        self._newest = {
            plot: replace(one, at=correction.of(one.at)) for plot, one in self._newest.items()
        }
