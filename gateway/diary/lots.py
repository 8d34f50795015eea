"""A lot of tea: what was plucked together on one day, and what its buyer may know of it.

Nothing personal is in here: no names, no notes, and nobody's reasons.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gateway.diary.figures import number_of
from gateway.hamlet_time import HamletTime
from gateway.plot_records import DiaryEntry, DiaryKind

DAYS_TOLD = 90
"""Before the plucking; no pesticide is to be waited for longer."""
CODE_LENGTH = 8
LETTERS = "23456789BCDFGHJKMNPQRSTVWXZ"
"""Nobody takes one of them for another, and they make no words."""
LOT = re.compile(f"[{LETTERS}]{{{CODE_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class Spraying:
    """A pesticide. `kept` is whether its days to wait were over on the day of the plucking."""

    day: date
    product: str
    interval_days: int
    kept: bool


@dataclass(frozen=True, slots=True)
class Fertilising:
    """A fertiliser."""

    day: date
    product: str


@dataclass(frozen=True, slots=True)
class Origin:
    """What was done on a plot in the days before. `measured`: every litre by a meter."""

    plot: str
    growing_area_code: str | None
    waterings: int
    litres: float
    measured: bool
    sprayings: tuple[Spraying, ...]
    fertilisings: tuple[Fertilising, ...]


@dataclass(frozen=True, slots=True)
class Lot:
    """A lot, by the code that is printed on it."""

    code: str
    day: date
    origins: tuple[Origin, ...]


def lot_code(entry: str) -> str:
    """The code of the lot that begins with this entry: the same one, however often it is asked
    for, and no next one can be guessed from it."""
    number = int.from_bytes(hashlib.sha256(entry.encode()).digest())
    letters = []
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(LETTERS))
        letters.append(LETTERS[place])
    return "".join(letters)


def is_harvest(entry: DiaryEntry) -> bool:
    """Whether tea was plucked, not only planned to be."""
    done = not entry.facts.get("planned") and not entry.facts.get("withdrawn")
    return entry.kind is DiaryKind.PLUCK and done


def tell_origin(pluck: DiaryEntry, past: Sequence[DiaryEntry], here: HamletTime) -> Origin:
    """What the entries of its plot that count, of the days before, say of a plucking."""
    day = here.day(pluck.at)
    told = [entry for entry in past if not entry.facts.get("withdrawn") and entry.at <= pluck.at]
    waterings = [entry for entry in told if entry.kind is DiaryKind.IRRIGATION]
    code = pluck.facts.get("growing_area_code")
    return Origin(
        plot=pluck.plot,
        growing_area_code=code if isinstance(code, str) else None,
        waterings=len(waterings),
        litres=sum(number_of(entry, "litres") or 0.0 for entry in waterings),
        measured=all(entry.facts.get("measured") for entry in waterings),
        sprayings=tuple(
            Spraying(
                here.day(entry.at),
                str(entry.facts.get("product", "")),
                round(number_of(entry, "interval_days") or 0),
                (day - here.day(entry.at)).days >= (number_of(entry, "interval_days") or 0),
            )
            for entry in told
            if entry.kind is DiaryKind.SPRAY
        ),
        fertilisings=tuple(
            Fertilising(here.day(entry.at), str(entry.facts.get("product", "")))
            for entry in told
            if entry.kind is DiaryKind.FERTILISER
        ),
    )
