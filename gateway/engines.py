"""The engines of one hamlet together: started, ticked and restored as one."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

from devices.reading import Millis
from gateway.alerts.engine import AlertEngine
from gateway.clock import Correction
from gateway.commands.outbox import Outbox
from gateway.decisions import (
    Alert,
    AlertCleared,
    Command,
    Decision,
    Explanation,
    Record,
    RuleChanged,
    Run,
    Severity,
)
from gateway.diary.engine import DiaryEngine
from gateway.fleet import Fleet
from gateway.health.engine import HealthEngine
from gateway.irrigation.engine import IrrigationEngine
from gateway.irrigation.notices import SOURCE as IRRIGATION
from gateway.irrigation.probes import SOURCE as PROBES
from gateway.plot_records import PlotMemory
from gateway.rules.engine import RuleEngine
from gateway.rules.rule import Rule, armed, is_rule
from gateway.storm_alert import COMMAND_STORM


@dataclass(slots=True)
class Remembered:
    """What the journal knows of the engines' state; `reasons` say why the runs were begun."""

    rules: Sequence[RuleChanged] = ()
    alerts: Sequence[Alert] = ()
    commands: Sequence[Command] = ()
    runs: Sequence[Run] = ()
    reasons: Sequence[Explanation] = ()
    plots: PlotMemory = field(default_factory=PlotMemory)


@dataclass(slots=True)
class Engines:
    """Every engine, pure; the pipeline carries decisions between them."""

    fleet: Fleet
    health: HealthEngine
    rules: RuleEngine
    alerts: AlertEngine
    outbox: Outbox
    irrigation: IrrigationEngine
    diary: DiaryEngine
    remembered: Remembered = field(default_factory=Remembered)

    def restore(self, now: Millis, *, clock_trusted: bool = True) -> list[Decision]:
        """Take up what was going on when the gateway stopped, and say what follows from it."""
        remembered, self.remembered = self.remembered, Remembered()
        self.alerts.restore(remembered.alerts)
        self.diary.restore(remembered.plots, remembered.reasons)
        storms = [alert.subject for alert in remembered.alerts if alert.source == COMMAND_STORM]
        doubted = [alert.subject for alert in remembered.alerts if alert.source == PROBES]
        return [
            *self.outbox.restore(remembered.commands, now, clock_trusted=clock_trusted),
            *self.health.restore(now, clock_trusted=clock_trusted),
            *self.rules.restore(remembered.rules, now, storms),
            *self._clear_orphans(now),
            *self.irrigation.restore(remembered.runs, now, remembered.plots, doubted),
        ]

    def replace_rules(self, rules: Sequence[Rule], now: Millis) -> list[Decision]:
        """Go on with other rules."""
        return [*self.rules.replace(armed(rules), now), *self._clear_orphans(now)]

    def _clear_orphans(self, now: Millis) -> list[Decision]:
        """End the alerts of rules that do not fire, or have been edited not to alert any more, and
        those of plots and their devices that are gone from `plots.yaml`."""
        held = self.rules.alerting()
        return [
            AlertCleared(alert.source, alert.subject, now)
            for alert in self.alerts.open_alerts()
            if (is_rule(alert.source) and (alert.source, alert.subject) not in held)
            or self._of_nothing_watered(alert)
        ]

    def _of_nothing_watered(self, alert: Alert) -> bool:
        """A critical one is none: water may flow, whatever the file says."""
        of_water = alert.source.partition(":")[0] == IRRIGATION
        critical = alert.severity is Severity.CRITICAL
        return of_water and not critical and not self.irrigation.knows(alert.subject)

    def correct(self, correction: Correction, now: Millis) -> list[Record]:
        """The clock was wrong, and it is `now`: nothing that waits comes sooner or later for it.
        Returns the records that are to be saved anew."""
        for device in self.fleet:
            device.correct(correction, now)
        self.health.correct(correction, now)
        self.diary.correct(correction)
        return [
            *self.alerts.correct(correction),
            *self.outbox.correct(correction),
            *self.rules.correct(correction, now),
            *self.irrigation.correct(correction, now),
        ]

    def on_tick(self, now: Millis) -> list[Decision]:
        """What is due at `now` in any of them."""
        return list(
            chain(
                self.health.on_tick(now),
                self.rules.on_tick(now),
                self.irrigation.on_tick(now),
                self.outbox.on_tick(now),
            )
        )

    def next_deadline(self) -> Millis | None:
        """The earliest time at which one of them has something to do."""
        earliest = self.health.next_deadline()
        for part in (self.rules, self.irrigation, self.outbox):  # asked after every message
            at = part.next_deadline()
            if at is not None and (earliest is None or at < earliest):
                earliest = at
        return earliest
