"""A chart as the file of a command: what can be drawn, and where it is written."""

import importlib.util
from pathlib import Path
from typing import Any

SUFFIXES = (".svg", ".png")


class ChartError(Exception):
    """No chart can be drawn; the message says why, and what to do."""


def check_chart(file: Path) -> None:
    """Before the work is done: raises ChartError when its chart could not be drawn."""
    if file.suffix.lower() not in SUFFIXES:
        raise ChartError(f"{file}: a chart is written as {' or '.join(SUFFIXES)}")
    if importlib.util.find_spec("matplotlib") is None:
        raise ChartError("charts need matplotlib: pip install 'smart-hamlet[charts]'")
    if not file.absolute().parent.is_dir():
        raise ChartError(f"{file}: there is no folder {file.parent}")


def write_chart(figure: Any, file: Path) -> None:
    """Save a figure of matplotlib. Raises ChartError."""
    try:
        figure.savefig(file)
    except OSError as error:
        raise ChartError(f"{file}: {error.strerror}") from None
