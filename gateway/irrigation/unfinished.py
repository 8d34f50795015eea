"""Waterings that one run does not bring to their end. Pure."""

from dataclasses import dataclass, field

REST_MS = 30 * 60_000
"""Between the parts of a watering that is too much for one run."""


@dataclass(slots=True)
class Unfinished:
    """Of all plots: those that have begun to fill and go on until they are full, and the mm that a
    watering by schedule lacked."""

    filling: set[str] = field(default_factory=set)
    rest: dict[str, float] = field(default_factory=dict)
