"""The rows that stand on a page of a table's b-tree, whatever leads to it.

It knows how SQLite lays out rows, and not which table they are of. Nothing it reads is trusted:
each row is one that SQLite could have written, or is left out.
"""

from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

from gateway.journal.database import PAGE_BYTES
from gateway.journal.pages import Pages

LEAF = 0x0D
_HEADER_BYTES = 8
_LOCAL_MAX = PAGE_BYTES - 35
_LOCAL_MIN = (PAGE_BYTES - 12) * 32 // 255 - 23
_OVERFLOW_BYTES = PAGE_BYTES - 4
ROW_MAX_BYTES = 1 << 20
"""No row of ours is as long; a damaged length may be anything."""
_INTEGER_BYTES = (0, 1, 2, 3, 4, 6, 8)
"""By serial type."""
_ZERO, _ONE, _BLOB = 8, 9, 12

Row = tuple[Any, ...]


def rows_on_leaf(page: bytes, pages: Pages) -> Iterator[Row]:
    """Each row as (rowid, column, …), in order; none when the page is of another kind. The column
    that is the rowid itself is NULL in the record, and comes as such.

    Of two neighbours whose rowids are not in order both are left out: nobody knows which is right.
    """
    found: list[Row] = []
    if len(page) == PAGE_BYTES and page[0] == LEAF:
        count = int.from_bytes(page[3:5])
        pointers = page[_HEADER_BYTES : _HEADER_BYTES + 2 * count]
        for at in range(0, len(pointers) - 1, 2):
            with suppress(IndexError, UnicodeDecodeError):
                found.append(_row(page, int.from_bytes(pointers[at : at + 2]), pages))
    in_order = [True, *(before[0] < after[0] for before, after in pairwise(found)), True]
    for row, *both in zip(found, in_order, in_order[1:], strict=False):
        if all(both):
            yield row


def _row(page: bytes, at: int, pages: Pages) -> Row:
    """Raises IndexError, as all below, and UnicodeDecodeError for what is no row."""
    size, at = _varint(page, at)
    rowid, at = _varint(page, at)
    return _signed(rowid), *_columns(_payload(page, at, size, pages))


def _payload(page: bytes, at: int, size: int, pages: Pages) -> bytes:
    if size > ROW_MAX_BYTES:
        raise IndexError(size)
    local = size
    if size > _LOCAL_MAX:
        local = _LOCAL_MIN + (size - _LOCAL_MIN) % _OVERFLOW_BYTES
        local = local if local <= _LOCAL_MAX else _LOCAL_MIN
    payload = _cut(page, at, local)
    following = _cut(page, at + local, 4) if local < size else bytes(4)
    while len(payload) < size:
        overflow = pages[int.from_bytes(following)]
        payload += _cut(overflow, 4, min(size - len(payload), _OVERFLOW_BYTES))
        following = overflow[:4]
    if any(following):
        raise IndexError(following)
    return payload


def _columns(payload: bytes) -> Row:
    end, at = _varint(payload, 0)
    types = []
    while at < end:
        serial_type, at = _varint(payload, at)
        types.append(serial_type)
    columns: list[Any] = []
    for serial_type in types:
        value, at = _value(payload, at, serial_type)
        columns.append(value)
    if at != len(payload):
        raise IndexError(at)
    return tuple(columns)


def _value(payload: bytes, at: int, serial_type: int) -> tuple[Any, int]:
    if serial_type == 0:
        return None, at
    if serial_type in (_ZERO, _ONE):
        return serial_type - _ZERO, at
    if serial_type < len(_INTEGER_BYTES):
        size = _INTEGER_BYTES[serial_type]
        return int.from_bytes(_cut(payload, at, size), signed=True), at + size
    if serial_type < _BLOB:  # a float, which no table of ours has, or reserved
        raise IndexError(serial_type)
    size = (serial_type - _BLOB) // 2
    content = _cut(payload, at, size)
    return content if serial_type % 2 == 0 else content.decode(), at + size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """An integer of 1 to 9 bytes, unsigned, and where it ends."""
    value = 0
    for end in range(at, at + 8):
        byte = data[end]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, end + 1
    return value << 8 | data[at + 8], at + 9


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _cut(data: bytes, at: int, size: int) -> bytes:
    part = data[at : at + size]
    if len(part) < size:
        raise IndexError(at + size)
    return part
