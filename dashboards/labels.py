"""Which names the drawing of the hamlet has room for, and where they stand."""

from collections.abc import Iterable
from typing import NamedTuple

from dashboards.words import Words
from gateway.views.drawing import Drawing, Point

LETTER = 6.7
"""Width of a letter, and `LINE` the height of a line, in units of the drawing at its font size."""
LINE = 15.0
CLEARANCE = 15.0
"""Between a place and its name: the road with its lights lies there."""


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
            self.right < other.left
            or other.right < self.left
            or self.bottom < other.top
            or other.bottom < self.top
        )


def plot_labels(drawing: Drawing, words: Words) -> list[Label]:
    """The names of the plots, each in its middle."""
    return [Label(words.text(area.label), *_lower(area.centre)) for area in drawing.areas]


def landmark_labels(drawing: Drawing, words: Words) -> list[Label]:
    """The names of places that fit without touching another name; first come, first served."""
    taken = [_box(label) for label in plot_labels(drawing, words)]
    found = []
    for landmark in drawing.landmarks:
        text = words.text(landmark.label)
        for label in _candidates(text, landmark.at):
            box = _box(label)
            inside = box.left > 0 and box.right < drawing.width
            if inside and not any(box.meets(other) for other in taken):
                taken.append(box)
                found.append(label)
                break
    return found


def _candidates(text: str, at: Point) -> Iterable[Label]:
    yield Label(text, at[0], at[1] - CLEARANCE)
    yield Label(text, at[0], at[1] + CLEARANCE + LINE * 0.7)


def _lower(centre: Point) -> Point:
    return centre[0], round(centre[1] + LINE * 0.3, 1)


def _box(label: Label) -> _Box:
    half = len(label.text) * LETTER / 2
    return _Box(label.x - half, label.y - LINE, label.x + half, label.y)
