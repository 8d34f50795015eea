"""From checked files to what is said of one edited rule, and which rules have changed. Pure."""

from collections.abc import Mapping
from pathlib import Path

from devices.reading import Millis
from gateway.decisions import RuleEdit, RuleVersion
from gateway.located_yaml import Problem, ProblemsError, parse_yaml
from gateway.rule_texts import Finding
from gateway.rules.loader import CheckedRules


def mistake(message: str) -> Finding:
    """One about the text as a whole."""
    return Finding(1, 1, message)


def findings_in(checked: CheckedRules, rule: str, path: Path) -> list[Finding]:
    """The mistakes of all files, for none may be taken over while there is one, and the warnings
    about the rule of that id, which stands in the file at `path`."""
    source = checked.sources.get(rule)

    def find(problem: Problem, is_warning: bool) -> Finding:
        within = source.place(problem) if source else None
        line, column = within or (problem.line, problem.column)
        file = None if within else problem.file.name
        return Finding(line, column, problem.message, is_warning, file)

    mistakes = [find(problem, False) for problem in checked.problems]
    warnings = [find(problem, True) for problem in checked.warnings if problem.file == path]
    return [*mistakes, *(warning for warning in warnings if warning.file is None)]


def versions_since(
    newest: Mapping[str, RuleVersion], texts: Mapping[str, str], by: str, now: Millis
) -> list[RuleVersion]:
    """What has changed between the `newest` versions and the texts of today."""
    removed = [rule for rule, version in newest.items() if version.text and rule not in texts]
    now_read = [*texts.items(), *((rule, "") for rule in removed)]
    versions = []
    for rule, text in now_read:
        before = newest.get(rule)
        old = before.text if before else ""
        if text != old:
            # A clock that was set back must not put it before the version that it replaces.
            at = now if before is None else max(now, before.at + 1)
            versions.append(RuleVersion(rule, at, by, _edit(old, text), text))
    return versions


def _edit(old: str, new: str) -> RuleEdit:
    if not old:
        return RuleEdit.ADDED
    if not new:
        return RuleEdit.REMOVED
    before, after = _definition(old), _definition(new)
    was, is_now = before.pop("armed", True), after.pop("armed", True)
    if before != after or was is is_now:
        return RuleEdit.EDITED
    return RuleEdit.DISARMED if is_now is False else RuleEdit.ARMED


def _definition(text: str) -> dict[str, object]:
    try:
        data = parse_yaml(text, Path("rule")).data
    except ProblemsError:
        return {}
    [item] = data if isinstance(data, list) and len(data) == 1 else [None]
    return dict(item) if isinstance(item, dict) else {}
