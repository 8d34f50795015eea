"""What is said of a printed diary before anybody makes it: its head, and how long it may be."""

from dataclasses import dataclass

LINES_MAX = 10_000
"""Two years of twenty plots; who needs more wants to compute with it. A Pi makes such a book in
some twenty seconds."""


class TooLongError(Exception):
    """More lines than anybody prints."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands over every page."""

    title: str
    about: str
    period: str
