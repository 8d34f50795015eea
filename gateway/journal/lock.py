"""One program to a journal: a lock on its folder, which ends with the process that holds it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.journal.database import JournalError


@contextmanager
def sole_writer(folder: Path) -> Iterator[None]:
    """Keep every other program that writes a journal out of `folder`, which is made if need be.

    SQLite alone would let two gateways write in turns, and each would take the numbers of the
    other. Raises JournalError.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise JournalError(f"{folder}: {error.strerror}; is the folder writable?") from None
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise JournalError(f"{folder} is in use by another gateway; stop that one") from None
        yield
    finally:
        os.close(handle)
