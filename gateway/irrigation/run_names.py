"""What runs are called: their plot and its time, and never so again when a clock was set back.

Diary and commands go by it: a second run of the same name would be taken for the first.
"""

from devices.reading import Millis
from gateway.decisions import Run


class RunNames:
    """Of all plots."""

    def __init__(self) -> None:
        self._newest: dict[str, Millis] = {}  # by plot

    def take(self, run: Run) -> None:
        """A run of before the start."""
        plot, _, number = run.id.rpartition(".")
        if number.isdecimal():  # else somebody else gave it its name
            self._newest[plot] = max(int(number), self._newest.get(plot, 0))

    def give(self, plot: str, now: Millis) -> str:
        """The name of a new one."""
        number = self._newest[plot] = max(now, self._newest.get(plot, 0) + 1)
        return f"{plot}.{number}"
