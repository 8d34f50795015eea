"""The first page, and the public status page, which shows the part that concerns everybody."""

import json
from dataclasses import dataclass

from dashboards.labels import Labels, place_labels
from dashboards.rendering import Renderer
from dashboards.sentence import sentence
from dashboards.todo import task_line
from dashboards.words import Words
from gateway.decisions import State
from gateway.views.home import Home, KindSummary

TILES = ("light", "wifi", "speaker")


@dataclass(frozen=True, slots=True)
class Map:
    """The drawing with the names that fit, for one language."""

    home: Home
    words: Words

    @property
    def labels(self) -> Labels:
        """Placed anew at each call."""
        return place_labels(self.home.drawing, self.words)

    @property
    def summary(self) -> dict[str, int]:
        """The counts of the devices drawn."""
        states = [mark.state for mark in self.home.drawing.marks]
        return {state.value: states.count(state) for state in State}


def home_fragments(renderer: Renderer, home: Home, words: Words) -> dict[str, str]:
    """Everything on the page that moves."""
    lines = [task_line(task, words) for task in home.tasks]
    return {
        **status_fragments(renderer, home, words),
        "todo": renderer.fragment("home/todo.html", words, lines=lines, home=home),
        "watering": renderer.fragment("home/watering.html", words, home=home),
        "others": renderer.fragment("home/others.html", words, summaries=_others(home)),
        "marks": _marks(home),
    }


def status_fragments(renderer: Renderer, home: Home, words: Words) -> dict[str, str]:
    """What anybody may see: the sentence and the counts."""
    say = sentence(home, words)
    return {
        "say": renderer.fragment("home/say.html", words, sentence=say, home=home),
        **{
            f"tile-{name}": renderer.fragment(
                "home/tile.html", words, summary=home.kind(name), lit=home.lit
            )
            for name in TILES
        },
        "tile-watering": renderer.fragment("home/tile_watering.html", words, home=home),
    }


def _others(home: Home) -> list[KindSummary]:
    return [summary for summary in home.kinds if summary.kind.name not in TILES]


def _marks(home: Home) -> str:
    """What on the drawing is not as usual, for the script: the rest works."""
    marks = home.drawing.marks
    return json.dumps(
        {
            "down": [mark.device for mark in marks if mark.state is State.DOWN],
            "unknown": [mark.device for mark in marks if mark.state is State.UNKNOWN],
            "watering": [area.id for area in home.drawing.areas if area.watering],
        },
        separators=(",", ":"),
    )
