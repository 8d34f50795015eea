"""Which names the drawing of the hamlet has room for, and where they stand."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from math import ceil, hypot
from typing import NamedTuple

from dashboards.words import Words
from gateway.views.drawing import Drawing, Point

LETTER = 7.1
"""Width of a letter, and `LINE` the height of a line, in units of the drawing at its font size."""
LINE = 14.0
PLACE_GAP = 9.0
PLOT_GAP = 3.0
HOUSE_HALF = 7.0
ROAD_HALF = 5.0
"""Half the width that a road with its lights takes."""

Line = tuple[Point, ...]
Named = tuple[str, Line]


class Label(NamedTuple):
    """A name, centred at `x`, its baseline at `y`."""

    text: str
    x: float
    y: float


class _Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        return not (
            self.right <= other.left
            or other.right <= self.left
            or self.bottom <= other.top
            or other.bottom <= self.top
        )


class Labels(NamedTuple):
    """The names that fit without touching another one."""

    plots: list[Label]
    landmarks: list[Label]


def place_labels(drawing: Drawing, words: Words) -> Labels:
    """Names beside plots, then beside places; who comes first is served first."""
    return _place_all(
        (drawing.width, drawing.height),
        tuple(road.line for road in drawing.roads),
        tuple((words.text(area.label), area.outline) for area in drawing.areas),
        tuple((words.text(place.label), (place.at,)) for place in drawing.landmarks),
    )


@lru_cache(maxsize=8)  # it stays the same until the site is edited
def _place_all(
    size: Point, roads: tuple[Line, ...], plots: tuple[Named, ...], landmarks: tuple[Named, ...]
) -> Labels:
    taken = [_around(outline, 0) for _, outline in plots]
    taken += [_around([at], ROAD_HALF) for line in roads for at in _along(line)]
    taken += [_around(points, HOUSE_HALF) for _, points in landmarks]
    placed = [
        [_place(text, _around(points, gap), size, taken) for text, points in named]
        for named, gap in ((plots, PLOT_GAP), (landmarks, PLACE_GAP))
    ]
    return Labels(*([label for label in labels if label] for labels in placed))


def _place(text: str, thing: _Box, size: Point, taken: list[_Box]) -> Label | None:
    """Where there is room around the thing; adds what it takes."""
    half = len(text) * LETTER / 2
    for x, y in _positions(thing, half):
        box = _Box(x - half, y - LINE, x + half, y + LINE * 0.25)
        inside = box.left > 0 and box.right < size[0] and box.top > 0
        if inside and box.bottom < size[1] and not any(map(box.meets, taken)):
            taken.append(box)
            return Label(text, round(x, 1), round(y, 1))
    return None


def _positions(thing: _Box, half: float) -> Iterator[Point]:
    x, y = (thing.left + thing.right) / 2, (thing.top + thing.bottom) / 2
    yield x, thing.top - LINE * 0.25
    yield x, thing.bottom + LINE
    yield thing.right + half, y + LINE * 0.35
    yield thing.left - half, y + LINE * 0.35
    for above in (thing.top - LINE * 0.25, thing.bottom + LINE):
        yield thing.right + half * 0.6, above
        yield thing.left - half * 0.6, above


def _along(line: Line) -> Iterator[Point]:
    """Points of a line, close enough for no name to slip between them."""
    for (x0, y0), (x1, y1) in pairwise(line):
        steps = max(ceil(hypot(x1 - x0, y1 - y0) / ROAD_HALF), 1)
        for step in range(steps):
            yield x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps


def _around(points: Sequence[Point], gap: float) -> _Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return _Box(min(xs) - gap, min(ys) - gap, max(xs) + gap, max(ys) + gap)
