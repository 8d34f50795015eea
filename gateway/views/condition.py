"""How the gateway itself is: what it is connected to, told by the app."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.clock import ClockState, Millis
from gateway.forecast import ForecastStatus

AGREED = ClockState(trusted=True, agrees=True, own=0, wall=0)
"""A clock about which nothing is to be said."""


@dataclass(frozen=True, slots=True)
class Link:
    """A connection and since when it is up or down; None when it never was up."""

    up: bool
    since: Millis | None


@dataclass(frozen=True, slots=True)
class WiredDevice:
    """One device on a serial line. `trouble` is the code of why its last reading failed, None when
    it did not; `errors` counts what went wrong by such codes."""

    id: str
    address: int | None
    profile: str | None
    answered_at: Millis | None
    trouble: str | None
    readings: int
    errors: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SerialPort:
    """One serial line. `trouble` is the code of why the port cannot be used; `garbled` counts
    lines that could not be read."""

    port: str
    link: Link
    trouble: str | None
    garbled: int
    devices: tuple[WiredDevice, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """`store` is the long-term store, None when the site has none; `backlog` counts the readings
    that wait for it. `journal_ok` is false when nothing can be saved; while `disk_full`, decisions
    and commands still are, readings wait. `standstill` says why nothing moves at all, or None.
    `serial` lists the lines of the site. `uncertain` counts the messages whose times nobody will
    ever know. `written_a_day` is how many bytes are written to the disk in a day at the present
    rate, None while that is not known. `forecasts` are those that the site is to get."""

    broker: Link
    store: Link | None = None
    backlog: int = 0
    journal_ok: bool = True
    disk_full: bool = False
    standstill: str | None = None
    serial: tuple[SerialPort, ...] = ()
    clock: ClockState = AGREED
    uncertain: int = 0
    written_a_day: float | None = None
    forecasts: tuple[ForecastStatus, ...] = ()

    @property
    def trouble(self) -> str | None:
        """Why readings that come are not kept, or None. A broker or a store that is away is told
        beside it: the gateway does what it can, and is there when they come back."""
        if self.standstill is not None:
            return self.standstill
        if not self.journal_ok:
            return "the journal cannot be written"
        return "the disk is full" if self.disk_full else None

    @property
    def healthy(self) -> bool:
        """Whether readings that come are kept."""
        return self.trouble is None
