"""What water there is: which plots hang on which pump and source, and which can run together.

Pure. Knows nothing of runs: it is told which plots are being watered.
"""

from collections.abc import Collection, Iterable

from devices.reading import Millis
from devices.text import Text
from gateway.irrigation.wording import number_en, number_vi
from gateway.plots import Plot, PlotsFile, Pump, Source


class Supply:
    """Pumps and sources of the hamlet."""

    def __init__(self, water: PlotsFile) -> None:
        self._of_pump: dict[str, list[Plot]] = {}
        for plot in water.plots:
            if plot.pump is not None:
                self._of_pump.setdefault(plot.pump, []).append(plot)
        self._pumps = {pump.id: pump for pump in water.pumps}
        self._sources = {source.id: source for source in water.sources}
        self._of_source: dict[str, dict[str, Plot]] = {source.id: {} for source in water.sources}
        for plot in water.plots:
            if (source := self.source(plot)) is not None:
                self._of_source[source.id][plot.id] = plot

    def pump(self, plot: Plot) -> Pump | None:
        """The plot's pump; one on which the file says nothing more serves one plot at a time."""
        if plot.pump is None:
            return None
        return self._pumps.get(plot.pump) or Pump(id=plot.pump)

    def source(self, plot: Plot) -> Source | None:
        """Where the plot's water comes from, if the file says so."""
        pump = self.pump(plot)
        return self._sources.get((pump.source if pump else plot.source) or "")

    def source_id(self, plot: Plot) -> str | None:
        """Of its source."""
        source = self.source(plot)
        return None if source is None else source.id

    def line(self, plot: Plot) -> Collection[Plot]:
        """The plots whose water also reaches this one's pipes, itself among them: all on its pump;
        without a pump, all on its source."""
        if plot.pump is not None:
            return self._of_pump[plot.pump]
        source = self.source(plot)
        return [plot] if source is None else self._of_source[source.id].values()

    def shares(self, plot: Plot, other: Plot) -> bool:
        """Whether water that one of them takes may be missing for the other."""
        source = self.source(plot)
        same_source = source is not None and source is self.source(other)
        return same_source or (plot.pump is not None and plot.pump == other.pump)

    def fits(self, plot: Plot, running: Collection[Plot]) -> bool:
        """Whether there is water for the plot beside those that are being watered."""
        pump, source = self.pump(plot), self.source(plot)
        if pump is not None:
            on_pump = [one for one in running if one.pump == pump.id]
            if len(on_pump) >= pump.plots_at_once:
                return False
            if not _enough(pump.flow_max_l_min, plot, on_pump):
                return False
        if source is None:
            return True
        on_source = [one for one in running if self.source(one) is source]
        return _enough(source.flow_max_l_min, plot, on_source)

    def free_at(self, plot: Plot, busy: Iterable[tuple[Millis, Plot]], now: Millis) -> Millis:
        """When there is water for the plot if the `busy` ones end at those times."""
        left = sorted(busy, key=lambda one: one[0])
        at = now
        while left and not self.fits(plot, [one for _, one in left]):
            at = max(now, left.pop(0)[0])
        return at

    def never(self, plot: Plot) -> Text | None:
        """Why the plot could not even run alone."""
        for part in (self.pump(plot), self.source(plot)):
            most = part.flow_max_l_min if part else None
            if part is not None and most is not None and plot.rate_l_min > most:
                return Text(
                    f"cần {number_vi(plot.rate_l_min)} lít/phút, "
                    f"{part.id} chỉ cho {number_vi(most)} lít/phút",
                    f"it needs {number_en(plot.rate_l_min)} litres a minute, "
                    f"{part.id} gives {number_en(most)}",
                )
        return None


def _enough(most_l_min: float | None, plot: Plot, running: Collection[Plot]) -> bool:
    if most_l_min is None:
        return True
    return plot.rate_l_min + sum(one.rate_l_min for one in running) <= most_l_min
