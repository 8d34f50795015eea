"""The list of all devices: filtered by kind, state and words, without any script."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from devices.kind import Kind
from devices.kinds import KINDS
from gateway.decisions import State
from gateway.views.fleet import DeviceRow, Figure

PAGE = 100
"""Rows on one page: a phone on a poor network shall not wait for 5,000."""
SEARCH_MAX = 80
FIGURES_SHOWN = 3
_WORST_FIRST = (State.DOWN, State.UNKNOWN, State.UP)


@dataclass(frozen=True, slots=True)
class Query:
    """What the reader asked for; None means all."""

    kind: Kind | None
    state: State | None
    words: str
    page: int

    def address(self, page: int) -> str:
        """The address of another page of the same list."""
        asked = {
            "kind": self.kind.name if self.kind else "",
            "state": self.state.value if self.state else "",
            "q": self.words,
            "page": page,
        }
        return "/devices?" + urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True, slots=True)
class DeviceList:
    """One page of the devices found, the ones that need somebody first."""

    query: Query
    rows: tuple[DeviceRow, ...]
    found: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages the list has."""
        return max((self.found + PAGE - 1) // PAGE, 1)


def parse_query(kind: str, state: str, words: str, page: str) -> Query:
    """What a form sent; anything that is not known is left out rather than refused."""
    states = {found.value: found for found in State}
    return Query(
        KINDS.get(kind),
        states.get(state),
        words.strip()[:SEARCH_MAX],
        max(int(page), 1) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )


def find(rows: Sequence[DeviceRow], query: Query) -> DeviceList:
    """The rows that the query asks for."""
    wanted = _plain(query.words).split()
    found = [
        row
        for row in rows
        if (query.kind is None or row.kind is query.kind)
        and (query.state is None or row.state is query.state)
        and (not wanted or all(word in _searched(row) for word in wanted))
    ]
    found.sort(key=lambda row: _WORST_FIRST.index(row.state))
    start = (query.page - 1) * PAGE
    return DeviceList(query, tuple(found[start : start + PAGE]), len(found), len(rows))


def main_figures(row: DeviceRow) -> tuple[Figure, ...]:
    """The first few: a kind names its most telling metrics first."""
    return row.figures[:FIGURES_SHOWN]


def _searched(row: DeviceRow) -> str:
    texts = [row.id, *row.label, *row.kind.label, *(row.place or ())]
    return _plain(" ".join(texts))


def _plain(text: str) -> str:
    """Without case and marks: "den cot 117" finds "Đèn cột 117"."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))
