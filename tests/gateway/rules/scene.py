"""A hamlet of a few devices whose rules are driven by hand: the test says what happens when."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from devices.kinds import KINDS
from devices.metric import Value
from devices.reading import Millis, Reading
from devices.text import Text
from gateway.clock import Correction
from gateway.decisions import Decision, RuleChanged, RuleState
from gateway.fleet import Device, Fleet
from gateway.hamlet_time import HamletTime
from gateway.located_yaml import parse_yaml
from gateway.rules.document import Document
from gateway.rules.engine import RuleEngine
from gateway.rules.rule import Rule
from gateway.rules.rule_yaml import read_rule
from gateway.rules.vocabulary import Vocabulary

START: Millis = 1_790_000_000_000
HERE = HamletTime(ZoneInfo("Asia/Ho_Chi_Minh"), 21.72, 105.74)
SECOND: Millis = 1_000
MINUTE: Millis = 60 * SECOND
HOUR: Millis = 60 * MINUTE

ALERT = "  then: [{alert: {severity: warning}}]\n"
DRY = "- rule: dry\n  label: {vi: Khô, en: Dry}\n  on: {kind: soil}\n"
BELOW = DRY + "  when: soil_moisture_pct < 24\n"
SILENT = "- rule: quiet\n  label: x\n  on: {kind: light}\n  silent: 30m\n"
WATER = BELOW + '  then: [{irrigate: {plot: "{device.plot}", depth_mm: 6}}]\n'

INACTIVE, PENDING, FIRING = RuleState.INACTIVE, RuleState.PENDING, RuleState.FIRING

Change = tuple[Millis, str, RuleState]


def device(kind: str, id: str, **fields: object) -> Device:
    """An adopted device; `fields` are those of Device."""
    adopted = bool(fields.pop("adopted", True))
    number = abs(hash(id)) % 1_000_000
    label = Text(f"Thiết bị {id}", f"Device {id}")
    return Device(number, id, KINDS[kind], adopted, label, **fields)  # type: ignore[arg-type]


def fleet_of(devices: Iterable[Device]) -> Fleet:
    """A fleet of these devices."""
    fleet = Fleet()
    for one in devices:
        fleet.add(one)
    return fleet


def read_rules(text: str, fleet: Fleet, plots: Iterable[str] = ()) -> list[Rule]:
    """The rules of a YAML text that must be right."""
    document = Document(parse_yaml(text, Path("rules.yaml")), text.split("\n"))
    vocabulary = Vocabulary(KINDS, fleet, list(plots))
    rules = [read_rule(node, vocabulary) for node in document.root.items("rules") or ()]
    assert not document.problems, document.problems
    return [rule for rule in rules if rule is not None]


class Scene:
    """`at` are ms after START. `changes` and `decisions` gather what the engine decided."""

    def __init__(self, text: str, *devices: Device, plots: Iterable[str] = ()) -> None:
        self.fleet = fleet_of(devices)
        self.rules = read_rules(text, self.fleet, plots)
        self.decisions: list[Decision] = []
        self.readings: list[Reading] = []
        self.saved: dict[tuple[str, str], RuleChanged] = {}
        self.engine = RuleEngine(self.rules, self.fleet, HERE)
        self.take(self.engine.restore((), START))

    def recall(self, device: Device, since: Millis) -> list[tuple[Millis, Mapping[str, Value]]]:
        """What the journal knows of the device."""
        return [
            (one.measured_at, one.values)
            for one in self.readings
            if one.device == device.id and one.measured_at >= since
        ]

    def take(self, decisions: Sequence[Decision]) -> Sequence[Decision]:
        """Keep what was decided, and save the states as the journal would."""
        for decision in decisions:
            self.decisions.append(decision)
            if isinstance(decision, RuleChanged):
                self.saved[decision.rule, decision.subject] = decision
        return decisions

    @property
    def changes(self) -> list[tuple[str, RuleState]]:
        """Subject and state, in order."""
        changed = (one for one in self.decisions if isinstance(one, RuleChanged))
        return [(one.subject, one.state) for one in changed]

    @property
    def states(self) -> list[RuleState]:
        """The states taken so far, for a scene of one rule and one device."""
        return [state for _, state in self.changes]

    def asked(self) -> list[Decision]:
        """What was decided besides the states."""
        return [one for one in self.decisions if not isinstance(one, RuleChanged)]

    def send(
        self, at: Millis, id: str, *, measured: Millis | None = None, **values: Value
    ) -> Sequence[Decision]:
        """A device reports at `at` what it measured then, or earlier."""
        return self.receive(at, id, values, at if measured is None else measured)

    def receive(
        self, at: Millis, id: str, values: Mapping[str, Value], measured: Millis
    ) -> Sequence[Decision]:
        """The same with the values as a mapping."""
        subject = self.fleet.get(id)
        assert subject is not None
        now = START + at
        reading = Reading(id, subject.kind.name, "b", 1, START + measured, now, values)
        self.readings.append(reading)
        subject.heard_at = now
        subject.apply(reading)
        return self.take(self.engine.on_reading(subject, reading, now))

    def happen(self, at: Millis, id: str, name: str, **fields: object) -> Sequence[Decision]:
        """Something happens on a device, which tells it at once."""
        subject = self.fleet.get(id)
        assert subject is not None
        subject.heard_at = START + at
        return self.take(self.engine.on_event(subject, name, fields, START + at))

    def stale(self, at: Millis, id: str) -> Sequence[Decision]:
        """The gateway notices that a device has fallen silent."""
        subject = self.fleet.get(id)
        assert subject is not None
        return self.take(self.engine.on_stale(subject, START + at))

    def tick(self, at: Millis) -> Sequence[Decision]:
        """The time has come, exactly when the engine wanted it or later."""
        return self.take(self.engine.on_tick(START + at))

    def trust_clock(self, trusted: bool) -> None:
        """Whether what the engine is told is the time."""
        self.engine.trust_clock(trusted)

    def run_until(self, at: Millis) -> None:
        """Tick at every deadline up to `at`, as the shell would."""
        while (due := self.engine.next_deadline()) is not None and due <= START + at:
            self.take(self.engine.on_tick(due))

    def correct(self, at: Millis, by: Millis, *, since: Millis = 0) -> Sequence[Decision]:
        """At `at`, the gateway's clock is found to have been wrong since `since`."""
        correction, now = Correction(START + since, by), START + at + by
        for known in self.fleet:
            known.correct(correction, now)
        return self.take(self.engine.correct(correction, now))

    def restart(
        self,
        at: Millis,
        text: str | None = None,
        *,
        trusted: bool = True,
        storms: Iterable[str] = (),
    ) -> Sequence[Decision]:
        """The gateway starts again with what was saved, perhaps with other rules. Of `storms` the
        alerts are still open."""
        if text is not None:
            self.rules = read_rules(text, self.fleet)
        self.engine = RuleEngine(self.rules, self.fleet, HERE, recall=self.recall)
        self.engine.trust_clock(trusted)
        return self.take(self.engine.restore(list(self.saved.values()), START + at, storms))

    def reload(self, at: Millis, text: str) -> Sequence[Decision]:
        """The running engine gets other rules."""
        self.rules = read_rules(text, self.fleet)
        return self.take(self.engine.replace(self.rules, START + at))
