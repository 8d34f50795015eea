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
    and commands still are, readings wait."""

    broker: Link
    store: Link | None = None
    backlog: int = 0
    journal_ok: bool = True
    disk_full: bool = False

    @property
    def healthy(self) -> bool:
        """Whether readings arrive and are kept. A store that is down harms nothing yet."""
        return self.broker.up and self.journal_ok and not self.disk_full
