"""`alert: {severity: warning, message: {vi: …, en: …}}`: open an alert; it closes with the rule."""

from dataclasses import dataclass

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import AlertAsked, AlertCleared, Decision, Severity
from gateway.fleet import Device
from gateway.rules.actions.action import ActionKind, Subjects
from gateway.rules.document import Node
from gateway.rules.rule import Action, Firing, Rule
from gateway.rules.template import Template, find_faults
from gateway.rules.vocabulary import Vocabulary, metrics_of


@dataclass(frozen=True, slots=True)
class AlertAction:
    """Without a message: the rule's label and the device's."""

    severity: Severity
    message: Template | None

    @property
    def actuates(self) -> bool:
        return False

    def ask(self, firing: Firing, index: int) -> list[Decision]:
        rule, device = firing.rule, firing.device
        if self.message is None:
            labels = zip(rule.label, device.label, strict=True)
            message = Text(*(f"{about}: {whom}" for about, whom in labels))
        else:
            message = self.message.fill(device, firing.read)
        return [AlertAsked(rule.source, device.id, self.severity, message, firing.at)]

    def withdraw(self, rule: Rule, device: Device, now: Millis) -> list[Decision]:
        return [AlertCleared(rule.source, device.id, now)]


def _read(node: Node, subjects: Subjects, vocabulary: Vocabulary) -> Action | None:
    parts = node.mapping(("severity", "message"), "an alert")
    if parts is None:
        return None
    if "severity" not in parts:
        node.complain("severity is missing: info, warning or critical")
        return None
    word = parts["severity"].choice([severity.value for severity in Severity], "severity")
    message = None
    if "message" in parts:
        message = _read_message(parts["message"], subjects)
        if message is None:
            return None
    return AlertAction(Severity(word), message) if word else None


def _read_message(node: Node, subjects: Subjects) -> Template | None:
    text = node.texts("message")
    if text is None:
        return None
    metrics = metrics_of(subjects.kinds.values())
    nodes = [node] if isinstance(node.value, str) else (node.parts("message") or {}).values()
    faults = 0
    for part in nodes:
        found = find_faults(str(part.value), metrics, grouped=subjects.by is not None)
        part.complain_within(found)
        faults += len(found)
    return None if faults else Template(text)


ACTION = ActionKind("alert", _read)
