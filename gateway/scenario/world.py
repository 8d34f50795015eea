"""The gateway of a scenario: its pipeline with all engines, whose time is what the story says.

Water is not given: what a rule asks for is noted, whether the plot gets it is the irrigation's to
decide and to test. No device answers a command.
"""

import json
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from devices.reading import Millis
from devices.topics import Channel, Topic
from gateway.assembly import build_engines, connect
from gateway.decisions import (
    Alert,
    Command,
    Decision,
    IrrigationAsked,
    RuleChanged,
    RuleState,
)
from gateway.fleet import GATEWAY, Device, Fleet
from gateway.irrigation.engine import IrrigationEngine
from gateway.journal.memory import list_device
from gateway.rules.rule import Rule, source_of
from gateway.rules.storms import COMMAND_STORM
from gateway.scenario.story import Said
from gateway.site import Site

_BOOT = "scenario"
_OF_RULES = source_of("")


class World:
    """`commands` and `water` gather what the rules asked for, until somebody takes it out."""

    def __init__(self, site: Site, rules: Sequence[Rule], start: Millis) -> None:
        self.fleet = Fleet()
        for number, config in enumerate(site.devices, 1):
            self.fleet.add(list_device(number, config))
        engines = build_engines(self.fleet, site, rules)
        zone = ZoneInfo(site.config.place.timezone)
        engines.irrigation = self._irrigation = _Listener(self.fleet, zone)
        self.water = self._irrigation.asked
        self.commands: list[Command] = []
        self._states: dict[tuple[str, str], RuleState] = {}
        self._known_commands: set[str] = set()
        self._hamlet = site.config.hamlet
        self._start = self._now = start
        self._ticked = start - 1
        self._numbers: dict[str, int] = {}
        self._pipeline = connect(engines, site.config, 0)
        self._pipeline.start((), start)
        self._gather()

    def pass_time(self, until: Millis, *, including: bool) -> None:
        """Do what falls due before `until`, which is ms after the start, or then, too."""
        end = self._start + until
        while (due := self._pipeline.next_deadline()) is not None:
            at = max(due, self._ticked + 1)  # whatever was due then is done
            if at > end or (at == end and not including):
                break
            self._now = max(self._now, at)
            self._ticked = at
            self._pipeline.tick(self._now)
            self._gather()
        self._now = max(self._now, end)

    def say(self, said: Said) -> str | None:
        """A device says something at the present time. Returns why the gateway does not take it."""
        device = self.fleet.get(said.device)
        assert device is not None  # noqa: S101 - see load.py
        before = sum(self._pipeline.counters.rejected.values())
        if said.status is not None:
            self._receive(device, Channel.STATUS, said.status.encode())
        elif said.event is not None:
            self._receive(device, Channel.EVENT, json.dumps(said.event, default=str).encode())
        else:
            payload = self._telemetry(said)
            if device.id == GATEWAY:
                self._pipeline.report(payload, self._now)
            else:
                self._receive(device, Channel.TELEMETRY, payload)
        reason = self._gather()
        return reason if sum(self._pipeline.counters.rejected.values()) > before else None

    def subjects(self, rule: str) -> dict[str, RuleState]:
        """By subject, how the rule stands for all that it concerns."""
        subjects = self._pipeline.engines.rules.subjects_of(rule)
        return {one: self._states.get((rule, one), RuleState.INACTIVE) for one in subjects}

    def alerts(self) -> list[Alert]:
        """The open alerts of rules, and those that speak of rules."""
        found = self._pipeline.engines.alerts.open_alerts()
        return [
            alert
            for alert in found
            if alert.source.startswith(_OF_RULES) or alert.source == COMMAND_STORM
        ]

    def fault_of(self, rule: str) -> str | None:
        """What is wrong with a rule, or None."""
        found = (one for one in self._pipeline.engines.rules.status() if one.rule == rule)
        return next((one.health.en for one in found if one.health is not None), None)

    def _receive(self, device: Device, channel: Channel, payload: bytes) -> None:
        topic = str(Topic(self._hamlet, device.kind.name, device.id, channel))
        self._pipeline.receive(topic, payload, 0, 0, self._now)

    def _telemetry(self, said: Said) -> bytes:
        number = self._numbers[said.device] = self._numbers.get(said.device, 0) + 1
        about: dict[str, object] = {"seq": number, "boot": _BOOT}
        if said.measured is not None:
            about["measured_at"] = self._start + said.measured
        return json.dumps({**about, **said.values}).encode()

    def _gather(self) -> str:
        """What was decided since the last call; returns why a message was rejected last."""
        work = self._pipeline.take_work()
        self._pipeline.committed(work)
        self._pipeline.engines.outbox.due(self._now)
        self._take(work.batch.records)
        return work.batch.rejected[-1].detail.en if work.batch.rejected else "as the one before"

    def _take(self, records: Iterable[object]) -> None:
        for record in records:
            if isinstance(record, RuleChanged):
                self._states[record.rule, record.subject] = record.state
            elif isinstance(record, Command) and record.id not in self._known_commands:
                self._known_commands.add(record.id)
                if record.requester.startswith(_OF_RULES):
                    self.commands.append(record)


class _Listener(IrrigationEngine):
    """Without plots: notes what it is asked for, and does nothing."""

    def __init__(self, fleet: Fleet, zone: ZoneInfo) -> None:
        super().__init__((), fleet, zone)
        self.asked: list[IrrigationAsked] = []

    def ask(self, asked: IrrigationAsked, now: Millis) -> Sequence[Decision]:
        self.asked.append(asked)
        return ()
