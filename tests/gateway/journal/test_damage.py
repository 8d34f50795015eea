"""Damage is found: by the look at the start, by the check of the whole, and never where none is."""

import sqlite3
from pathlib import Path

import pytest

from gateway.journal.clean_end import clean_end
from gateway.journal.damage import WholeCheck, check_start_tables
from gateway.journal.database import JournalDamagedError, JournalError, open_journal

PATIENCE_S = 30.0


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A journal of some hundred pages."""
    file = tmp_path / "journal.db"
    connection = open_journal(file)
    connection.execute("INSERT INTO device VALUES (1, 'soil-1', 'soil', 1, 0, NULL, 0)")
    connection.executemany(
        "INSERT INTO message VALUES (?, 1, ?, 0, 0, 0, 'b', ?, ?)",
        [(n, n - 1 or None, n, b"x" * 1000) for n in range(1, 1000)],
    )
    connection.close()
    return file


def overwrite(file: Path, page: int) -> None:
    with file.open("r+b") as handle:
        handle.seek(page * 4096)
        handle.write(b"\xa5" * 4096)


def whole_check(file: Path) -> list[JournalDamagedError]:
    found: list[JournalDamagedError] = []
    check = WholeCheck(file, found.append)
    check.wait(PATIENCE_S)
    check.close()
    return found


def test_a_damaged_page_of_messages_is_found_by_the_check_of_the_whole(file: Path) -> None:
    assert not whole_check(file)
    overwrite(file, page=file.stat().st_size // 4096 // 2)
    connection = open_journal(file)
    check_start_tables(connection)
    connection.close()
    (damage,) = whole_check(file)
    assert "journal" in str(damage)


def test_a_damaged_page_of_a_small_table_is_found_at_the_start(file: Path) -> None:
    with sqlite3.connect(file) as connection:
        (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'device'")
    connection.close()
    overwrite(file, page=page[0] - 1)
    damaged = open_journal(file)
    with pytest.raises(JournalDamagedError):
        check_start_tables(damaged)
    damaged.close()


def test_a_table_that_is_gone_is_damage(file: Path) -> None:
    connection = open_journal(file)
    connection.execute("DROP TABLE sink")
    with pytest.raises(JournalDamagedError, match="sink"):
        check_start_tables(connection)
    connection.close()


@pytest.mark.parametrize(
    ("at", "content"),
    [
        (0, b"SQLjte"),  # the magic
        (18, b"\x77\x77"),  # versions of the format
        (44, b"\x00\x00\x00\x63"),  # layout of the schema
        (60, b"\x77\x00\x00\x00"),  # number of our schema
        (68, b"\x00\x00\x00\x01"),  # whose file it is
    ],
)
def test_a_damaged_header_is_damage_and_nobody_elses_file(
    file: Path, at: int, content: bytes
) -> None:
    with file.open("r+b") as handle:
        handle.seek(at)
        handle.write(content)
    with pytest.raises(JournalDamagedError):
        open_journal(file)


def test_a_folder_that_cannot_be_written_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "journal.db").mkdir()
    with pytest.raises(JournalError) as caught:
        open_journal(tmp_path / "journal.db")
    assert not isinstance(caught.value, JournalDamagedError)


def test_an_end_is_clean_when_it_was_reached(tmp_path: Path) -> None:
    with clean_end(tmp_path) as was_clean:
        assert was_clean
    with pytest.raises(ZeroDivisionError), clean_end(tmp_path):
        _ = 1 / 0
    with clean_end(tmp_path) as was_clean:
        assert not was_clean
    with clean_end(tmp_path) as was_clean:
        assert was_clean
