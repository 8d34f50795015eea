"""What a new journal takes over, whatever lies between."""

import sqlite3
from contextlib import closing
from pathlib import Path

from gateway.journal.database import PAGE_BYTES, open_journal
from gateway.journal.rescue import rescue

DEVICES = 500


def test_devices_between_two_damaged_pages_are_taken_over(tmp_path: Path) -> None:
    file, new = tmp_path / "old.db", tmp_path / "new.db"
    with closing(open_journal(file)) as connection:
        connection.executemany(
            "INSERT INTO device VALUES (?, ?, 'soil', 1, 0, NULL, 0)",
            [(number, f"{number}-{'soil' * 10}") for number in range(1, DEVICES + 1)],
        )
    pages = file.read_bytes()
    with file.open("r+b") as handle:
        for number in (DEVICES // 4, 3 * DEVICES // 4):
            at = pages.index(f"{number}-soilsoil".encode()) // PAGE_BYTES
            handle.seek(at * PAGE_BYTES)
            handle.write(b"\xa5" * PAGE_BYTES)
    rescue(file, new, now=1)
    with closing(sqlite3.connect(new)) as connection:
        numbers = {number for (number,) in connection.execute("SELECT number FROM device")}
    assert DEVICES - 2 * 80 < len(numbers) < DEVICES
    assert DEVICES // 2 in numbers


def test_without_a_first_page_what_is_known_of_the_time_is_taken_over(tmp_path: Path) -> None:
    file, new = tmp_path / "journal.damaged-1.db", tmp_path / "new.db"
    period = (3, "boot", "none", 5, 10, 1, 20, 7, 20)
    with closing(open_journal(file)) as connection:
        connection.execute("INSERT INTO clock_period VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", period)
        connection.execute("INSERT INTO origin VALUES (4)")
        connection.execute("INSERT INTO ageing VALUES (5)")
    with file.open("r+b") as handle:
        handle.write(b"\xa5" * PAGE_BYTES)
    rescue(file, new, now=1)
    with closing(sqlite3.connect(new)) as connection:
        assert connection.execute("SELECT * FROM clock_period").fetchall() == [period]
        assert (4,) in connection.execute("SELECT * FROM origin").fetchall()
        assert connection.execute("SELECT * FROM ageing").fetchall() == [(5,)]
