"""What of an entry everybody may read: not the free words, in which people name people."""

from collections.abc import Sequence
from dataclasses import replace

from gateway.diary.fields import FIELDS, Field, Shape
from gateway.plot_records import DiaryEntry, DiaryKind

_OF_PEOPLE = frozenset({"why"})
"""Why somebody corrected an entry."""
_OF_OVERRIDE = frozenset({"reason"})
"""Why a technician let an interlock pass; that of a watering is the gateway's own sentence."""


def public_fields(kind: DiaryKind) -> Sequence[Field]:
    """The fields of a kind without the free ones."""
    return tuple(field for field in FIELDS.get(kind, ()) if field.shape is not Shape.NOTE)


def for_everybody(entry: DiaryEntry) -> DiaryEntry:
    """The entry without its free words. Who wrote it is still there: pages say that somebody
    did."""
    hidden = {field.name for field in FIELDS.get(entry.kind, ()) if field.shape is Shape.NOTE}
    hidden |= _OF_PEOPLE
    if entry.kind is DiaryKind.OVERRIDE:
        hidden |= _OF_OVERRIDE
    return replace(
        entry, facts={name: fact for name, fact in entry.facts.items() if name not in hidden}
    )
