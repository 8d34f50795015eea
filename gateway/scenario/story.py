"""A scenario that is ready to run: every message at its time, and what is looked at when."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from devices.metric import Value
from devices.reading import Millis
from gateway.located_yaml import Located, Route
from gateway.rules.rule import Rule
from gateway.scenario.written import Look, Outage
from gateway.site import Site

MESSAGES_MAX = 100_000
"""In one scenario: ten seconds. More belongs into a back-test."""


class Said(NamedTuple):
    """A device says something `at` ms after the start: a reading with `values`, of which
    `measured` says when it was made, or another message. `route` is where that is written."""

    at: Millis
    device: str
    values: dict[str, Value]
    measured: Millis | None
    event: dict[str, object] | None
    status: str | None
    route: Route


@dataclass(frozen=True, slots=True)
class Story:
    """One scenario. `said`, `outages` and `looks` come in the order of time; the last with
    their routes."""

    name: str
    located: Located
    route: Route
    site: Site
    rules: tuple[Rule, ...]
    start: Millis
    said: tuple[Said, ...]
    outages: tuple[Outage, ...]
    looks: tuple[tuple[Look, Route], ...]

    @property
    def file(self) -> Path:
        """Where it is written."""
        return self.located.file
