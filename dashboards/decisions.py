"""What was decided about a plot as its page tells it: the newest, and the others folded by day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from dashboards.inputs import Figure, figures
from dashboards.words import Words
from devices.text import Text
from gateway.clock import Millis
from gateway.decisions import Explanation

UNFOLDED = 5
"""Of the newest: what fits on a phone."""
NEVER_ALIKE = frozenset({"water", "ask"})


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision of `at`; the same was decided again and again `since` before, or None."""

    at: Millis
    sentence: Text
    since: Millis | None
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Folded:
    """A day and its decisions, newest first."""

    day: date
    decisions: tuple[Decided, ...]


def told(decisions: Iterable[Explanation], words: Words) -> list[Decided]:
    """Newest first, as they come; of those in a row for the same cause the newest."""
    rows = (list(alike) for _, alike in groupby(decisions, key=_kind))
    return [
        Decided(
            row[0].at,
            row[0].sentence,
            row[-1].at if len(row) > 1 else None,
            tuple(figures(row[0].inputs, words)),
        )
        for row in rows
    ]


def by_day(decisions: Sequence[Decided], words: Words) -> list[Folded]:
    """Newest day first."""
    days = groupby(decisions, key=lambda one: words.local(one.at).date())
    return [Folded(day, tuple(ones)) for day, ones in days]


def _kind(one: Explanation) -> object:
    """Equal for decisions that tell a reader the same."""
    cause = one.inputs.get("cause")
    if cause is None or one.action in NEVER_ALIKE:
        return one.at, one.action
    return one.action, cause
