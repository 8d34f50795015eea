"""The rows of a damaged SQLite file read page by page, whatever tables they are of.

SQLite finds a row by way of the pages above it: one of these damaged hides thousands of rows that
are sound. Knows the format (sqlite.org/fileformat2.html), and nothing of what the rows mean.
"""

import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path

from gateway.journal.database import PAGE_BYTES

LEAF = 0x0D
"""The first byte of a page that holds rows."""
HEADER_BYTES = 8
COUNT = slice(3, 5)
"""Where the header says how many rows there are; where each begins follows the header."""
PAYLOAD_MAX = 2**20
"""Nothing that is written is so long; a damaged length may be."""
LOCAL_MAX = PAGE_BYTES - 35
LOCAL_MIN = (PAGE_BYTES - 12) * 32 // 255 - 23
"""Of a longer row so much stays in its page, the rest is in a chain of others."""
CHAINED = PAGE_BYTES - 4
INTEGER_BYTES = (0, 1, 2, 3, 4, 6, 8)
"""By the type that the row's header names."""
NULL, ZERO, ONE, BLOB = 0, 8, 9, 12

Value = int | str | bytes | None
Row = tuple[int, tuple[Value, ...]]


def rows_of_pages(file: Path, wanted: Sequence[range]) -> Iterator[Row]:
    """The id and the columns of all that looks like a row and has an id in one of `wanted`, which
    are in order and apart. One may come again, in an older version. Raises OSError."""
    starts = [one.start for one in wanted]
    handle = os.open(file, os.O_RDONLY)
    try:
        for number in range(1, os.fstat(handle).st_size // PAGE_BYTES):
            page = os.pread(handle, PAGE_BYTES, number * PAGE_BYTES)
            if page[0] != LEAF:
                continue
            for at in range(int.from_bytes(page[COUNT])):
                where = HEADER_BYTES + 2 * at
                try:
                    length, start = _varint(page, int.from_bytes(page[where : where + 2]))
                    id, start = _varint(page, start)
                    place = bisect_right(starts, id) - 1
                    if place >= 0 and id in wanted[place]:
                        yield id, _columns(_payload(handle, page, start, length))
                except (IndexError, ValueError):
                    continue  # no row is there, or no longer
    finally:
        os.close(handle)


def _payload(handle: int, page: bytes, start: int, length: int) -> bytes:
    if length > PAYLOAD_MAX:
        raise ValueError(length)
    local = length
    if length > LOCAL_MAX:
        local = LOCAL_MIN + (length - LOCAL_MIN) % CHAINED
        local = local if local <= LOCAL_MAX else LOCAL_MIN
    payload = page[start : start + local]
    following = page[start + local : start + local + 4]
    while len(payload) < length:
        number = int.from_bytes(following)
        chained = os.pread(handle, PAGE_BYTES, (number - 1) * PAGE_BYTES) if number else b""
        if len(chained) < PAGE_BYTES:
            raise ValueError(number)
        following = chained[:4]
        payload += chained[4 : 4 + length - len(payload)]
    return payload


def _columns(payload: bytes) -> tuple[Value, ...]:
    header, at = _varint(payload, 0)
    kinds = []
    while at < header:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    columns: list[Value] = []
    for kind in kinds:
        if kind == NULL:
            columns.append(None)
        elif kind < len(INTEGER_BYTES):
            end = at + INTEGER_BYTES[kind]
            columns.append(int.from_bytes(payload[at:end], signed=True))
            at = end
        elif kind in (ZERO, ONE):
            columns.append(kind - ZERO)
        elif kind < BLOB:
            raise ValueError(kind)  # a fraction: we write none
        else:
            end = at + (kind - BLOB) // 2
            columns.append(payload[at:end].decode() if kind % 2 else payload[at:end])
            at = end
    if at != len(payload):
        raise ValueError(at)
    return tuple(columns)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """The number that begins there, and where it ends."""
    value = 0
    for index in range(at, at + 8):
        byte = data[index]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, index + 1
    return value << 8 | data[at + 8], at + 9
