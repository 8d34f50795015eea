"""What a power cut leaves of the file: some of the log, and perhaps a torn end. What is there after
it is whole commits, the oldest first, and none is missing in between."""

import random
import shutil
from pathlib import Path

import pytest

from gateway.journal.batch import Batch, MessageRow
from gateway.journal.database import open_journal
from gateway.journal.writer import commit

COMMITS = 40
IMAGES = 60


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[int]]:
    """A journal as it stands on the disk, its log unmerged, and the log's length at each commit."""
    file = tmp_path_factory.mktemp("written") / "journal.db"
    connection = open_journal(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    lengths = []
    for number in range(COMMITS):
        batch = Batch()
        for seq in range(number * 20, number * 20 + 20):
            row: MessageRow = (seq + 1, 1, seq or None, 0, seq, seq, "b", seq, b"x" * 300)
            batch.messages.append(row)
        commit(connection, batch)
        lengths.append(Path(f"{file}-wal").stat().st_size)
    image = file.with_name("image.db")
    for suffix in ("", "-wal"):
        shutil.copy(f"{file}{suffix}", f"{image}{suffix}")
    connection.close()
    return image, lengths


@pytest.mark.parametrize("seed", range(IMAGES))
def test_whole_commits_are_there_and_no_other(
    tmp_path: Path, written: tuple[Path, list[int]], seed: int
) -> None:
    image, lengths = written
    chance = random.Random(seed)
    file = tmp_path / "journal.db"
    for suffix in ("", "-wal"):
        shutil.copy(f"{image}{suffix}", f"{file}{suffix}")
    length = chance.randrange(0, lengths[-1] + 1)
    whole = sum(one <= length for one in lengths)
    with Path(f"{file}-wal").open("r+b") as log:
        log.truncate(length)
        if seed % 2:  # the last blocks were being written: they may hold anything
            log.seek(length)
            log.write(chance.randbytes(chance.randrange(0, 9000)))
    connection = open_journal(file)
    assert connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    found = connection.execute("SELECT count(*), max(id) FROM message").fetchone()
    assert found == (whole * 20, whole * 20 or None)
    connection.close()
