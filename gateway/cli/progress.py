"""How far a long command is, for whoever waits at a terminal."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress

BAR_AFTER_S = 2.0


@contextmanager
def progress(label: str) -> Iterator[Callable[[float], None]]:
    """A progress bar, on a terminal and once it is worth it. What is yielded takes the share that
    is done, 0 to 1."""
    began = time.monotonic()
    with Progress(
        console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()
    ) as bar:
        task = bar.add_task(label, total=1.0, visible=False)

        def on_progress(share: float) -> None:
            bar.update(task, completed=share, visible=time.monotonic() - began > BAR_AFTER_S)

        yield on_progress
