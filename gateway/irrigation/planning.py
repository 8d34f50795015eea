"""Which waterings fit into a day: every wish gets its turn at pump, source and hours.

Pure list scheduling, as the runs do it: whenever a pump becomes free or a wish comes up, of those
that wait the one of the highest priority that fits begins, and nothing that flows is interrupted.
Knows nothing of why a plot wants water.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from math import ceil

from devices.reading import Millis
from devices.text import Text
from gateway.hamlet_time import HamletTime, TimeOfDay
from gateway.irrigation.supply import Supply
from gateway.irrigation.windows import next_opening, open_until
from gateway.plots import Plot
from gateway.watering_plan import Certainty, NotWatered, PlannedWatering

MINUTE_MS = 60_000
WORTHWHILE_MIN = 1.0
"""Less time than this before the window closes is not worth a start of the pump."""
MIDNIGHT = TimeOfDay(0)

NO_ROOM = Text(
    "trong 24 giờ tới máy bơm, nguồn nước, giờ tưới hoặc mức tối đa một ngày không còn chỗ",
    "pump, source, hours or the limit of a day have no room for it within the next 24 hours",
)
WINDOW_ENDS = Text("chưa đủ: hết giờ tưới của lô", "less than it needs: its hours end before")
DAY_LIMIT = Text("chưa đủ: đã đến mức tối đa một ngày", "less than it needs: the limit of a day")
RUN_LIMIT = Text(
    "chưa đủ: đã đến thời gian tối đa một lượt",
    "less than it needs: the time limit of one watering",
)
WAITS = Text("chờ máy bơm hoặc nguồn nước rảnh", "it waits for pump or source")


@dataclass(frozen=True, slots=True)
class Wish:
    """`litres` for a plot from `ready_at` on. `keeps_hours` says whether the plot's windows hold
    for it; `running`, that the water flows already."""

    plot: Plot
    ready_at: Millis
    litres: float
    certainty: Certainty
    reason: Text
    conflicts: tuple[Text, ...] = ()
    keeps_hours: bool = True
    running: bool = False


class DayPlan:
    """One plan from `now` to `until`. `left_l(plot, at)` is what the ceilings of the day of `at`
    leave, that of the plot and that of its source; what runs is in it, what is planned is not."""

    def __init__(
        self,
        supply: Supply,
        here: HamletTime,
        now: Millis,
        until: Millis,
        left_l: Callable[[Plot, Millis], tuple[float, float]],
    ) -> None:
        self._supply = supply
        self._here = here
        self._now = now
        self._until = until
        self._left_l = left_l
        self._flowing: list[tuple[Millis, int, Plot]] = []  # by their ends
        self._taken: dict[tuple[object, object], float] = {}  # by plot or source, and day: litres
        self._planned: list[PlannedWatering] = []

    def arrange(
        self, wishes: Iterable[Wish]
    ) -> tuple[Sequence[PlannedWatering], Sequence[NotWatered]]:
        """The waterings by their begin, and the wishes that find no room."""
        waiting: list[Wish] = []
        coming = [(wish.ready_at, n, wish) for n, wish in enumerate(wishes)]
        heapify(coming)
        at = self._now
        while coming or waiting:
            while coming and coming[0][0] <= at:
                waiting.append(heappop(coming)[2])
            waiting.sort(key=_order)
            waiting = [wish for wish in waiting if not self._begin(wish, at)]
            following = self._next_event(waiting, at)
            if coming:
                following = min(following, coming[0][0]) if following else coming[0][0]
            if following is None or following >= self._until:
                break
            at = following
            while self._flowing and self._flowing[0][0] <= at:
                heappop(self._flowing)
        left = [*waiting, *(wish for _, _, wish in coming)]
        self._planned.sort(key=lambda one: (one.begin, one.plot))
        return self._planned, [_no_room(wish) for wish in left]

    def _begin(self, wish: Wish, at: Millis) -> bool:
        """Whether it begins now."""
        plot = wish.plot
        closes = open_until(plot, at, self._here) if wish.keeps_hours else None
        flowing = [one for _, _, one in self._flowing]
        if closes is not None and closes - at < WORTHWHILE_MIN * MINUTE_MS:
            return False
        if any(one is plot for one in flowing) or not (
            wish.running or self._supply.fits(plot, flowing)
        ):
            return False
        litres, limits = self._granted(wish, at, closes)
        if litres < plot.rate_l_min * WORTHWHILE_MIN:
            return False  # until midnight, when the ceilings begin anew
        end = at + _lasts_ms(plot, litres)
        heappush(self._flowing, (end, len(self._planned), plot))
        day = self._here.day(at)
        for taker in () if wish.running else (plot.id, self._source(plot)):
            key = taker, day
            self._taken[key] = self._taken.get(key, 0.0) + litres
        late = (WAITS,) if at > wish.ready_at and closes is None and not wish.running else ()
        self._planned.append(
            PlannedWatering(
                plot=plot.id,
                begin=at,
                end=end,
                litres=litres,
                depth_mm=plot.depth_of(litres),
                certainty=wish.certainty,
                reason=wish.reason,
                conflicts=(*wish.conflicts, *late, *limits),
            )
        )
        return True

    def _granted(
        self, wish: Wish, at: Millis, closes: Millis | None
    ) -> tuple[float, tuple[Text, ...]]:
        """The litres it gets, and what limits them."""
        plot, litres = wish.plot, wish.litres
        limits: list[Text] = []
        if wish.running:
            return litres, ()
        caps = [
            (plot.rate_l_min * plot.minutes_per_run_max, RUN_LIMIT),
            (self._left(plot, at), DAY_LIMIT),
        ]
        if closes is not None:
            caps.append((_flows_in(plot, closes - at), WINDOW_ENDS))
        for most, limit in caps:
            if most < litres:
                litres = max(most, 0.0)
                limits.append(limit)
        return litres, tuple(limits[-1:])

    def _left(self, plot: Plot, at: Millis) -> float:
        day = self._here.day(at)
        of_plot, of_source = self._left_l(plot, at)
        own, shared = self._taken.get((plot.id, day), 0.0), 0.0
        source = self._source(plot)
        if source is not None:
            shared = self._taken.get((source, day), 0.0)
        return min(of_plot - own, of_source - shared)

    def _source(self, plot: Plot) -> str | None:
        source = self._supply.source(plot)
        if source is None or source.litres_per_day_max is None:
            return None
        return f"source:{source.id}"

    def _next_event(self, waiting: Sequence[Wish], at: Millis) -> Millis | None:
        """When something may begin that cannot begin now."""
        times = [self._flowing[0][0]] if self._flowing else []
        midnight = self._here.next(MIDNIGHT, at)
        if waiting and midnight is not None:
            times.append(midnight)
        for wish in waiting:
            if wish.keeps_hours and open_until(wish.plot, at, self._here) == at:
                opens = next_opening(wish.plot, at, self._here)
                if opens is not None:
                    times.append(opens)
        later = [time for time in times if time > at]
        return min(later, default=None)


def _no_room(wish: Wish) -> NotWatered:
    vi, en = f"{wish.reason.vi}, nhưng {NO_ROOM.vi}", f"{wish.reason.en}, but {NO_ROOM.en}"
    return NotWatered(wish.plot.id, Text(vi, en))


def _order(wish: Wish) -> tuple[bool, int, Millis, str]:
    return not wish.running, -wish.plot.priority, wish.ready_at, wish.plot.id


def _lasts_ms(plot: Plot, litres: float) -> Millis:
    """With the rests between soak turns, in which the pump is not counted as free."""
    minutes = litres / plot.rate_l_min
    if plot.soak is not None:
        minutes += (ceil(minutes / plot.soak.water_min) - 1) * plot.soak.rest_min
    return ceil(minutes * MINUTE_MS)


def _flows_in(plot: Plot, time_ms: Millis) -> float:
    """Litres that flow in that time."""
    minutes = time_ms / MINUTE_MS
    if plot.soak is not None:
        turn = plot.soak.water_min + plot.soak.rest_min
        whole, rest = divmod(minutes, turn)
        minutes = whole * plot.soak.water_min + min(rest, plot.soak.water_min)
    return minutes * plot.rate_l_min
