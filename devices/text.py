"""A text in the two languages every person-facing word exists in."""

from typing import NamedTuple


class Text(NamedTuple):
    """Vietnamese first, because most readers are Vietnamese."""

    vi: str
    en: str
