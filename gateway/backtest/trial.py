"""One set of rules that is tried, and the count of what it would have done."""

from collections.abc import Callable, Iterable, Sequence
from zoneinfo import ZoneInfo

from devices.reading import Millis
from devices.text import Text
from gateway.assembly import build_engines
from gateway.backtest.result import Change, RuleResult, TrialResult
from gateway.backtest.water import Water
from gateway.decisions import (
    AlertAsked,
    AlertCleared,
    CommandAsked,
    Decision,
    IrrigationAsked,
    RuleChanged,
    RuleState,
)
from gateway.fleet import Device, Fleet
from gateway.rules.expression.nodes import Last, Median, Rain
from gateway.rules.rule import Rule, source_of
from gateway.site import Site

OnChange = Callable[[Change], None]


class _Count:
    """What one rule did."""

    def __init__(self) -> None:
        self.firings = 0
        self.subjects: set[str] = set()
        self.firing_ms = 0
        self.firing_since: dict[str, Millis] = {}
        self.alerts = 0
        self.commands = 0
        self.litres = 0.0


class Trial:
    """`engine` is asked by the player, which brings what it decided. Nothing is counted before
    `count_from`."""

    def __init__(
        self, rules: Sequence[Rule], fleet: Fleet, site: Site, on_change: OnChange | None = None
    ) -> None:
        engines = build_engines(fleet, site, rules)
        self.engine = engines.rules
        self._rules = tuple(rules)
        self._alerts = engines.alerts
        self._water = Water(site.plots, ZoneInfo(site.config.place.timezone))
        self._on_change = on_change
        self._counts = {rule.id: _Count() for rule in rules}
        self._by_source = {source_of(rule.id): self._counts[rule.id] for rule in rules}
        self._from: Millis | None = None
        expressions = (part for rule in rules for part in rule.expressions)
        questions = (question for part in expressions for question in part.questions)
        self._asks_of_others = any(isinstance(one, Last | Median | Rain) for one in questions)

    def asks_of(self, device: Device) -> bool:
        """Whether it matters to any of the rules what that device says."""
        return self._asks_of_others or bool(self.engine.rules_of(device.id))

    def count_from(self, start: Millis) -> None:
        """What is decided from now on is counted; what fires already does so since `start`."""
        self._from = start
        for count in self._counts.values():
            count.firing_since = dict.fromkeys(count.firing_since, start)

    def take(self, decisions: Iterable[Decision], now: Millis) -> None:
        """Count what the engine has decided."""
        for decision in decisions:
            match decision:
                case RuleChanged():
                    self._change(decision, now)
                case AlertAsked():
                    is_new = any(alert.opened_at == now for alert in self._alerts.ask(decision))
                    if is_new and (count := self._counted(decision.source)):
                        count.alerts += 1
                case AlertCleared():
                    self._alerts.clear(decision)
                case CommandAsked():
                    if count := self._counted(decision.requester):
                        count.commands += 1
                case IrrigationAsked():
                    litres = self._water.give(decision)
                    if count := self._counted(decision.requester):
                        count.litres += litres

    def clock_set(self, by: Millis) -> None:
        """The clock goes on `by` later: what fires now has not fired longer for it."""
        for count in self._counts.values():
            count.firing_since = {who: at + by for who, at in count.firing_since.items()}

    def result(self, end: Millis) -> TrialResult:
        """What was counted until `end`."""
        health = {status.rule: status.health for status in self.engine.status()}
        return TrialResult(tuple(self._sum(rule, end, health[rule.id]) for rule in self._rules))

    def _counted(self, source: str) -> _Count | None:
        return None if self._from is None else self._by_source.get(source)

    def _change(self, changed: RuleChanged, now: Millis) -> None:
        count, subject = self._counts[changed.rule], changed.subject
        began = count.firing_since.pop(subject, None)
        if changed.state is RuleState.FIRING:
            count.firing_since[subject] = now
        if self._from is None:
            return
        if began is not None:
            count.firing_ms += max(now - began, 0)
        if changed.state is RuleState.FIRING:
            count.firings += 1
            count.subjects.add(subject)
        if self._on_change:
            self._on_change(Change(changed.rule, subject, now, changed.state))

    def _sum(self, rule: Rule, end: Millis, health: Text | None) -> RuleResult:
        count = self._counts[rule.id]
        going_on = sum(max(end - since, 0) for since in count.firing_since.values())
        return RuleResult(
            rule=rule.id,
            label=rule.label,
            firings=count.firings,
            devices=len(count.subjects),
            firing_ms=count.firing_ms + going_on,
            firing_at_end=len(count.firing_since),
            alerts=count.alerts,
            commands=count.commands,
            litres=count.litres,
            health=health,
        )
