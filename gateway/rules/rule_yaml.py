"""One rule in YAML, checked whole."""

import json
from collections.abc import Iterable, Mapping

from devices.kind import Kind
from devices.reading import Millis
from gateway.rules.actions import ACTIONS
from gateway.rules.actions.action import Subjects
from gateway.rules.actions.alert import AlertAction
from gateway.rules.advice import advise
from gateway.rules.document import Node
from gateway.rules.expression.expression import Expression
from gateway.rules.expression.parse import ExpressionError
from gateway.rules.group_yaml import read_group
from gateway.rules.question_checks import check_questions
from gateway.rules.reach import warn_of_the_unreachable
from gateway.rules.rule import Action, Rule, Unknown, numbers_of
from gateway.rules.selector_yaml import read_selector
from gateway.rules.trigger_yaml import NAMES as TRIGGER_NAMES
from gateway.rules.trigger_yaml import Trigger, read_trigger
from gateway.rules.vocabulary import Vocabulary

_NAMES = (
    "rule",
    "label",
    "on",
    "when",
    "for",
    "until",
    "cooldown",
    *TRIGGER_NAMES,
    "group",
    "unknown",
    "then",
    "priority",
    "armed",
)
DAY_MS = 86_400_000
PRIORITY_MAX = 100
"""Either way. Nobody keeps more ranks apart."""
_REQUIRED = {
    "rule": "the id of the rule, e.g. lamp-failure",
    "label": "its name for people, {vi: …, en: …}",
    "on": "which devices, e.g. {kind: light}",
    "then": "what to do, a list of actions",
}


def read_rule(node: Node, vocabulary: Vocabulary) -> Rule | None:
    """The rule, or None after everything that is wrong with it was noted."""
    before = len(node.document.problems)
    parts = node.mapping(_NAMES, "a rule")
    if parts is None:
        return None
    for name, what in _REQUIRED.items():
        if name not in parts:
            node.complain(f"{name} is missing: {what}")
    trigger = read_trigger(node, parts)
    definition = json.dumps(node.value, sort_keys=True, default=str)  # str: YAML knows dates
    rule = _read(parts, trigger, definition, vocabulary)
    if rule is not None and len(node.document.problems) == before:
        _check_end(parts, rule)
        advise(parts, rule, vocabulary)
        warn_of_the_unreachable(parts, rule, vocabulary)
    return rule if len(node.document.problems) == before else None


def _read(
    parts: Mapping[str, Node], trigger: Trigger, definition: str, vocabulary: Vocabulary
) -> Rule | None:
    id = parts["rule"].identifier("rule") if "rule" in parts else None
    label = parts["label"].texts("label") if "label" in parts else None
    selector = read_selector(parts["on"], vocabulary) if "on" in parts else None
    durations = {
        name: parts[name].duration() if name in parts else None for name in ("for", "cooldown")
    }
    _check_memory(parts, durations["for"], vocabulary)
    unknown, priority = _read_unknown(parts), _read_priority(parts)
    armed = parts["armed"].truth("armed") if "armed" in parts else True
    if selector is None:  # what follows depends on the kinds
        return None
    kinds = {kind.name: kind for kind in vocabulary.kinds_of(selector)}
    when = _read_condition(parts.get("when"), kinds, vocabulary, id)
    until = None
    if trigger.lasts_ms is None:
        until = _read_condition(parts.get("until"), kinds, vocabulary, id)
    group = read_group(parts) if "group" in parts else None
    subjects = Subjects(selector, kinds, group.by if group else None)
    then = _read_actions(parts["then"], subjects, vocabulary) if "then" in parts else ()
    if id is None or label is None:
        return None
    rule = Rule(
        id=id,
        label=label,
        on=selector,
        then=then,
        when=when,
        silent_ms=trigger.silent_ms,
        schedule=trigger.schedule,
        event=trigger.event,
        runs_late=_runs_late(trigger, then),
        only=trigger.only,
        group=group,
        lasts_ms=trigger.lasts_ms,
        for_ms=durations["for"] or 0,
        until=until,
        cooldown_ms=durations["cooldown"] or 0,
        unknown=unknown,
        priority=priority,
        armed=armed is not False,
        definition=definition,
    )
    _check_settings(parts, rule, vocabulary)
    for name, condition in (("when", rule.when), ("until", rule.until)):
        if condition is not None and name in parts:
            check_questions(parts[name], condition, rule.on, vocabulary)
    return rule


def _read_unknown(parts: Mapping[str, Node]) -> Unknown:
    if "unknown" not in parts:
        return Unknown.HOLD
    word = parts["unknown"].choice([policy.value for policy in Unknown], "unknown")
    return Unknown(word) if word else Unknown.HOLD


def _read_priority(parts: Mapping[str, Node]) -> int:
    if "priority" not in parts:
        return 0
    return parts["priority"].whole(-PRIORITY_MAX, PRIORITY_MAX, "priority") or 0


def _check_memory(parts: Mapping[str, Node], for_ms: Millis | None, vocabulary: Vocabulary) -> None:
    """Nobody could look up any more why such a rule fires, and a replay would never see it fire."""
    keep_days = vocabulary.keep_days
    if for_ms is not None and keep_days is not None and for_ms > keep_days * DAY_MS:
        parts["for"].complain(
            f"is longer than the journal remembers: {keep_days} days (journal.keep_days in "
            "site.yaml)"
        )


def _runs_late(trigger: Trigger, then: Iterable[Action]) -> bool:
    """What the author does not say: nothing is moved at a time at which nobody expects it."""
    if trigger.runs_late is not None:
        return trigger.runs_late
    return trigger.schedule is not None and not any(action.actuates for action in then)


def _check_end(parts: Mapping[str, Node], rule: Rule) -> None:
    if rule.momentary and any(isinstance(action, AlertAction) for action in rule.then):
        parts["then"].complain(
            "an alert stays open until something ends it: add until: with a condition or, e.g., 12h"
        )


def _read_condition(
    node: Node | None, kinds: Mapping[str, Kind], vocabulary: Vocabulary, rule: str | None
) -> Expression | None:
    if node is None:
        return None
    if not isinstance(node.value, str):
        node.complain("a condition is a text, e.g. soil_moisture_pct < 24")
        return None
    scope = vocabulary.scope_of(kinds.values())
    try:
        condition = Expression.parse(node.value, scope, rule or "without-id")
    except ExpressionError as error:
        node.complain_within(error.faults)
        return None
    if not any(all(kind.metric(name) for name in condition.metrics) for kind in kinds.values()):
        node.complain(f"no kind measures all of {', '.join(sorted(condition.metrics))}")
        return None
    return condition


def _read_actions(node: Node, subjects: Subjects, vocabulary: Vocabulary) -> tuple[Action, ...]:
    items = node.items("then")
    if items is not None and not items:
        node.complain("then is empty: the rule would do nothing")
    actions = [_read_action(item, subjects, vocabulary) for item in items or ()]
    return tuple(action for action in actions if action is not None)


def _read_action(node: Node, subjects: Subjects, vocabulary: Vocabulary) -> Action | None:
    entry = node.parts("an action")
    if entry is None:
        return None
    if len(entry) != 1:
        node.complain(f"each entry is exactly one action: {', '.join(ACTIONS)}")
        return None
    parts = node.mapping(list(ACTIONS), "an action")
    if not parts:
        return None
    [(name, part)] = parts.items()
    return ACTIONS[name].read(part, subjects, vocabulary)


def _check_settings(parts: Mapping[str, Node], rule: Rule, vocabulary: Vocabulary) -> None:
    """A constant that a device lacks makes the condition unknown there, which is easily missed."""
    for part, condition in (("when", rule.when), ("until", rule.until)):
        if condition is None or not condition.settings or part not in parts:
            continue
        devices = vocabulary.devices_of(rule.on)
        for name in sorted(condition.settings):
            without = [device.id for device in devices if name not in numbers_of(device)]
            if without:
                parts[part].warn(
                    f"{without[0]} has no number {name!r} in its settings, so the condition is "
                    f"unknown there ({len(without)} of {len(devices)} devices)"
                )
