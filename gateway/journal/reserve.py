"""Room on the disk that is kept for what must be written when the disk is full.

A file of no meaning, given back to the disk piece by piece. Knows nothing of what is urgent.
"""

import errno
import os
import shutil
from pathlib import Path

from gateway.journal.database import CHECKPOINT_PAGES, PAGE_BYTES

RESERVE_FILE = "reserve"
RESERVE_BYTES = CHECKPOINT_PAGES * PAGE_BYTES + 8 * 2**20
"""The log may hold so many pages that the journal's file has no room for yet; once they are there
the log is written again from its start and needs no more room. 7 MB are then left for decisions:
some 20,000, or weeks of a hamlet; and the room for starts."""
PIECE_BYTES = 4 * 2**20
"""Given back at a time: whatever else fills the disk would take all of it at once."""
START_BYTES = 2**20
"""Not for decisions: a gateway that starts on a full disk and finds nothing left of the reserve
could not open the journal, and nobody would see a page that says why."""
START_PIECE_BYTES = 256 * 1024
"""What a start needs: SQLite's index of the log has 32 KB, and it notes its clock."""
MARGIN_BYTES = 4 * 2**20
"""Free beside the reserve before readings are written again: some minutes of a whole commune. Else
they would fill the disk again at once."""
NEARLY_FULL_BYTES = 2**20
"""With less than this an error of the disk is a full disk, whatever SQLite makes of it."""
_CHUNK = bytes(64 * 1024)


class Reserve:
    """One file. Used by one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / RESERVE_FILE

    def fill(self) -> bool:
        """Make the reserve whole where the disk has room for it; whether it is whole."""
        missing = RESERVE_BYTES - self._size()
        if missing <= 0:
            return True
        try:
            if shutil.disk_usage(self._file.parent).free < missing + MARGIN_BYTES:
                return False
            _allocate(self._file)
        except OSError:
            return False
        return True

    def release(self) -> bool:
        """Give a piece back to the disk; False when there is none left for decisions."""
        return self._shrink(PIECE_BYTES, START_BYTES)

    def release_for_start(self) -> None:
        """Give a piece back for opening the journal, also when there is none for decisions."""
        if not self.release():
            self._shrink(START_PIECE_BYTES, 0)

    def disk_is_full(self) -> bool:
        """Whether next to nothing can be written."""
        try:
            return shutil.disk_usage(self._file.parent).free < NEARLY_FULL_BYTES
        except OSError:
            return False

    def _shrink(self, piece: int, kept: int) -> bool:
        size = self._size()
        if size <= kept:
            return False
        try:
            os.truncate(self._file, max(size - piece, kept))
        except OSError:  # a disk that takes nothing at all
            return False
        return True

    def _size(self) -> int:
        try:
            return self._file.stat().st_size
        except OSError:
            return 0


def _allocate(file: Path) -> None:
    """Blocks of the disk for the whole reserve, or none more than before. Raises OSError."""
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    before = os.fstat(handle).st_size
    try:
        try:
            os.posix_fallocate(handle, 0, RESERVE_BYTES)
        except OSError as error:
            if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP):
                raise
            _write_zeros(handle, before)
    except OSError:
        os.ftruncate(handle, before)
        raise
    finally:
        os.close(handle)


def _write_zeros(handle: int, start: int) -> None:
    """For a file system that cannot allocate without writing."""
    os.lseek(handle, start, os.SEEK_SET)
    for _ in range(start, RESERVE_BYTES, len(_CHUNK)):
        os.write(handle, _CHUNK)
    os.ftruncate(handle, RESERVE_BYTES)
