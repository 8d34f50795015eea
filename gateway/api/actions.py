"""What people may ask of the gateway through the web."""

from typing import Protocol

from gateway.decisions import Command, CommandAsked


class Actions(Protocol):
    """Each returns once what it did is on disk; the booleans are False when there was nothing to
    do it to."""

    async def ask_command(self, asked: CommandAsked) -> Command:
        """Queue a command; the record may also say that it was refused."""
        ...

    async def adopt(self, device: str) -> bool:
        """Take a new device into the hamlet."""
        ...

    async def acknowledge(self, alert: str) -> bool:
        """Note that somebody has seen an alert."""
        ...

    async def trust_clock(self) -> None:
        """Take the machine's clock for right."""
        ...
