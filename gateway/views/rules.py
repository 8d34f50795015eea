"""What became of one rule."""

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.decisions import RuleChanged, RuleVersion

TRANSITIONS_SHOWN = 50
VERSIONS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class RulePast:
    """Newest first: how it changed its state, for which device, and how it read."""

    transitions: Sequence[RuleChanged]
    versions: Sequence[RuleVersion]
