"""What an action's file declares: its name in YAML and how it is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from devices.kind import Kind
from gateway.rules.document import Node
from gateway.rules.rule import Action, GroupBy
from gateway.rules.selector import Selector
from gateway.rules.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Subjects:
    """The devices that the rule is about, or groups of them `by` what they share."""

    selector: Selector
    kinds: Mapping[str, Kind]
    by: GroupBy | None = None


@dataclass(frozen=True, slots=True)
class ActionKind:
    """`read` returns None after it has complained to the node."""

    name: str
    read: Callable[[Node, Subjects, Vocabulary], Action | None]
