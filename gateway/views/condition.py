"""How the gateway itself is: what it is connected to, told by the app."""

from dataclasses import dataclass

from gateway.clock import Millis


@dataclass(frozen=True, slots=True)
class Link:
    """A connection and since when it is up or down; None when it never was up."""

    up: bool
    since: Millis | None


@dataclass(frozen=True, slots=True)
class Condition:
    """`store` is the long-term store, None when the site has none; `backlog` counts the readings
    that wait for it. `journal_ok` is false when nothing can be saved; while `disk_full`, decisions
    and commands still are, readings wait. `standstill` says why nothing moves at all, or None."""

    broker: Link
    store: Link | None = None
    backlog: int = 0
    journal_ok: bool = True
    disk_full: bool = False
    standstill: str | None = None

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
