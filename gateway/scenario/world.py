"""The gateway of a scenario: its pipeline with all engines, whose time is what the story says.

Water is not given: what a rule asks for is noted, whether the plot gets it is the irrigation's to
decide and to test. No device answers a command.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from devices.metric import Value
from devices.reading import Millis
from devices.topics import Channel, Topic
from gateway.assembly import build_engines, connect, hamlet_time
from gateway.decisions import (
    Alert,
    Command,
    Decision,
    IrrigationAsked,
    RuleChanged,
    RuleState,
)
from gateway.engines import Remembered
from gateway.fleet import GATEWAY, Device, Fleet
from gateway.hamlet_time import HamletTime
from gateway.irrigation.engine import IrrigationEngine
from gateway.journal.memory import list_device
from gateway.plots import PlotsFile
from gateway.rules.rule import Rule, source_of
from gateway.scenario.story import MESSAGES_MAX, Said
from gateway.scenario.written import Outage
from gateway.site import Site
from gateway.storm_alert import COMMAND_STORM

_BOOT = "scenario"
_OF_RULES = source_of("")


class Refused(NamedTuple):
    """What a device said that the gateway does not take, and why."""

    said: Said
    reason: str


class World:
    """`commands` and `water` gather what the rules asked for, `refused` what was not taken, until
    somebody takes it out.

    While the gateway is off, the broker keeps what devices say; then it starts from what it saved,
    as from a journal, and hears that first.
    """

    def __init__(
        self, site: Site, rules: Sequence[Rule], start: Millis, outages: Sequence[Outage] = ()
    ) -> None:
        self.fleet = Fleet()
        for number, config in enumerate(site.devices, 1):
            self.fleet.add(list_device(number, config))
        self.commands: list[Command] = []
        self.water: list[IrrigationAsked] = []
        self.refused: list[Refused] = []
        self._site = site
        # Its author knows how much is said; no device of a scenario is a babbling one.
        limits = site.config.limits.model_copy(update={"device_burst": MESSAGES_MAX})
        self._config = site.config.model_copy(update={"limits": limits})
        self._rules = rules
        self._start = self._now = start
        self._ticked = start - 1
        self._outages = list(reversed(outages))
        self._kept: list[Said] | None = None
        self._measured: dict[str, list[tuple[Millis, Mapping[str, Value]]]] = {}
        self._numbers: dict[str, int] = {}
        self._states: dict[tuple[str, str], RuleChanged] = {}
        self._known_commands: dict[str, Command] = {}
        self._begin(Remembered())

    def pass_time(self, until: Millis, *, including: bool) -> None:
        """Do what falls due before `until`, which is ms after the start, or then, too."""
        while self._outages and self._outages[-1].off <= until:
            outage = self._outages[-1]
            if self._kept is None:
                self._tick_until(outage.off, including=False)
                self._kept = []
            if outage.on > until:
                return
            self._outages.pop()
            self._restart(outage.on)
        self._tick_until(until, including=including)

    def say(self, said: Said) -> None:
        """A device says something, at the present time."""
        if self._kept is not None:
            self._kept.append(said)
            return
        before = sum(self._pipeline.counters.rejected.values())
        self._tell(said)
        reason = self._gather()
        if sum(self._pipeline.counters.rejected.values()) > before:
            self.refused.append(Refused(said, reason))

    def subjects(self, rule: str) -> dict[str, RuleState]:
        """By subject, how the rule stands for all that it concerns."""
        subjects = self._pipeline.engines.rules.subjects_of(rule)
        found = {one: self._states.get((rule, one)) for one in subjects}
        return {one: state.state if state else RuleState.INACTIVE for one, state in found.items()}

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

    def _begin(self, remembered: Remembered) -> None:
        engines = build_engines(self.fleet, self._site, self._rules)
        engines.rules.around.recall = self._recall
        engines.remembered = remembered
        here = hamlet_time(self._site.config.place)
        engines.irrigation = _Listener(self.fleet, here, self.water)
        self._pipeline = connect(engines, self._config, 0)
        self._pipeline.start((), self._now)
        self._gather()

    def _restart(self, at: Millis) -> None:
        """The gateway is on again, and hears at once what the broker has kept."""
        self._now = self._start + at
        self._ticked = self._now - 1
        alerts = self._pipeline.engines.alerts.open_alerts()
        commands = list(self._known_commands.values())
        self._begin(Remembered(tuple(self._states.values()), alerts, commands))
        kept, self._kept = self._kept or [], None
        for said in kept:
            measured = said.at if said.measured is None else said.measured
            self.say(said._replace(measured=measured))

    def _tick_until(self, until: Millis, *, including: bool) -> None:
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

    def _tell(self, said: Said) -> None:
        device = self.fleet.get(said.device)
        assert device is not None  # noqa: S101 - see load.py
        if said.status is not None:
            self._receive(device, Channel.STATUS, said.status.encode())
        elif said.event is not None:
            self._receive(device, Channel.EVENT, json.dumps(said.event, default=str).encode())
        else:
            at = self._now if said.measured is None else self._start + said.measured
            self._measured.setdefault(device.id, []).append((at, said.values))
            payload = self._telemetry(said)
            if device.id == GATEWAY:
                self._pipeline.report(payload, self._now)
            else:
                self._receive(device, Channel.TELEMETRY, payload)

    def _recall(
        self, device: Device, since: Millis
    ) -> Iterable[tuple[Millis, Mapping[str, Value]]]:
        known = self._measured.get(device.id, ())
        return sorted((one for one in known if one[0] >= since), key=lambda one: one[0])

    def _receive(self, device: Device, channel: Channel, payload: bytes) -> None:
        topic = str(Topic(self._site.config.hamlet, device.kind.name, device.id, channel))
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
                self._states[record.rule, record.subject] = record
            elif isinstance(record, Command):
                is_new = record.id not in self._known_commands
                self._known_commands[record.id] = record
                if is_new and record.requester.startswith(_OF_RULES):
                    self.commands.append(record)


class _Listener(IrrigationEngine):
    """Without plots: notes what it is asked for, and does nothing."""

    def __init__(self, fleet: Fleet, here: HamletTime, asked: list[IrrigationAsked]) -> None:
        super().__init__(PlotsFile(), fleet, here)
        self._asked = asked

    def ask(self, asked: IrrigationAsked, now: Millis) -> Sequence[Decision]:
        self._asked.append(asked)
        return ()
