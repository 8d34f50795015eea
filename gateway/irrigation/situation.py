"""What is known at the moment when a watering is judged, and who may not be reached."""

from collections.abc import Sequence
from dataclasses import dataclass

from devices.reading import Millis
from devices.text import Text
from gateway.fleet import Fleet
from gateway.hamlet_time import HamletTime
from gateway.irrigation.climate import UNKNOWN, Weather
from gateway.plot_records import NoGo
from gateway.plots import Mode, Plot, Source
from gateway.plots.guard import DryDays


@dataclass(frozen=True, slots=True)
class Situation:
    """Of one plot and one run, or request for one. What is unknown is None.

    `litres` is what the run is to give; `used_today_l` what flowed since midnight, and
    `source_used_l` what flowed from the source, to all plots, and what their runs will still take.
    `astray` is the plot on the same line where water flows that nobody wants; `never` why the plot
    cannot run at all; `overridden` the interlocks that a technician lets pass now.
    """

    plot: Plot
    now: Millis
    here: HamletTime
    fleet: Fleet
    requester: str = ""
    litres: float = 0.0
    mode: Mode = Mode.MANUAL
    dry_days: Sequence[DryDays | NoGo] = ()
    weather: Weather = UNKNOWN
    used_today_l: float = 0.0
    source: Source | None = None
    source_used_l: float = 0.0
    watering: bool = False
    astray: Plot | None = None
    never: Text | None = None
    clock_trusted: bool = True
    overridden: frozenset[str] = frozenset()

    @property
    def by_person(self) -> bool:
        """Whether a person asked, who sees the day and the garden."""
        return self.requester.startswith("person:")

    @property
    def by_itself(self) -> bool:
        """Whether the plot's own mode asked."""
        return self.requester.startswith("plan:")

    @property
    def left_today_l(self) -> float:
        """Litres under the plot's and the source's ceiling of the local day."""
        return min(self.left_of_plot_l, self.left_of_source_l)

    @property
    def left_of_plot_l(self) -> float:
        """Under the plot's ceiling alone."""
        return max(self.plot.litres_per_day_max - self.used_today_l, 0.0)

    @property
    def left_of_source_l(self) -> float:
        """Under the source's ceiling alone; infinite where it has none."""
        most = None if self.source is None else self.source.litres_per_day_max
        return float("inf") if most is None else max(most - self.source_used_l, 0.0)


def devices_of(plot: Plot) -> tuple[str, ...]:
    """The valves and the pump that a run of the plot uses."""
    return plot.valves if plot.pump is None else (*plot.valves, plot.pump)


def silent_device(plot: Plot, fleet: Fleet, now: Millis) -> str | None:
    """One of them that has not been heard for too long, if there is one."""
    for id in devices_of(plot):
        device = fleet.get(id)
        if device is None or device.heard_at is None:
            return id
        if now - device.heard_at > device.silent_after_ms:
            return id
    return None
