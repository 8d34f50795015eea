"""Rows are read without SQLite as SQLite wrote them; anything else is passed over."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.journal.database import PAGE_BYTES
from gateway.journal.leaves import Row, rows_of_pages

ALL = [range(2**62)]
VALUES = st.none() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.binary()


def written(file: Path, rows: list[Row]) -> Path:
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a ANY, b ANY) STRICT")
        connection.executemany("INSERT INTO t VALUES (?, ?, ?)", [(id, *two) for id, two in rows])
    return file


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.integers(1, 2**62 - 1), st.tuples(VALUES, VALUES)))
def test_every_row_is_found(tmp_path: Path, values: dict[int, tuple[object, object]]) -> None:
    rows: list[Row] = sorted(values.items())  # type: ignore[arg-type]
    found = rows_of_pages(written(tmp_path / "some.db", rows), ALL)
    assert sorted((id, columns[1:]) for id, columns in found) == rows


@pytest.mark.parametrize("length", [*range(4040, 4080), 8000, 8190, 70_000])
def test_a_long_row_is_followed_over_pages(tmp_path: Path, length: int) -> None:
    body = random.Random(length).randbytes(length)
    file = written(tmp_path / "some.db", [(7, (None, body))])
    assert list(rows_of_pages(file, ALL)) == [(7, (None, None, body))]


def test_only_what_is_wanted(tmp_path: Path) -> None:
    file = written(tmp_path / "some.db", [(id, (id, "x")) for id in range(1, 1000)])
    found = rows_of_pages(file, [range(3, 5), range(900, 901)])
    assert [id for id, _ in found] == [3, 4, 900]


@pytest.mark.parametrize("seed", range(50))
def test_damage_is_passed_over(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    file = written(tmp_path / "some.db", [(id, (id, "x" * 300)) for id in range(1, 1000)])
    with file.open("r+b") as handle:
        for _ in range(200):
            handle.seek(chance.randrange(file.stat().st_size))
            handle.write(chance.randbytes(chance.randint(1, 64)))
    found = {id: columns for id, columns in rows_of_pages(file, ALL) if len(columns) == 3}
    assert sum(found.get(id) == (None, id, "x" * 300) for id in range(1, 1000)) > 500
