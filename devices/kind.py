"""A kind of device: what it measures and what it can be told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from devices.command import CommandRefusedError, CommandSpec
from devices.metric import Metric
from devices.text import Text

KIND_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True, eq=False)
class Kind:
    """One kind, declared in one file of `devices/kinds/` and found there.

    `interval_s` is how often such a device reports when it says nothing of its own about that;
    `sample` is a golden telemetry payload, which the conformance test decodes.
    """

    name: str
    label: Text
    interval_s: int
    metrics: tuple[Metric, ...]
    commands: tuple[CommandSpec, ...]
    sample: bytes

    def __post_init__(self) -> None:
        if not KIND_NAME.fullmatch(self.name):
            raise ValueError(f"kind name {self.name!r} is not lower-case words joined by '-'")
        for things in (self.metrics, self.commands):
            names = [thing.name for thing in things]
            if len(set(names)) != len(names):
                raise ValueError(f"kind {self.name} names something twice: {names}")

    def metric(self, name: str) -> Metric | None:
        """The metric of that name, or None."""
        return next((metric for metric in self.metrics if metric.name == name), None)

    def command(self, name: str) -> CommandSpec | None:
        """The command of that name, or None."""
        return next((command for command in self.commands if command.name == name), None)

    def check_command(self, name: str, args: Mapping[str, object]) -> CommandSpec:
        """The command's specification; raises CommandRefusedError when it must not be sent."""
        spec = self.command(name)
        if spec is None:
            known = ", ".join(command.name for command in self.commands) or "none"
            raise CommandRefusedError(f"a {self.name} has no command {name!r}; it knows: {known}")
        spec.check(args)
        return spec
