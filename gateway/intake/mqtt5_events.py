"""What can happen on an MQTT 5 connection besides messages.

Reason codes appear by the standard's names, such as `NOT_AUTHORIZED`.
"""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Accepted:
    """The broker knows us. `keep_alive_s`: what it demands instead of ours."""

    session_present: bool
    keep_alive_s: int | None


@dataclass(frozen=True)
class Refused:
    code: str


@dataclass(frozen=True)
class Subscribed:
    """Every subscription is granted."""


@dataclass(frozen=True)
class SubscriptionsRefused:
    filters: tuple[str, ...]


@dataclass(frozen=True)
class Disconnected:
    """The broker said goodbye."""

    code: str


@dataclass(frozen=True)
class Malformed:
    """These bytes are not MQTT 5, or not now: nothing on this connection can be trusted further."""

    reason: str


Event: TypeAlias = Accepted | Refused | Subscribed | SubscriptionsRefused | Disconnected | Malformed
