"""Whether the journal was closed in good order the last time: a file that is there while it is
open, and stays when the gateway does not get to end."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MARK = "journal.open"


@contextmanager
def clean_end(folder: Path) -> Iterator[bool]:
    """Around everything that is done with the journal; tells whether the last end was clean. An
    exception leaves the mark."""
    mark = folder / MARK
    was_clean = not mark.exists()
    with suppress(OSError):  # a full disk; then the next start does not look so closely
        mark.touch()
    yield was_clean
    with suppress(OSError):
        mark.unlink(missing_ok=True)
