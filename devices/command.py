"""What a device can be told to do, and the check every command passes before it is queued."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from devices.metric import type_names
from devices.text import Text

Argument = float | int | bool | str


class CommandRefusedError(ValueError):
    """The command cannot be sent; the message says why in words for a technician."""


class Effect(Enum):
    """What a command does to an actuator that must never stay on by itself."""

    NONE = "none"
    START = "start"  # carries lease_s; the device ends it by itself
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a command; `low` and `high` bound numbers, `length` bounds strings."""

    name: str
    type: type[float] | type[int] | type[bool] | type[str]
    low: float = 0
    high: float = 0
    required: bool = True

    def check(self, value: object) -> None:
        """Raise CommandRefusedError unless `value` has the type and lies in the range."""
        if self.type is str:
            if not isinstance(value, str) or not self.low <= len(value) <= self.high:
                raise CommandRefusedError(
                    f"{self.name} must be text of {self.low:g} to {self.high:g} characters"
                )
            return
        if self.type is bool:
            if not isinstance(value, bool):
                raise CommandRefusedError(f"{self.name} must be true or false")
            return
        wanted = (int,) if self.type is int else (int, float)
        if isinstance(value, bool) or not isinstance(value, wanted):
            raise CommandRefusedError(f"{self.name} must be a {type_names[self.type]}")
        if not self.low <= value <= self.high:  # also false for NaN
            raise CommandRefusedError(
                f"{self.name} is {value}, allowed is {self.low:g} to {self.high:g}"
            )


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One command that a kind of device understands."""

    name: str
    label: Text
    parameters: tuple[Parameter, ...] = ()
    effect: Effect = Effect.NONE

    def check(self, args: Mapping[str, object]) -> None:
        """Raise CommandRefusedError when an argument is missing, unknown or out of range."""
        known = {parameter.name for parameter in self.parameters}
        for name in args:
            if name not in known:
                allowed = ", ".join(sorted(known)) or "none"
                raise CommandRefusedError(
                    f"{self.name} has no argument {name!r}; it takes: {allowed}"
                )
        for parameter in self.parameters:
            if parameter.name in args:
                parameter.check(args[parameter.name])
            elif parameter.required:
                raise CommandRefusedError(f"{self.name} needs {parameter.name}")


LEASE_MAX_S = 3600
"""An hour: the longest an actuator may run on when the gateway dies right after the command."""

LEASE = Parameter("lease_s", int, 1, LEASE_MAX_S)
