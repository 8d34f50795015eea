"""Pages are those that were committed last, as SQLite has them."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path

import pytest

from gateway.journal.database import PAGE_BYTES
from gateway.journal.pages import Pages, free_pages


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode = wal")
        connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, body BLOB)")
        insert = "INSERT INTO t VALUES (?, zeroblob(3000))"
        connection.executemany(insert, [(id,) for id in range(40)])
        connection.execute("PRAGMA wal_checkpoint(truncate)")
        yield connection


def files(folder: Path) -> tuple[BytesIO, BytesIO]:
    return BytesIO((folder / "a.db").read_bytes()), BytesIO((folder / "a.db-wal").read_bytes())


def test_the_log_counts_and_only_what_was_committed(
    connection: sqlite3.Connection, tmp_path: Path
) -> None:
    connection.execute("UPDATE t SET body = x'00' WHERE id < 20")
    connection.executemany("INSERT INTO t VALUES (?, zeroblob(9000))", [(50,), (51,)])
    expected = connection.serialize()
    connection.execute("PRAGMA cache_spill = 1")
    connection.execute("BEGIN")
    connection.execute("UPDATE t SET body = zeroblob(100)")
    pages = Pages(*files(tmp_path))
    assert pages.count == len(expected) // PAGE_BYTES
    found = b"".join(pages[number] for number in range(1, pages.count + 1))
    # Two bytes of the header tell a log from none, and SQLite does not give them away.
    assert (found[:18], found[20:]) == (expected[:18], expected[20:])
    assert pages[0] == pages[pages.count + 1] == b""


def test_a_damaged_log_takes_only_its_damaged_pages(
    connection: sqlite3.Connection, tmp_path: Path
) -> None:
    connection.execute("UPDATE t SET body = x'00' WHERE id < 20")
    expected = connection.serialize()
    file, log = files(tmp_path)
    log.seek(32)
    log.write(b"\xa5" * 4120)
    pages = Pages(file, log)
    different = [
        number
        for number in range(2, pages.count + 1)
        if pages[number] != expected[(number - 1) * PAGE_BYTES : number * PAGE_BYTES]
    ]
    assert len(different) <= 1
    log.seek(32)
    log.write(b"\xff" * 4)  # a page beyond all others
    assert Pages(file, log).count == pages.count
    for nonsense in (b"", b"\xa5" * 10_000, log.getvalue()[:4000]):
        assert Pages(file, BytesIO(nonsense))[2] == Pages(file)[2]


def test_free_pages_are_known_or_said_not_to_be(
    connection: sqlite3.Connection, tmp_path: Path
) -> None:
    assert free_pages(Pages(BytesIO(connection.serialize())), connection.serialize()) == set()
    connection.execute("DELETE FROM t WHERE id < 30")
    image = connection.serialize()
    count = connection.execute("PRAGMA freelist_count").fetchone()[0]
    free = free_pages(Pages(BytesIO(image)), image)
    assert free
    assert len(free) == count > 20
    trunk = int.from_bytes(image[32:36])
    assert trunk in free
    for at, patch in ((36, b"\1"), (32, b"\1"), ((trunk - 1) * PAGE_BYTES + 12, b"\xff")):
        damaged = image[:at] + patch + image[at + 1 :]
        assert free_pages(Pages(BytesIO(damaged)), damaged) is None
    assert free_pages(Pages(BytesIO(image)), b"") is None
