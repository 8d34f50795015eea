"""Which days a call means."""

from calendar import monthrange
from datetime import date, timedelta
from enum import Enum
from typing import NamedTuple

from firmware_sim.climate import DRY_MONTH, WET_MONTH
from gateway.cli.complaints import refuse

YEAR = 2026
"""Of a month of the climate, which has no good and bad years: the same call tells the same on
every day."""
DAYS = 31
"""Of simulated weather, where nobody says."""
DAYS_MAX = 3660
"""Ten years: what the simulator plays in an hour or two."""


YEARS = (1800, 2200)
"""Of weather that somebody has measured, or foretold."""


class Part(Enum):
    """A month of the simulated climate."""

    DRY = "dry"
    WET = "wet"


class Period(NamedTuple):
    """`days` from `first` on; None is for the weather file to say."""

    first: date | None
    days: int | None


def period(
    since: str | None, until: str | None, days: int | None, part: Part | None, *, recorded: bool
) -> Period:
    """What the call says; ends the command where that is no period."""
    first, last = _day("--from", since), _day("--to", until)
    if part is not None:
        if first or last or days or recorded:
            refuse("--season is a month of its own: leave out --from, --to, --days and --weather")
        month = DRY_MONTH if part is Part.DRY else WET_MONTH
        return Period(date(YEAR, month, 1), monthrange(YEAR, month)[1])
    if last is not None:
        if days is not None and first is not None:
            refuse("give two of --from, --to and --days")
        if days is not None:
            first = last - timedelta(days=days - 1)
        if first is None:
            refuse("--to needs --from or --days")
        if last < first:
            refuse(f"--to {last} is before --from {first}")
        days = (last - first).days + 1
    if days is not None and days > DAYS_MAX:
        refuse(f"at most {DAYS_MAX} days, not {days}")
    if recorded:
        return Period(first, days)
    return Period(first or date(YEAR, DRY_MONTH, 1), days or DAYS)


def _day(option: str, written: str | None) -> date | None:
    if written is None:
        return None
    try:
        day = date.fromisoformat(written)
    except ValueError:
        refuse(f"{option}: {written!r} is no day; write 2026-12-31")
    if not YEARS[0] <= day.year <= YEARS[1]:
        refuse(f"{option}: {written} is too far away; years are {YEARS[0]} to {YEARS[1]}")
    return day
