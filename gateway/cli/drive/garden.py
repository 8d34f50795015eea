"""A site without everything that has nothing to do with watering."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from firmware_sim.layout import Layout
from gateway.fleet import GATEWAY
from gateway.site import Site


def garden_of(site: Site, plots: Collection[str], layout: Layout, folder: Path) -> Site:
    """The site for those plots and the devices of `layout` (see `Layout.garden`); its journal goes
    to `folder`."""
    ids = {device.id for device in layout.devices} | {GATEWAY}
    chosen = tuple(plot for plot in site.plots if plot.id in plots)
    return replace(
        site,
        folder=folder,
        devices=tuple(device for device in site.devices if device.id in ids),
        water=site.water.model_copy(update={"plots": chosen}),
    )
