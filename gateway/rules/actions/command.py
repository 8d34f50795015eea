"""`command: {device: valve-3, command: open, lease_s: 600}`, or `on: {…}` for many devices.

Whatever the kind would refuse is refused when the rule is read, not at night.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from devices.command import Argument, CommandRefusedError
from devices.kind import Kind
from devices.messages import COMMAND_ID_MAX
from devices.reading import Millis
from gateway.decisions import CommandAsked, Decision
from gateway.fleet import Device
from gateway.located_yaml import did_you_mean
from gateway.rules.actions.action import ActionKind, Subjects
from gateway.rules.document import Node
from gateway.rules.rule import Action, Firing, Rule
from gateway.rules.selector import Selector
from gateway.rules.selector_yaml import read_selector
from gateway.rules.vocabulary import Vocabulary

EXPIRES_MS = 10 * 60_000
"""Unless the rule says `expires:`. A device that is away longer has missed the moment."""
_SUBJECT = "{device.id}"
_NAMES = ("device", "on", "command", "expires")


@dataclass(frozen=True, slots=True)
class CommandAction:
    """`target` is None for the rule's own device."""

    target: Selector | None
    command: str
    args: Mapping[str, Argument]
    expires_ms: Millis

    @property
    def actuates(self) -> bool:
        return True

    def ask(self, firing: Firing, index: int) -> list[Decision]:
        targets = [firing.device] if self.target is None else self.target.find(firing.fleet)
        return [
            CommandAsked(
                _key(firing, index, target),
                target.id,
                self.command,
                self.args,
                firing.rule.source,
                firing.at,
                firing.at + self.expires_ms,
            )
            for target in targets
        ]

    def withdraw(self, rule: Rule, device: Device, now: Millis) -> list[Decision]:
        return []


def _key(firing: Firing, index: int, target: Device) -> str:
    """The same firing gives the same key, so that a replay cannot command twice."""
    moment = f"{firing.at}-{firing.again}" if firing.again else f"{firing.at}"
    whole = f"{firing.rule.id}.{firing.device.id}.{moment}.{index}.{target.id}"
    if len(whole) <= COMMAND_ID_MAX:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()[:24]
    return f"{whole[: COMMAND_ID_MAX - len(digest) - 1]}.{digest}"


def _read(node: Node, subjects: Subjects, vocabulary: Vocabulary) -> Action | None:
    parts = node.parts("a command")
    if parts is None:
        return None
    if ("device" in parts) == ("on" in parts):
        node.complain("give exactly one of device: and on:")
        return None
    if "command" not in parts:
        node.complain("command is missing: what shall the device do?")
        return None
    found = _read_target(parts, subjects, vocabulary)
    expires = parts["expires"].duration() if "expires" in parts else EXPIRES_MS
    command = parts["command"].text("command")
    if found is None or expires is None or command is None:
        return None
    target, kinds = found
    args = {name: part.value for name, part in parts.items() if name not in _NAMES}
    try:
        for kind in kinds:
            kind.check_command(command, args)
    except CommandRefusedError as error:
        at = parts["command"]
        at.complain(str(error) + _hint(command, kinds))
        return None
    if not _check_limits(parts, target or subjects.selector, command, args, vocabulary):
        return None
    checked = {name: arg for name, arg in args.items() if isinstance(arg, float | int | str)}
    return CommandAction(target, command, checked, expires)


def _check_limits(
    parts: Mapping[str, Node],
    target: Selector,
    command: str,
    args: Mapping[str, object],
    vocabulary: Vocabulary,
) -> bool:
    """A device that must not be told so much is a mistake where it is named, else a warning: the
    others are told, and a limit may be younger than the rule."""
    devices = vocabulary.devices_of(target)
    refusals: list[str] = []
    for device in devices:
        try:
            device.check_command(command, args)
        except CommandRefusedError as error:
            refusals.append(str(error))
    at = parts["command"]
    if not refusals:
        return True
    if target.devices:
        at.complain(refusals[0])
        return False
    at.warn(f"{refusals[0]}, so the command is refused ({len(refusals)} of {len(devices)} devices)")
    return True


def _hint(command: str, kinds: list[Kind]) -> str:
    known = [spec.name for kind in kinds for spec in kind.commands]
    return "" if command in known else did_you_mean(command, known)


def _read_target(
    parts: Mapping[str, Node], subjects: Subjects, vocabulary: Vocabulary
) -> tuple[Selector | None, list[Kind]] | None:
    """Whom the command is for, and of which kinds they are."""
    if "on" in parts:
        selector = read_selector(parts["on"], vocabulary)
        if selector is None:
            return None
        if not selector.kinds:
            parts["on"].complain("say which kind, so that the command can be checked")
            return None
        return selector, vocabulary.kinds_of(selector)
    node = parts["device"]
    if node.value == _SUBJECT and subjects.by is not None:
        node.complain("a group is no device: say which with on:")
        return None
    if node.value == _SUBJECT:
        return None, list(subjects.kinds.values())
    name = node.identifier("device")
    if name is None:
        return None
    selector = Selector(devices=frozenset({name}))
    if vocabulary.fleet is None:
        return selector, []
    device = vocabulary.fleet.get(name)
    if device is None:
        hint = did_you_mean(name, [device.id for device in vocabulary.fleet])
        node.complain(f"there is no device {name!r}{hint}")
        return None
    return selector, [device.kind]


ACTION = ActionKind("command", _read)
