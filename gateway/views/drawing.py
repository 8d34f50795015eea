"""The drawing of the hamlet: roads, places, plots and devices, projected onto a plane.

Knows no colour, no font and no language: the page draws it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians

from devices.text import Text
from gateway.decisions import State
from gateway.fleet import Device
from gateway.site import Site

WIDTH = 1000.0
MARGIN = 34.0
HEIGHT_MIN = 240.0
HEIGHT_MAX = 900.0

Position = tuple[float, float]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Road:
    """A road as a line."""

    label: Text
    line: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """A plot as a polygon."""

    id: str
    label: Text
    outline: tuple[Point, ...]
    watering: bool


@dataclass(frozen=True, slots=True)
class Landmark:
    """A place that people know."""

    label: Text
    at: Point


@dataclass(frozen=True, slots=True)
class Mark:
    """A device at its place."""

    device: str
    kind: str
    label: Text
    at: Point
    state: State


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything on a plane of `width` by `height`, north up. Empty without positions."""

    width: float
    height: float
    roads: tuple[Road, ...]
    areas: tuple[Area, ...]
    landmarks: tuple[Landmark, ...]
    marks: tuple[Mark, ...]


def draw(site: Site, devices: Iterable[Device], watering: frozenset[str]) -> Drawing:
    """Draw the hamlet; `watering` are the plots that get water now."""
    placed = [(device, device.position) for device in devices if device.position is not None]
    positions = [
        *(position for road in site.map.roads for position in road.line),
        *(place.position for place in site.map.places),
        *(position for plot in site.plots for position in plot.outline),
        *(position for _, position in placed),
    ]
    if not positions:
        return Drawing(WIDTH, HEIGHT_MIN, (), (), (), ())
    project, height = _projection(positions)

    def line(positions: Sequence[Position]) -> tuple[Point, ...]:
        return tuple(project(position) for position in positions)

    return Drawing(
        WIDTH,
        height,
        tuple(Road(road.label, line(road.line)) for road in site.map.roads),
        tuple(
            Area(plot.id, plot.label, outline, plot.id in watering)
            for plot in site.plots
            if (outline := line(plot.outline))
        ),
        tuple(Landmark(place.label, project(place.position)) for place in site.map.places),
        tuple(
            Mark(device.id, device.kind.name, device.label, project(position), device.state)
            for device, position in placed
        ),
    )


def _projection(positions: Sequence[Position]) -> tuple[Callable[[Position], Point], float]:
    """Degrees to points of the drawing, true to shape: over a hamlet the earth is flat."""
    south, north = min(p[0] for p in positions), max(p[0] for p in positions)
    west, east = min(p[1] for p in positions), max(p[1] for p in positions)
    shrink = cos(radians((south + north) / 2))
    wide, high = (east - west) * shrink, north - south
    room = WIDTH - 2 * MARGIN
    scale = min(
        room / wide if wide else float("inf"),
        (HEIGHT_MAX - 2 * MARGIN) / high if high else float("inf"),
    )
    if scale == float("inf"):  # a single point
        scale = 0.0
    height = max(high * scale + 2 * MARGIN, HEIGHT_MIN)
    left = (WIDTH - wide * scale) / 2
    top = (height - high * scale) / 2

    def project(position: Position) -> Point:
        x = left + (position[1] - west) * shrink * scale
        y = top + (north - position[0]) * scale
        return round(x, 1), round(y, 1)

    return project, round(height, 1)
