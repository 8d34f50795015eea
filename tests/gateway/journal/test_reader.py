"""A reader that is closed answers what it was asked before, and nobody waits for it in vain."""

import threading
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.fleet import Fleet
from gateway.history import StoreError
from gateway.journal.database import open_journal
from gateway.journal.reader import CONNECTIONS_MAX, JournalReader, ReaderClosedError


def test_closing_waits_for_who_reads_and_refuses_who_comes_later(tmp_path: Path) -> None:
    open_journal(tmp_path / "journal.db").close()
    reader = JournalReader(tmp_path / "journal.db", Fleet(), ZoneInfo("UTC"), print)
    with reader.connection() as connection:
        closing = threading.Thread(target=reader.close)
        closing.start()
        assert connection.execute("SELECT count(*) FROM message").fetchone() == (0,)
    closing.join()
    for _ in range(CONNECTIONS_MAX + 1):
        with pytest.raises(ReaderClosedError):
            reader.command("any")


def test_a_disk_that_cannot_be_read_is_no_damage_and_may_come_back(tmp_path: Path) -> None:
    open_journal(tmp_path / "journal.db").close()
    damages: list[Exception] = []
    reader = JournalReader(tmp_path / "journal.db", Fleet(), ZoneInfo("UTC"), damages.append)
    in_the_way = tmp_path / "journal.db-wal"
    in_the_way.mkdir()
    with pytest.raises(StoreError, match="cannot be read: unable to open"):
        reader.command("any")
    in_the_way.rmdir()
    assert reader.command("any") is None
    assert not damages
    reader.close()
