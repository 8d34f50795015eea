"""What a condition may speak of."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from devices.metric import Metric


@dataclass(frozen=True, slots=True)
class Scope:
    """`metrics` are those of the rule's own devices, `elsewhere` those of all others. `constants`
    are what `site.<name>` means, None where that is not known and any name has to do. `kinds` are
    the names of all kinds."""

    metrics: Mapping[str, Metric]
    elsewhere: Mapping[str, Metric] = field(default_factory=dict)
    constants: Mapping[str, int | float] | None = None
    kinds: frozenset[str] = frozenset()
