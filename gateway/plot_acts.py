"""What people may do about the watering of the plots, on the pages and through the API."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol

from devices.reading import Millis
from devices.text import Text
from gateway.decisions import Record
from gateway.plots import Mode
from gateway.plots.guard import NoGoReason

OVERRIDE_MAX_MS = 24 * 3_600_000
"""Who wants an interlock out of the way for longer should set its limit in `plots.yaml`."""
DRY_DAYS_MAX = 366
"""From today to the last dry day; a longer rest is mode off."""
AMOUNT_MAX = 10_000_000
"""Of any unit; the limits of a plot are far below, and what is above is a slip of the finger."""
REASON_MAX = 200
"""Characters of the reason for an override."""


class Unit(Enum):
    """In what a person says how much to water; the values are how forms say it."""

    DEPTH = "mm"
    LITRES = "litres"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True)
class Amount:
    """So much water."""

    value: float
    unit: Unit


@dataclass(frozen=True, slots=True)
class Act:
    """`by` (`person:<name>`) does something about a plot of the site. The same `key` sent again
    is the same act: it is not done twice, and has the same outcome."""

    plot: str
    by: str
    key: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an act: done, or refused; `text` says so to whoever did it. `record` is what
    was newly decided, None where nothing was."""

    done: bool
    text: Text
    record: Record | None = None


class PlotActs(Protocol):
    """Each returns when what it decided is on disk; nothing is done where it is refused."""

    async def water(self, act: Act, amount: Amount) -> Outcome:
        """Water now, or as soon as the pump is free. The record is the Run, or the Explanation why
        not."""
        ...

    async def stop(self, act: Act) -> Outcome:
        """End the present watering."""
        ...

    async def set_mode(self, act: Act, mode: Mode) -> Outcome:
        """Water the plot otherwise from now on."""
        ...

    async def set_ask_first(self, act: Act, ask_first: bool) -> Outcome:
        """Whether a person is asked before the plot waters by itself."""
        ...

    async def answer(self, act: Act, proposal: str, approved: bool) -> Outcome:
        """Say yes or no to a watering that waits for it. The record is the Proposal."""
        ...

    async def add_dry_days(self, act: Act, begin: date, end: date, reason: NoGoReason) -> Outcome:
        """No water on these days, both included. The record is the NoGo."""
        ...

    async def remove_dry_days(self, act: Act, id: str) -> Outcome:
        """Take back dry days that were added."""
        ...

    async def override(self, act: Act, interlock: str, reason: str, until: Millis) -> Outcome:
        """Let one interlock pass until then, OVERRIDE_MAX_MS from now at most. The record is the
        Override."""
        ...

    async def end_override(self, act: Act, id: str) -> Outcome:
        """Let the interlock hold water back again."""
        ...

    def outcome(self, plot: str, key: str) -> Outcome | None:
        """What came of an act of the last hours, if the gateway has not been restarted since."""
        ...
