"""How much water rules would have got, as far as the plots alone limit it.

Wind, rain, sensors that fail and people who say no are not known here: live it may be less.
"""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from devices.reading import Millis
from gateway.decisions import IrrigationAsked
from gateway.irrigation.metering import asked_litres
from gateway.plots import Plot

MS_PER_MINUTE = 60_000


class Water:
    """The plots by what they were given."""

    def __init__(self, plots: Iterable[Plot], zone: ZoneInfo) -> None:
        self._plots = {plot.id: plot for plot in plots}
        self._zone = zone
        self._busy_until: dict[str, Millis] = {}
        self._given: dict[tuple[str, date], float] = {}

    def give(self, asked: IrrigationAsked) -> float:
        """The litres: 0 while the plot is being watered, or when it had its share of the day."""
        plot = self._plots.get(asked.plot)
        wanted = plot and asked_litres(asked, plot)
        if plot is None or not wanted or asked.at < self._busy_until.get(plot.id, 0):
            return 0.0
        day = plot.id, datetime.fromtimestamp(asked.at / 1000, self._zone).date()
        given = self._given.get(day, 0.0)
        most = min(plot.rate_l_min * plot.minutes_per_run_max, plot.litres_per_day_max - given)
        litres = max(min(wanted, most), 0.0)
        self._given[day] = given + litres
        self._busy_until[plot.id] = asked.at + round(litres / plot.rate_l_min * MS_PER_MINUTE)
        return litres
