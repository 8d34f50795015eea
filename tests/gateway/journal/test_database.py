"""Opening: what is refused, and in which words."""

import sqlite3
from pathlib import Path

import pytest

from gateway.journal.database import JournalError, open_journal, schema_version


def test_a_new_journal_survives_a_power_cut_by_its_settings(tmp_path: Path) -> None:
    connection = open_journal(tmp_path / "data" / "journal.db")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # full
    assert connection.execute("PRAGMA user_version").fetchone() == (schema_version(),)
    connection.close()
    open_journal(tmp_path / "data" / "journal.db").close()


def test_to_delete_takes_next_to_no_room(tmp_path: Path) -> None:
    connection = open_journal(tmp_path / "journal.db")
    connection.executemany(
        "INSERT INTO message VALUES (?, 1, NULL, 0, 1, 1, 'b', ?, zeroblob(60000))",
        [(number, number) for number in range(1, 101)],
    )
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("DELETE FROM message")
    assert (tmp_path / "journal.db-wal").stat().st_size < 500_000
    connection.close()


def test_what_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE photo (x)")
    connection.close()
    with pytest.raises(JournalError, match="no journal of this program"):
        open_journal(other)
    text = tmp_path / "text.db"
    text.write_text("not a database, but long enough to be taken for one\n" * 100)
    with pytest.raises(JournalError, match="not a database"):
        open_journal(text)
    assert text.read_text().startswith("not a database")


def test_a_journal_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    connection = open_journal(tmp_path / "journal.db")
    connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(JournalError, match="newer version"):
        open_journal(tmp_path / "journal.db")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="writable"):
        open_journal(tmp_path / "file" / "journal.db")
