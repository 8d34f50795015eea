"""The tea plots, their pumps and their water, as `plots.yaml` describes them."""

from gateway.plots.file import PlotsFile, plot_problems
from gateway.plots.modes import Mode
from gateway.plots.plot import Plot
from gateway.plots.supply import Pump, Source

__all__ = ["Mode", "Plot", "PlotsFile", "Pump", "Source", "plot_problems"]
