"""What the pages and the API say of rules as texts: how they read, and what is wrong with them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import RuleState
from gateway.located_yaml import Problem

RULE_TEXT_MAX = 32_768
"""Characters of one rule that is sent. The longest honest one has under 3,000."""


class Finding(NamedTuple):
    """A mistake, or a warning, in a rule. `line` and `column` count from 1 within the text that
    was checked; where `file` is given, it is in another one, and they count within that."""

    line: int
    column: int
    message: str
    is_warning: bool = False
    file: str | None = None


@dataclass(frozen=True, slots=True)
class RuleText:
    """A rule as its file has it. `text` begins with its dash. `editable` is false where the file
    has its rules in brackets, and only the whole file can be edited. `sentence` says what the rule
    does to somebody who does not read YAML."""

    rule: str
    label: Text
    file: str
    text: str
    editable: bool
    armed: bool
    sentence: Text

    @property
    def revision(self) -> str:
        """What whoever edits the rule shows, so that nobody undoes what another one did."""
        return revision_of(self.text)


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a rule, checked together with all others. `rule` is its id, None where it has
    none; `sentence` is there when it can be understood. `saved` says whether it is now the rule."""

    rule: str | None
    findings: Sequence[Finding]
    sentence: Text | None = None
    saved: bool = False

    @property
    def sound(self) -> bool:
        """Whether it may run."""
        return all(finding.is_warning for finding in self.findings)


class Outcome(NamedTuple):
    """What a rule would have done: how often it fired, what it asked for. Each alert is one message
    to people."""

    firings: int
    alerts: int
    commands: int
    litres: float


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a rule would have done from `start` to `end`, and what the armed one would have, if
    there is one; or the trouble. When it is not `complete`, time ran out before the end of what
    there is. `changes` are the last ones: when, for whom, and to which state."""

    start: Millis = 0
    end: Millis = 0
    complete: bool = True
    tried: Outcome | None = None
    armed: Outcome | None = None
    changes: Sequence[tuple[Millis, str, RuleState]] = ()
    trouble: Text | None = None


class RuleEditError(Exception):
    """The rule was not changed; `text` says why and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def revision_of(text: str) -> str:
    """A short name for exactly this text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class RuleEditing(Protocol):
    """What people may do with rules. Whoever calls a writing one has been let in; `by` is who it
    is, `person:<name>`. They raise RuleEditError."""

    problems: Sequence[Problem]
    """What is wrong with the files, while other rules run than stand in them."""

    def texts(self) -> Sequence[RuleText]:
        """The rules as they run, in the order of their files."""
        ...

    def text(self, rule: str) -> RuleText | None:
        """One of them."""
        ...

    async def check(self, text: str, rule: str | None = None) -> Draft:
        """What would be if the rule of that id, or a new one, read like that. Nothing changes."""
        ...

    async def rehearse(self, text: str, rule: str | None = None) -> tuple[Draft, Rehearsal | None]:
        """What the text would have done in the last days; only the draft when it is not sound."""
        ...

    async def save(
        self, text: str, by: str, rule: str | None = None, revision: str | None = None
    ) -> Draft:
        """Write a rule and take it over, unless there are mistakes. `revision` is that of the text
        which was edited."""
        ...

    async def arm(self, rule: str, armed: bool, by: str) -> Draft:
        """Let a rule act, or not."""
        ...

    async def remove(self, rule: str, by: str, revision: str | None = None) -> Draft:
        """Take a rule out of its file; the draft has the mistakes in others that forbid it."""
        ...

    async def reload(self) -> Sequence[Problem]:
        """Take over the files as they are, unless there are mistakes in them; these are returned,
        and the old rules go on."""
        ...
