"""The one object that pages and the API ask."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol
from zoneinfo import ZoneInfo

from devices.kinds import KINDS
from devices.text import Text
from gateway.budgets import BABBLE, BABBLE_LABEL
from gateway.clock import Millis
from gateway.decisions import Alert, Command, Explanation, RuleState, Run, State
from gateway.fleet import GATEWAY, Device, Fleet
from gateway.hamlet_time import HamletTime
from gateway.history import History, RejectedMessage, TooFineError, described
from gateway.patient_store import PatientStore
from gateway.site import Site
from gateway.storm_alert import COMMAND_STORM, STORM_LABEL
from gateway.views.condition import Condition
from gateway.views.device import (
    COMMANDS_SHOWN,
    TRANSITIONS_READ,
    Chart,
    Curve,
    DeviceDetail,
    RuleOfDevice,
    rules_on_device,
)
from gateway.views.diary import DiaryViews
from gateway.views.drawing import draw
from gateway.views.events import events
from gateway.views.fleet import DeviceRow, count, device_row, figures, shine
from gateway.views.home import Home, KindSummary
from gateway.views.missing import Missing, missing
from gateway.views.past import Past
from gateway.views.places import Places
from gateway.views.plots import PlotViews
from gateway.views.rules import TRANSITIONS_SHOWN, VERSIONS_SHOWN, RulePast
from gateway.views.subjects import Subject, subject
from gateway.views.tasks import Task, tasks
from gateway.views.watering import Irrigation, Watering, merge_runs, plot_status
from gateway.views.weeks import Weeks

HOUR_MS = 3_600_000
RUNS_SHOWN_MS = 7 * 86_400_000
NIGHTS_SHOWN_MS = 14 * 86_400_000
"""In a longer chart a night is narrower than the line."""
DECISIONS_READ = 5
"""Of each plot: the newest, and behind refused presses of a button why a plot is watered."""
ALERTS_SHOWN = 200
REJECTED_SHOWN = 100
KIND_ORDER = ("light", "wifi", "speaker", "soil", "valve", "pump", "weather")
"""As people ask for them; a new kind follows behind."""


class RuleStatus(Protocol):
    """What a rule says of itself. `subjects` counts its devices by state, `firing` names those it
    fires for; `health` says what is wrong with it, `lost` where another rule overruled it; each may
    be None."""

    @property
    def rule(self) -> str: ...
    @property
    def label(self) -> Text: ...
    @property
    def subjects(self) -> Mapping[RuleState, int]: ...
    @property
    def health(self) -> Text | None: ...
    @property
    def lost(self) -> Text | None: ...
    @property
    def firing(self) -> Sequence[str]: ...


class Views:
    """Answers questions about the hamlet. Call it on the event loop that writes the fleet.

    The store has what the journal no longer has; None where there is none.

    `alerts` gives the open alerts, `rules` the state of the rules and `rules_of` those of one
    device, all of them as they are in memory, as is the `irrigation`.
    """

    def __init__(
        self,
        site: Site,
        fleet: Fleet,
        history: History,
        store: PatientStore | None,
        *,
        alerts: Callable[[], Sequence[Alert]],
        irrigation: Irrigation,
        rules: Callable[[], Sequence[RuleStatus]],
        rules_of: Callable[[str], Sequence[RuleOfDevice]],
        condition: Callable[[], Condition],
        clock: Callable[[], Millis],
    ) -> None:
        self.site = site
        self._fleet = fleet
        self._history = history
        self._past = Past(history, store)
        self._alerts = alerts
        self._irrigation = irrigation
        self._rules = rules
        self._rules_of = rules_of
        self._condition = condition
        self._clock = clock
        self._places = Places(site)
        place = site.config.place
        here = HamletTime(ZoneInfo(place.timezone), place.latitude, place.longitude)
        self.diary = DiaryViews(site.plots, history, here, clock)
        self._weeks = Weeks(place, fleet, history)
        self.plots = PlotViews(site, fleet, history, irrigation, self.watering, clock)

    @property
    def now(self) -> Millis:
        """The time by which everything is judged."""
        return self._clock()

    @property
    def midnight(self) -> Millis:
        """When the local day began."""
        return self._weeks.midnight(self.now)

    def condition(self) -> Condition:
        """How the gateway itself is."""
        return self._condition()

    def rules(self) -> Sequence[RuleStatus]:
        """The rules and how they are."""
        return self._rules()

    def subject(self, id: str) -> Subject:
        """How people call what a rule is about."""
        return subject(self._places, self._fleet, id)

    async def rule_past(self, rule: str) -> RulePast:
        """What became of a rule, also of one that was removed."""
        transitions, versions = await asyncio.gather(
            asyncio.to_thread(self._history.transitions_of_rule, rule, TRANSITIONS_SHOWN),
            asyncio.to_thread(self._history.rule_versions, rule, VERSIONS_SHOWN),
        )
        return RulePast(transitions, versions)

    def tasks(self) -> tuple[Task, ...]:
        """What needs a person."""
        labels = {BABBLE: BABBLE_LABEL, COMMAND_STORM: STORM_LABEL, **self._rule_labels()}
        return tasks(self._alerts(), self._fleet, labels, self._places.shared)

    async def home(self) -> Home:
        """The hamlet at a glance."""
        watering = await self.watering()
        await self._weeks.refresh(self.now)
        now = self.now
        devices = [d for d in self._fleet.adopted() if d.kind.name != GATEWAY]
        stations = [device for device in devices if device.kind.name == "weather"]
        heard = [device.heard_at for device in devices if device.heard_at is not None]
        return Home(
            now=now,
            heard_at=max(heard, default=None),
            lit=shine((d for d in devices if d.kind.name == "light"), now),
            kinds=self._kinds(devices),
            tasks=self.tasks(),
            watering=watering,
            weather=figures(stations[0], now) if stations else (),
            drawing=draw(self.site, devices, frozenset(plot.id for plot in watering.running)),
            new_devices=sum(1 for _ in self._fleet.unadopted()),
            condition=self._condition(),
        )

    async def watering(self) -> Watering:
        """Every plot: what is watered, and why or why not."""
        now = self.now
        saved, decisions = await asyncio.to_thread(self._read_watering, now - RUNS_SHOWN_MS)
        runs = merge_runs(saved, self._irrigation.runs())
        midnight = self._weeks.midnight(now)
        plots = tuple(
            plot_status(
                plot,
                self._fleet,
                runs,
                decisions[plot.id],
                self._irrigation.status(plot.id, now),
                midnight,
                now,
            )
            for plot in self.site.plots
        )
        return Watering(plots, sum(plot.today_l for plot in plots))

    def devices(self) -> tuple[DeviceRow, ...]:
        """The adopted devices in the order of the site."""
        return self._rows(self._fleet.adopted())

    def new_devices(self) -> tuple[DeviceRow, ...]:
        """The devices that wait to be adopted."""
        return self._rows(self._fleet.unadopted())

    def row(self, id: str) -> DeviceRow | None:
        """The device of that id as a row, adopted or not."""
        device = self._fleet.get(id)
        return None if device is None else self._row(device)

    def missing(self, id: str) -> Missing:
        """What the device of that id measured and the gateway does not have."""
        device = self._fleet.get(id)
        return Missing() if device is None else missing(device, self.now)

    async def device(self, id: str) -> DeviceDetail | None:
        """Everything about one device, or None when there is none of that id."""
        device = self._fleet.get(id)
        if device is None:
            return None
        transitions, commands, messages = await asyncio.gather(
            asyncio.to_thread(self._history.transitions, id, TRANSITIONS_READ),
            asyncio.to_thread(self._history.commands, id, COMMANDS_SHOWN),
            asyncio.to_thread(self._history.messages, id, 1),
        )
        await self._weeks.refresh(self.now)
        return DeviceDetail(
            row=self._row(device),
            adopted=device.adopted,
            road=self._places.road(device),
            settings=dict(device.settings),
            info=device.info,
            extra=device.extra,
            week=self._weeks.of_device(device),
            missing=missing(device, self.now),
            alerts=tuple(alert for alert in self._alerts() if alert.subject == id),
            rules=rules_on_device(self._rules_of(id), transitions),
            rule_labels=self._rule_labels(),
            commands=tuple(commands),
            last_message=messages[0] if messages else None,
        )

    async def curve(
        self, id: str, metric: str, start: Millis, end: Millis, step: Millis
    ) -> Curve | None:
        """A metric over time; None when there is no such device or it has no such metric. Raises
        TooFineError."""
        asked = described(self._fleet, id, metric)
        if asked is None:
            return None
        series = self._past.series
        return Curve(asked[1], *await asyncio.to_thread(series, id, metric, start, end, step))

    async def chart(
        self, id: str, metrics: Sequence[str], start: Millis, end: Millis, step: Millis
    ) -> Chart:
        """The curves of those metrics which the device has, the nights and what happened. Of a
        device that sends very often the step is an hour at least."""
        # All at once: whoever has to wait for the store waits once.
        (curves, step), states, transitions = await asyncio.gather(
            self._curves(id, metrics, start, end, step),
            asyncio.to_thread(self._past.states, start, end, id),
            asyncio.to_thread(self._history.transitions, id, TRANSITIONS_READ),
        )
        nights = self._weeks.nights(start, end) if end - start <= NIGHTS_SHOWN_MS else ()
        device = self._fleet.get(id)
        return Chart(
            start,
            end,
            step,
            tuple(curve for curve in curves if curve is not None),
            tuple(nights),
            events(states.get(id, ()), transitions, self._rule_labels(), start),
            tuple(device.sequences.gaps()) if device is not None else (),
        )

    async def _curves(
        self, id: str, metrics: Sequence[str], start: Millis, end: Millis, step: Millis
    ) -> tuple[Sequence[Curve | None], Millis]:
        """Of each metric, and the step that they came to have."""
        try:
            return await asyncio.gather(
                *(self.curve(id, metric, start, end, step) for metric in metrics)
            ), step
        except TooFineError:
            return await self._curves(id, metrics, start, end, HOUR_MS)

    async def alerts(self) -> Sequence[Alert]:
        """Open alerts first, then the newest that are over."""
        saved = await asyncio.to_thread(self._history.alerts, ALERTS_SHOWN)
        opened = list(self._alerts())
        ids = {alert.id for alert in opened}
        ended = [a for a in saved if a.resolved_at is not None and a.id not in ids]
        return [*opened, *ended]

    async def runs(self, since: Millis) -> Sequence[Run]:
        """The waterings that were going on at `since` or later, newest first."""
        saved = await asyncio.to_thread(self._history.runs, since)
        runs = merge_runs(saved, self._irrigation.runs())
        return sorted(runs, key=lambda run: run.created_at, reverse=True)

    async def command(self, id: str) -> Command | None:
        """What became of a command."""
        return await asyncio.to_thread(self._history.command, id)

    async def rejected(self) -> Sequence[RejectedMessage]:
        """The newest messages that were not accepted."""
        return await asyncio.to_thread(self._history.rejected, REJECTED_SHOWN)

    def _kinds(self, devices: Sequence[Device]) -> tuple[KindSummary, ...]:
        names = sorted(KINDS.keys() - {GATEWAY}, key=_place_in_order)
        by_kind: dict[str, list[Device]] = {name: [] for name in names}
        for device in devices:
            by_kind[device.kind.name].append(device)
        return tuple(
            KindSummary(
                KINDS[name],
                count(found),
                self._weeks.of_kind(name),
                self._places.shared([d for d in found if d.state is State.DOWN]),
            )
            for name, found in by_kind.items()
        )

    def _rows(self, devices: Iterable[Device]) -> tuple[DeviceRow, ...]:
        now = self.now
        return tuple(device_row(device, self._places.of(device), now) for device in devices)

    def _row(self, device: Device) -> DeviceRow:
        return device_row(device, self._places.of(device), self.now)

    def _rule_labels(self) -> Mapping[str, Text]:
        return {rule.rule: rule.label for rule in self._rules()}

    def _read_watering(
        self, since: Millis
    ) -> tuple[Sequence[Run], Mapping[str, Sequence[Explanation]]]:
        plots = self.site.plots
        decisions = {plot.id: self._history.explanations(plot.id, DECISIONS_READ) for plot in plots}
        return self._history.runs(since), decisions


def _place_in_order(kind: str) -> tuple[int, str]:
    return (KIND_ORDER.index(kind) if kind in KIND_ORDER else len(KIND_ORDER), kind)
