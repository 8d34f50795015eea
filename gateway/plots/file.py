"""`plots.yaml` whole: what is wrong between plots, pumps and sources, and with the devices."""

from collections.abc import Iterator, Mapping

from gateway.located_yaml import did_you_mean
from gateway.plots.hours import schedule_problems
from gateway.plots.part import Part
from gateway.plots.plot import Plot
from gateway.plots.supply import Pump, Source

Path = tuple[str | int, ...]


class PlotsFile(Part):
    """Plots, the pumps on which there is more to say than their ids, and the sources."""

    sources: tuple[Source, ...] = ()
    pumps: tuple[Pump, ...] = ()
    plots: tuple[Plot, ...] = ()


def plot_problems(file: PlotsFile, kinds: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """What is wrong between the parts of the file, or between them and the devices: path in the
    file, message. `kinds` maps the id of every device to its kind."""
    for name, parts in (("sources", file.sources), ("pumps", file.pumps), ("plots", file.plots)):
        yield from _twice(name, [part.id for part in parts])
    sources = [source.id for source in file.sources]
    for index, pump in enumerate(file.pumps):
        yield from _must_be("pump", pump.id, kinds, ("pumps", index, "id"))
        yield from _must_be_source(pump.source, sources, ("pumps", index, "source"))
    valves: dict[str, str] = {}
    pumps = {pump.id: pump for pump in file.pumps}
    for index, plot in enumerate(file.plots):
        here = ("plots", index)
        yield from _devices_of(plot, kinds, valves, here)
        yield from _must_be_source(plot.source, sources, (*here, "source"))
        for path, message in schedule_problems(plot):
            yield (*here, *path), message
        if plot.source is not None and plot.pump is not None:
            yield (*here, "source"), "say it of the pump: its source is that of its plots"
        yield from _rates(plot, pumps, file.sources, here)


def _rates(
    plot: Plot, pumps: Mapping[str, Pump], sources: tuple[Source, ...], here: Path
) -> Iterator[tuple[Path, str]]:
    """A plot that could never run."""
    pump = pumps.get(plot.pump or "")
    if pump and pump.flow_max_l_min is not None and plot.rate_l_min > pump.flow_max_l_min:
        yield (
            (*here, "rate_l_min"),
            f"is more than {pump.id} gives: {pump.flow_max_l_min:g} litres a minute",
        )
    from_source = pump.source if pump else plot.source
    for source in sources:
        most = source.flow_max_l_min
        if source.id == from_source and most is not None and plot.rate_l_min > most:
            yield (*here, "rate_l_min"), f"is more than {source.id} gives: {most:g} litres a minute"
    if plot.schedule is not None:
        litres = plot.litres_of(plot.schedule.depth_mm)
        if litres > plot.litres_per_day_max:
            yield (
                (*here, "schedule"),
                f"{plot.schedule.depth_mm:g} mm are {litres:.0f} litres on this plot, more than "
                "its litres_per_day_max",
            )


def _devices_of(
    plot: Plot, kinds: Mapping[str, str], valves: dict[str, str], here: Path
) -> Iterator[tuple[Path, str]]:
    for at, valve in enumerate(plot.valves):
        yield from _must_be("valve", valve, kinds, (*here, "valves", at))
        if valve in valves:
            yield (*here, "valves", at), f"{valve} is already a valve of {valves[valve]}"
        valves[valve] = plot.id
    for at, sensor in enumerate(plot.sensors):
        yield from _must_be("soil", sensor, kinds, (*here, "sensors", at))
    if plot.pump is not None:
        yield from _must_be("pump", plot.pump, kinds, (*here, "pump"))


def _twice(name: str, ids: list[str]) -> Iterator[tuple[Path, str]]:
    for index, id in enumerate(ids):
        if id in ids[:index]:
            yield (name, index, "id"), f"{name.removesuffix('s')} {id!r} is here twice"


def _must_be_source(source: str | None, known: list[str], path: Path) -> Iterator[tuple[Path, str]]:
    if source is not None and source not in known:
        yield path, f"there is no source {source!r}{did_you_mean(source, known)}"


def _must_be(
    kind: str, device: str, kinds: Mapping[str, str], path: Path
) -> Iterator[tuple[Path, str]]:
    found = kinds.get(device)
    if found is None:
        yield path, f"there is no device {device!r}"
    elif found != kind:
        yield path, f"{device} is a {found}, not a {kind}"
