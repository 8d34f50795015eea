"""A reader that is closed answers what it was asked before, and nobody waits for it in vain."""

import threading
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.fleet import Fleet
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
