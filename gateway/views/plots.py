"""One plot with all there is to say about its water, and the plan for all of them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import Explanation
from gateway.fleet import Fleet
from gateway.history import History
from gateway.plot_acts import Amount, Unit
from gateway.plot_records import BalanceDay, PlotSetting
from gateway.plots import Plot
from gateway.site import Site
from gateway.views.watering import Irrigation, PlotStatus, Watering
from gateway.watering_plan import Held, Plan

DAYS_SHOWN = 14
EXPLANATIONS_SHOWN = 30
SETTINGS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class PlotDetail:
    """A plot now and in the last days. `balance` is oldest first; `decisions` and `settings` are
    newest first; `overridable` names the interlocks that may be overridden; `today` is the hamlet's
    day."""

    plot: Plot
    status: PlotStatus
    held: tuple[Held, ...]
    overridable: Mapping[str, Text]
    balance: tuple[BalanceDay, ...]
    decisions: tuple[Explanation, ...]
    settings: tuple[PlotSetting, ...]
    today: date


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a watering would be: `litres` of those `asked_l`, the others being over the day's
    ceiling or the longest run."""

    asked_l: float
    litres: float
    depth_mm: float
    length: Millis


@dataclass(frozen=True, slots=True)
class Supplied:
    """What draws from one pump, or without a pump from the source itself. `label` is None where
    neither has a name."""

    label: Text | None
    plots: frozenset[str]


@dataclass(frozen=True, slots=True)
class PlanDetail:
    """The plan, the plots by id, and where they get their water."""

    plan: Plan
    labels: Mapping[str, Text]
    supplies: tuple[Supplied, ...]


def foreseen(plot: Plot, amount: Amount, most_l: float) -> Foreseen:
    """What would come of asking for so much, where one more watering gives `most_l` at most."""
    per_unit = {Unit.DEPTH: plot.litres_of(1.0), Unit.LITRES: 1.0, Unit.MINUTES: plot.rate_l_min}
    asked = amount.value * per_unit[amount.unit]
    litres = min(asked, most_l)
    minutes = litres / plot.rate_l_min
    return Foreseen(asked, litres, plot.depth_of(litres), round(minutes * 60_000))


class PlotViews:
    """What the pages of the plots and the plan show. `watering` gives all plots as they are."""

    def __init__(
        self,
        site: Site,
        fleet: Fleet,
        history: History,
        irrigation: Irrigation,
        watering: Callable[[], Awaitable[Watering]],
        clock: Callable[[], Millis],
    ) -> None:
        self._water = site.water
        self._plots = {plot.id: plot for plot in site.plots}
        self._zone = ZoneInfo(site.config.place.timezone)
        self._fleet = fleet
        self._history = history
        self._irrigation = irrigation
        self._watering = watering
        self._clock = clock

    def plot(self, id: str) -> Plot | None:
        """The plot of that id."""
        return self._plots.get(id)

    async def detail(self, id: str) -> PlotDetail | None:
        """Everything about one plot, or None when there is none of that id."""
        plot = self._plots.get(id)
        if plot is None:
            return None
        now = self._clock()
        today = datetime.fromtimestamp(now / 1000, self._zone).date()
        watering = await self._watering()
        balance, decisions, settings = await asyncio.to_thread(self._past, id, today)
        return PlotDetail(
            plot,
            next(status for status in watering.plots if status.id == id),
            tuple(self._irrigation.held(id, now)),
            self._irrigation.overridable,
            tuple(balance),
            tuple(decisions),
            tuple(settings),
            today,
        )

    async def balance(self, id: str, since: date) -> Sequence[BalanceDay]:
        """The water in the root zone of a plot from that day on, oldest first."""
        return await asyncio.to_thread(self._history.balance_days, id, since)

    async def explanations(
        self, id: str, limit: int, until: Millis | None = None
    ) -> Sequence[Explanation]:
        """The newest decisions for a plot, up to `until` where it is given."""
        return await asyncio.to_thread(self._history.explanations, id, limit, until)

    def plan(self) -> PlanDetail:
        """What is expected of the next 24 hours."""
        sources = {source.id: source.label for source in self._water.sources}
        return PlanDetail(
            self._irrigation.plan(self._clock()),
            {plot.id: plot.label for plot in self._water.plots},
            tuple(supplies(self._water.plots, self._fleet, sources)),
        )

    def _past(
        self, plot: str, today: date
    ) -> tuple[Sequence[BalanceDay], Sequence[Explanation], Sequence[PlotSetting]]:
        since = today - timedelta(days=DAYS_SHOWN - 1)
        return (
            self._history.balance_days(plot, since),
            self._history.explanations(plot, EXPLANATIONS_SHOWN),
            self._history.plot_settings(plot, SETTINGS_SHOWN),
        )


def supplies(plots: Sequence[Plot], fleet: Fleet, sources: Mapping[str, Text]) -> list[Supplied]:
    """In the order of the plots."""
    users: dict[tuple[str | None, str | None], set[str]] = {}
    for plot in plots:
        key = (plot.pump, None) if plot.pump else (None, plot.source)
        users.setdefault(key, set()).add(plot.id)
    return [
        Supplied(_pump_label(fleet, pump) if pump else sources.get(source or ""), frozenset(ids))
        for (pump, source), ids in users.items()
    ]


def _pump_label(fleet: Fleet, pump: str) -> Text:
    device = fleet.get(pump)
    return device.label if device else Text(pump, pump)
