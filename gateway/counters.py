"""What the pipeline counts."""

from dataclasses import dataclass, field

from devices.rejection import Reason
from gateway.decisions import CommandState


@dataclass(slots=True)
class Counters:
    """received = accepted + duplicate + rejected, at all times."""

    received: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: dict[Reason, int] = field(default_factory=lambda: dict.fromkeys(Reason, 0))
    commands: dict[CommandState, int] = field(
        default_factory=lambda: dict.fromkeys(CommandState, 0)
    )
