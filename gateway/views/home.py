"""The hamlet at a glance."""

from dataclasses import dataclass

from devices.kind import Kind
from devices.text import Text
from gateway.clock import Millis
from gateway.views.condition import Condition
from gateway.views.drawing import Drawing
from gateway.views.fleet import Counts, Figure
from gateway.views.tasks import Task
from gateway.views.watering import Watering
from gateway.views.weeks import Week


@dataclass(frozen=True, slots=True)
class KindSummary:
    """All devices of a kind. `down_near` is the landmark that most of the failed ones share."""

    kind: Kind
    counts: Counts
    week: Week | None
    down_near: Text | None


@dataclass(frozen=True, slots=True)
class Home:
    """What the first page shows. `heard_at` is when any device was last heard; `lit`: the lights
    are told to shine now; `weather` is what the station measured last."""

    now: Millis
    heard_at: Millis | None
    lit: bool
    kinds: tuple[KindSummary, ...]
    tasks: tuple[Task, ...]
    watering: Watering
    weather: tuple[Figure, ...]
    drawing: Drawing
    new_devices: int
    condition: Condition

    def kind(self, name: str) -> KindSummary:
        """The summary of the kind of that name."""
        return next(summary for summary in self.kinds if summary.kind.name == name)
