"""Rules that get in each other's way: the same condition twice, opposite commands."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from devices.command import Effect
from gateway.rules.actions.command import CommandAction
from gateway.rules.claims import LEASE, SWITCH
from gateway.rules.document import Node
from gateway.rules.expression.interval import Reasoning
from gateway.rules.rule import Rule
from gateway.rules.vocabulary import Vocabulary

WRITERS_MAX = 50
"""Rules for one actuator that are compared with each other: more of them are made by a program,
and their pairs would be thousands."""


class Written(NamedTuple):
    """A rule and where it stands."""

    rule: Rule
    node: Node

    @property
    def place(self) -> str:
        document = self.node.document
        line, _ = document.located.position((*self.node.route, "rule"))
        return f"{self.rule.id!r} ({document.file.name}:{line})"

    def warn(self, part: str, message: str) -> None:
        """At that part of the rule."""
        self.node.child(part, None).warn(message)


def warn_of_overlaps(rules: Sequence[Written], vocabulary: Vocabulary) -> None:
    """Each pair is told once, at the later rule."""
    armed = [one for one in rules if one.rule.armed]
    _warn_of_same_conditions(armed, vocabulary)
    _warn_of_opposites(armed, vocabulary)


def _warn_of_same_conditions(rules: Sequence[Written], vocabulary: Vocabulary) -> None:
    alike: dict[object, list[Written]] = defaultdict(list)
    for one in rules:
        rule = one.rule
        if rule.when is None or rule.at_moments:
            continue
        until = rule.until.root if rule.until else None
        alike[rule.when.root, until, rule.for_ms, rule.only, rule.group, rule.unknown].append(one)
    for group in alike.values():
        about = [(one, _subjects(one.rule, vocabulary)) for one in group[:WRITERS_MAX]]
        for (first, some), (second, others) in combinations(about, 2):
            if shared := some & others:
                second.warn(
                    "when",
                    f"{first.place} waits for the same of {min(shared)}: one rule can do both",
                )


def _subjects(rule: Rule, vocabulary: Vocabulary) -> set[str]:
    """The devices that it is about; without a fleet, nobody knows."""
    return {device.id for device in vocabulary.devices_of(rule.on)}


class _Wish(NamedTuple):
    """What a rule wants of one actuator; `of_itself`: which is the device that it watches."""

    written: Written
    want: tuple[object, ...]
    of_itself: bool


def _warn_of_opposites(rules: Sequence[Written], vocabulary: Vocabulary) -> None:
    wishes: dict[tuple[str, str], list[_Wish]] = defaultdict(list)
    for one in rules:
        for actuator, wish in _wishes(one, vocabulary):
            wishes[actuator].append(wish)
    told: set[tuple[str, str]] = set()
    for (device, _), wanted in wishes.items():
        for first, second in combinations(wanted[:WRITERS_MAX], 2):
            pair = first.written.rule.id, second.written.rule.id
            if pair not in told and _are_opposed(first, second, vocabulary):
                told.add(pair)
                second.written.warn(
                    "then",
                    f"{first.written.place} wants the opposite of {device} and may fire at the "
                    "same time: give one of them a higher `priority`",
                )


def _wishes(one: Written, vocabulary: Vocabulary) -> Iterator[tuple[tuple[str, str], _Wish]]:
    for action in one.rule.then:
        if not isinstance(action, CommandAction):
            continue
        target = one.rule.on if action.target is None else action.target
        args = tuple(sorted((k, v) for k, v in action.args.items() if k != LEASE))
        own = one.rule.on.devices
        for device in vocabulary.devices_of(target):
            spec = device.kind.command(action.command)
            if spec is None or (spec.effect is Effect.NONE and not args):
                continue
            thing = action.command if spec.effect is Effect.NONE else SWITCH
            of_itself = action.target is None or own == frozenset({device.id})
            yield (device.id, thing), _Wish(one, (action.command, *args), of_itself)


def _are_opposed(first: _Wish, second: _Wish, vocabulary: Vocabulary) -> bool:
    one, other = first.written.rule, second.written.rule
    if one is other or first.want == second.want or one.priority != other.priority:
        return False
    if one.momentary or other.momentary:
        return False  # neither goes on wanting anything
    if not (first.of_itself and second.of_itself) or one.when is None or other.when is None:
        return True
    scope = vocabulary.scope_of(vocabulary.kinds_of(one.on))
    return Reasoning(scope).can_be(other.when.root, True, one.when.root)
