"""Pages are read as SQLite wrote them, and whatever they hold."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings

from gateway.journal.database import PAGE_BYTES
from gateway.journal.leaves import rows_on_leaf
from gateway.journal.pages import Pages, free_pages

INT = st.one_of(st.integers(-3, 3), st.integers(-(2**63), 2**63 - 1))
COLUMNS = st.tuples(
    st.one_of(st.none(), INT),
    st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=20)),
    st.one_of(
        st.binary(max_size=200),
        st.integers(3900, 13000).map(lambda size: random.Random(size).randbytes(size)),
    ),
)
TABLE = st.dictionaries(INT, COLUMNS, max_size=60)


def made_by_sqlite(table: dict[int, Any], below: int) -> tuple[bytes, list[Any]]:
    """The file with these rows, of which those below an id are deleted again; and what is left."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        connection.execute("PRAGMA secure_delete = off")
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c BLOB)")
        rows = [(id, *columns) for id, columns in table.items()]
        connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
        connection.execute("DELETE FROM t WHERE id < ?", [below])
        left = connection.execute("SELECT id, NULL, a, b, c FROM t ORDER BY id").fetchall()
        return connection.serialize(), left


def all_rows(file: bytes) -> Iterator[Any]:
    pages = Pages(BytesIO(file))
    free = free_pages(pages, pages[1]) or set()
    for number in range(2, pages.count + 1):
        if number not in free:
            yield from rows_on_leaf(pages[number], pages)


@given(TABLE, INT)
@settings(deadline=None)
def test_every_row_is_found_and_none_that_was_deleted(table: dict[int, Any], below: int) -> None:
    file, left = made_by_sqlite(table, below)
    assert sorted(all_rows(file)) == left


@given(TABLE, st.lists(st.tuples(st.integers(0), st.binary(min_size=1, max_size=16)), min_size=1))
@settings(deadline=None)
def test_damage_raises_nothing(table: dict[int, Any], damage: list[tuple[int, bytes]]) -> None:
    file = bytearray(made_by_sqlite(table, 0)[0])
    for at, patch in damage:
        at %= len(file) - len(patch)
        file[at : at + len(patch)] = patch
    list(all_rows(bytes(file)))


@given(st.binary(max_size=400), st.binary(max_size=3700))
@settings(deadline=None)
def test_nonsense_raises_nothing(start: bytes, end: bytes) -> None:
    page = b"\x0d" + start + bytes(PAGE_BYTES - 1 - len(start) - len(end)) + end
    list(all_rows(bytes(PAGE_BYTES) + page + page))


def test_an_overflow_chain_that_goes_in_a_circle_ends() -> None:
    file, left = made_by_sqlite({1: (None, None, bytes(20_000))}, 0)
    pages = Pages(BytesIO(file))
    circle = bytearray(file)
    last = next(number for number in range(3, pages.count + 1) if pages[number][:4] == bytes(4))
    circle[(last - 1) * PAGE_BYTES : (last - 1) * PAGE_BYTES + 4] = last.to_bytes(4)
    assert left
    assert list(all_rows(bytes(circle))) == []


def test_a_row_whose_id_does_not_fit_is_left_out() -> None:
    file, left = made_by_sqlite({id: (None, "x", b"body %d" % id) for id in range(1, 10)}, 0)
    at = file.index(b"body 5") - len(b"x") - 6  # size, rowid, header of 5 bytes
    assert file[at] == 5
    damaged = file[:at] + bytes([100]) + file[at + 1 :]
    assert list(all_rows(damaged)) == [row for row in left if row[0] not in (5, 6)]
