"""A journal's pages without SQLite: what reaches those to which no sound page leads any more.

It knows where pages lie in the file and in its write-ahead log, and not what they hold, but for the
list of free ones. Layouts: https://www.sqlite.org/fileformat2.html
"""

import struct
from contextlib import suppress
from typing import BinaryIO

from gateway.journal.database import PAGE_BYTES

_LOG_HEADER_BYTES = 32
_LOG_SALTS = slice(16, 24)
_FRAME = struct.Struct(">II8s8x")
"""Before each page in the log: its number, the pages of the file when it ends a transaction, the
salts of the log it is of. The sums after them are not looked at: a damaged page of the log must not
take those after it along."""
_FREE_HEADER = struct.Struct(">II")
_FREE_HEADER_AT = 32


class Pages:
    """The pages as they were last committed. `log` is the write-ahead log, if there is one.

    A page that is not there, or that the disk cannot read, is empty.
    """

    def __init__(self, file: BinaryIO, log: BinaryIO | None = None) -> None:
        self._file = file
        self._log = log
        in_file = _size(file) // PAGE_BYTES
        self._in_log = _committed(log, in_file) if log else {}
        self.count: int = max(in_file, *self._in_log, 0)

    def __getitem__(self, number: int) -> bytes:
        if self._log and number in self._in_log:
            return _read(self._log, self._in_log[number], PAGE_BYTES)
        if not 1 <= number <= self.count:
            return b""
        page = _read(self._file, (number - 1) * PAGE_BYTES, PAGE_BYTES)
        return page if len(page) == PAGE_BYTES else b""


def free_pages(pages: Pages, first_page: bytes) -> set[int] | None:
    """The pages that hold nothing any more, only what was deleted; None when the list of them is
    damaged. `first_page` says where it begins."""
    if len(first_page) < PAGE_BYTES:
        return None
    trunk, count = _FREE_HEADER.unpack_from(first_page, _FREE_HEADER_AT)
    found: set[int] = set()
    while trunk:
        page = pages[trunk]
        if not page or trunk in found:
            return None
        found.add(trunk)
        trunk, length = _FREE_HEADER.unpack_from(page)
        if length > PAGE_BYTES // 4 - 2:
            return None
        found.update(struct.unpack_from(f">{length}I", page, _FREE_HEADER.size))
    sound = len(found) == count and all(1 < number <= pages.count for number in found)
    return found if sound else None


def _committed(log: BinaryIO, in_file: int) -> dict[int, int]:
    """Where the log has the newest version of each page that it holds. `in_file`: so many are there
    without it, and it adds no more than it holds."""
    found: dict[int, int] = {}
    pending: dict[int, int] = {}
    salts = _read(log, 0, _LOG_HEADER_BYTES)[_LOG_SALTS]
    step = _FRAME.size + PAGE_BYTES
    highest = in_file + _size(log) // step
    for at in range(_LOG_HEADER_BYTES, _size(log) - step + 1, step):
        header = _read(log, at, _FRAME.size)
        if len(header) < _FRAME.size:
            continue
        number, ends_transaction, salts_of_frame = _FRAME.unpack(header)
        if salts_of_frame == salts and 0 < number <= highest:
            pending[number] = at + _FRAME.size
            if ends_transaction:
                found |= pending
                pending.clear()
    return found


def _size(file: BinaryIO) -> int:
    return file.seek(0, 2)


def _read(file: BinaryIO, at: int, size: int) -> bytes:
    with suppress(OSError):
        file.seek(at)
        return file.read(size)
    return b""
