"""What valves and pumps share: nothing stays on longer than its lease, whoever has died."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from devices.command import Effect
from devices.reading import Millis
from firmware_sim.firmware.device import Firmware
from firmware_sim.ring import Message


class Actuator(Firmware):
    """Switches on for a lease, which each further such command renews."""

    def lease_remaining_s(self, now: Millis) -> int:
        """Seconds until it ends by itself; 0 when it is off."""
        return 0 if self.deadline is None else max(0, (self.deadline - now) // 1000)

    def obey(self, command: str, args: Mapping[str, Any], now: Millis) -> dict[str, Any]:
        spec = self.badge.kind.command(command)
        starts = spec is not None and spec.effect is Effect.START
        self.switch(starts, now)
        self.deadline = now + args["lease_s"] * 1000 if starts else None
        return {**self.read_back(), "lease_remaining_s": self.lease_remaining_s(now)}

    def expire(self, now: Millis) -> list[Message]:
        self.deadline = None
        self.switch(False, now)
        return [self.report(now)]

    def interval_ms(self) -> int:
        return (self.badge.active_s if self.active else self.badge.interval_s) * 1000

    @property
    @abstractmethod
    def active(self) -> bool:
        """Whether somebody wants to know closely what goes on."""

    @abstractmethod
    def switch(self, on: bool, now: Millis) -> None:
        """Do it, or raise CommandRefusedError."""

    @abstractmethod
    def read_back(self) -> dict[str, Any]:
        """The state, as the metric that shows it."""
