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
