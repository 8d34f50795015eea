"""Carries each decision to whom it concerns, and what they decide on, until all is said. Pure."""

from collections import deque
from collections.abc import Iterable

from devices.reading import Millis
from gateway.counters import Counters
from gateway.decisions import (
    Alert,
    AlertAsked,
    AlertCleared,
    Command,
    CommandAsked,
    CommandState,
    Decision,
    Explanation,
    IrrigationAsked,
    RuleChanged,
    Run,
    StateChanged,
)
from gateway.engines import Engines
from gateway.fleet import Fleet
from gateway.health.engine import SILENT
from gateway.plot_records import (
    DiaryEntry,
    NoGo,
    Override,
    PlotSetting,
    Proposal,
    ProposalAnswered,
    WeatherHour,
)
from gateway.work import Work


class Settling:
    """Between the engines of one hamlet."""

    def __init__(self, fleet: Fleet, engines: Engines, counters: Counters) -> None:
        self._fleet = fleet
        self._engines = engines
        self._counters = counters

    def settle(self, work: Work, decisions: Iterable[Decision], now: Millis) -> None:
        """All of it becomes part of the work."""
        queue = deque(decisions)
        while queue:
            queue.extend(self._carry(work, queue.popleft(), now))

    def _carry(self, work: Work, decision: Decision, now: Millis) -> Iterable[Decision]:
        engines = self._engines
        work.decided = True
        match decision:
            case AlertAsked():
                return engines.alerts.ask(decision)
            case AlertCleared():
                return engines.alerts.clear(decision)
            case CommandAsked():
                return engines.outbox.ask(decision, now)
            case IrrigationAsked():
                return engines.irrigation.ask(decision, now)
            case ProposalAnswered():
                return engines.irrigation.answer(decision, now)
        work.batch.records.append(decision)
        match decision:
            case Alert():
                work.alerts = True
                work.changed.add(decision.subject)
            case Command(state=CommandState.QUEUED):
                self._counters.commands[decision.state] += 1
                work.commands.append(decision.id)
            case Command():
                self._counters.commands[decision.state] += 1
                work.changed.add(decision.device)
                return engines.irrigation.on_command(decision, now)
            case Run():
                work.runs = True
                return engines.diary.on_run(decision, now)
            case Explanation():
                work.runs = True
                engines.diary.on_explanation(decision)
            case DiaryEntry():
                work.runs = True
                return engines.diary.on_entry(decision, now)
            case WeatherHour():
                engines.diary.on_hour(decision)
            case Proposal():
                work.runs = True
            case PlotSetting() | NoGo() | Override():
                return self._set(work, decision, now)
            case StateChanged():
                return self._change_state(work, decision, now)
            case RuleChanged():
                work.changed.add(decision.subject)
        return ()

    def _set(
        self, work: Work, setting: PlotSetting | NoGo | Override, now: Millis
    ) -> Iterable[Decision]:
        """What a person wants of a plot; an override stands in the diary, too."""
        work.runs = True
        decisions = [*self._engines.irrigation.on_setting(setting, now)]
        match setting:
            case NoGo():
                self._engines.diary.on_no_go(setting)
            case Override():
                decisions += self._engines.diary.on_override(setting, now)
        return decisions

    def _change_state(self, work: Work, changed: StateChanged, now: Millis) -> Iterable[Decision]:
        device = self._fleet.get(changed.device)
        if device is None:
            return ()
        device.change(changed)
        work.changed.add(device.id)
        return self._engines.rules.on_stale(device, now) if changed.cause == SILENT else ()
