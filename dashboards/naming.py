"""Several devices in a few words, as somebody would say it: "cột 52, 116, 227–230".

Knows names only, not what the devices are.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, takewhile
from typing import NamedTuple

NAMES_MAX = 5
"""Names or ranges of one line: who needs more opens the list."""
RANGE_MIN = 4
"""Up to three neighbours are read faster one by one."""

_NUMBERED = re.compile(r"(.*?)(\d{1,9})", re.ASCII | re.DOTALL)
_DIGITS = re.compile(r"(\d{1,9})", re.ASCII)


class Names(NamedTuple):
    """The names as one text, and how many devices it leaves out."""

    text: str
    left_out: int


class _Name(NamedTuple):
    prefix: str
    digits: str  # empty when the label does not end in a number


class _Piece(NamedTuple):
    text: str
    devices: int


def natural(text: str) -> list[tuple[int, str]]:
    """A key that sorts "cột 9" before "cột 10"."""
    parts = enumerate(_DIGITS.split(text.casefold()))
    return [(int(part), "") if place % 2 else (-1, part) for place, part in parts]


def short_names(labels: Iterable[str], said: str) -> Names:
    """The labels in order and gathered, without the words that `said` has just said."""
    ordered = sorted(labels, key=natural)
    split = [label.split() for label in ordered]
    skip = _shared_words([said.split(), *(words[:-1] for words in split)])
    names = [_parse(" ".join(words[skip:])) for words in split]
    pieces = [
        piece
        for prefix, group in groupby(names, key=lambda name: name.prefix)
        for piece in _pieces(prefix, [name.digits for name in group])
    ]
    shown = pieces[:NAMES_MAX]
    return Names(
        ", ".join(piece.text for piece in shown),
        sum(piece.devices for piece in pieces[NAMES_MAX:]),
    )


def _parse(label: str) -> _Name:
    found = _NUMBERED.fullmatch(label)
    return _Name(found[1], found[2]) if found else _Name(label, "")


def _pieces(prefix: str, numbers: Sequence[str]) -> Iterator[_Piece]:
    """What is said of names that differ in their number only: the first brings the prefix."""
    before = prefix
    for run in _runs(numbers):
        if len(run) >= RANGE_MIN:
            yield _Piece(f"{before}{run[0]}–{run[-1]}", len(run))
        else:
            yield _Piece(f"{before}{run[0]}", 1)
            yield from (_Piece(number, 1) for number in run[1:])
        before = "" if run[0] else prefix


def _runs(numbers: Sequence[str]) -> list[list[str]]:
    """Numbers that follow each other without a hole."""
    runs: list[list[str]] = []
    for number in numbers:
        if number and runs and runs[-1][-1] and int(number) == int(runs[-1][-1]) + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _shared_words(texts: Sequence[Sequence[str]]) -> int:
    """How many words all texts begin with."""
    columns = zip(*texts, strict=False)
    return sum(1 for _ in takewhile(lambda words: len({w.casefold() for w in words}) == 1, columns))
