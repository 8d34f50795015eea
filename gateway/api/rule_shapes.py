"""Rules as texts, as the API sends and takes them. Times are int ms UTC."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import Field

from devices.metric import Value
from gateway.api.shapes import Label
from gateway.api.wire import WireShape
from gateway.decisions import RuleChanged, RuleEdit, RuleState, RuleVersion
from gateway.located_yaml import Problem
from gateway.rule_texts import RULE_TEXT_MAX, Draft, Finding, RuleText
from gateway.views.rules import RulePast
from gateway.views.views import RuleStatus


class RuleShape(WireShape):
    """A rule: its devices by state, those it fires for, what is wrong with it, and where another
    rule overruled it. One that is not armed has none of that. `sentence` says what it does."""

    id: str
    label: Label
    armed: bool
    sentence: Label
    file: str
    subjects: dict[RuleState, int]
    firing: list[str]
    health: Label | None
    lost: Label | None

    @classmethod
    def of(cls, text: RuleText, status: RuleStatus | None) -> "RuleShape":
        health = status.health if status else None
        lost = status.lost if status else None
        return cls(
            id=text.rule,
            label=Label.of(text.label),
            armed=text.armed,
            sentence=Label.of(text.sentence),
            file=text.file,
            subjects=dict(status.subjects) if status else {},
            firing=list(status.firing) if status else [],
            health=None if health is None else Label.of(health),
            lost=None if lost is None else Label.of(lost),
        )


class TransitionShape(WireShape):
    """A rule changed its state for a device; `values` are what it saw."""

    device: str
    state: RuleState
    since: int
    values: Mapping[str, Value | None]

    @classmethod
    def of(cls, changed: RuleChanged) -> "TransitionShape":
        return cls(
            device=changed.subject,
            state=changed.state,
            since=changed.since,
            values=changed.values,
        )


class VersionShape(WireShape):
    """A rule reads `text` from `at` on; empty when it was removed."""

    at: int
    by: str
    edit: RuleEdit
    text: str

    @classmethod
    def of(cls, version: RuleVersion) -> "VersionShape":
        return cls(at=version.at, by=version.by, edit=version.edit, text=version.text)


class RuleDetailShape(WireShape):
    """One rule with its text and its past, newest first. Show `revision` when you save it."""

    rule: RuleShape
    text: str
    revision: str
    editable: bool
    transitions: list[TransitionShape]
    versions: list[VersionShape]

    @classmethod
    def of(cls, text: RuleText, status: RuleStatus | None, past: RulePast) -> "RuleDetailShape":
        return cls(
            rule=RuleShape.of(text, status),
            text=text.text,
            revision=text.revision,
            editable=text.editable,
            transitions=[TransitionShape.of(changed) for changed in past.transitions],
            versions=[VersionShape.of(version) for version in past.versions],
        )


class FindingShape(WireShape):
    """A mistake or a warning; with `file` it is in another file than the text that was sent."""

    line: int
    column: int
    message: str
    severity: str
    file: str | None

    @classmethod
    def of(cls, finding: Finding) -> "FindingShape":
        severity = "warning" if finding.is_warning else "error"
        return cls(
            line=finding.line,
            column=finding.column,
            message=finding.message,
            severity=severity,
            file=finding.file,
        )

    @classmethod
    def of_problem(cls, problem: Problem) -> "FindingShape":
        return cls.of(
            Finding(problem.line, problem.column, problem.message, False, problem.file.name)
        )


class DraftShape(WireShape):
    """A rule as it would be, or is now when it was `saved`."""

    id: str | None
    sound: bool
    saved: bool
    findings: list[FindingShape]
    sentence: Label | None

    @classmethod
    def of(cls, draft: Draft) -> "DraftShape":
        return cls(
            id=draft.rule,
            sound=draft.sound,
            saved=draft.saved,
            findings=_findings(draft.findings),
            sentence=None if draft.sentence is None else Label.of(draft.sentence),
        )


def _findings(findings: Sequence[Finding]) -> list[FindingShape]:
    return [FindingShape.of(finding) for finding in findings]


class RuleRequest(WireShape):
    """The YAML of one rule, from its dash on. `revision` is that of the rule that was edited:
    without it, what others wrote meanwhile is replaced."""

    text: Annotated[str, Field(max_length=RULE_TEXT_MAX)]
    revision: str | None = None


class CheckRequest(WireShape):
    """A text to check: in the place of the rule of that id, or as a new one."""

    text: Annotated[str, Field(max_length=RULE_TEXT_MAX)]
    rule: str | None = None


class ReloadShape(WireShape):
    """What is wrong with the files; none of them was taken over if there is anything."""

    problems: list[FindingShape]
