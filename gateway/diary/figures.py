"""The figures of an entry, which may be missing or be texts."""

from gateway.plot_records import DiaryEntry

AS_PLANNED = 0.95
"""From this share on a watering gave what was planned."""


def number_of(entry: DiaryEntry, name: str) -> float | None:
    """A figure of the entry; None where it has none."""
    value = entry.facts.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def planned_of(entry: DiaryEntry) -> float | None:
    """The litres that were planned; None where nothing was, or about as much was given."""
    planned, litres = number_of(entry, "target_l"), number_of(entry, "litres")
    if planned is None or litres is None or litres >= planned * AS_PLANNED:
        return None
    return planned
