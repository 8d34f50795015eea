"""What of the disk the journal may have."""

import shutil
from pathlib import Path

import pytest

from devices.metric import INT64_MAX
from gateway.journal.room import room_bytes

MB = 2**20
GB = 2**30


@pytest.mark.parametrize(
    ("total", "free", "room"),
    [
        (64 * GB, 20 * GB, 20 * GB - 256 * MB),
        (64 * GB, 200 * MB, -56 * MB),
        (1000 * MB, 200 * MB, 150 * MB),  # of a small disk a twentieth
    ],
)
def test_beside_what_the_file_has_some_stays_free(
    total: int, free: int, room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "journal.db"
    file.write_bytes(bytes(4096))
    usage = type(shutil.disk_usage(tmp_path))(total, total - free, free)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    assert room_bytes(file) == 4096 + room


def test_a_disk_that_tells_nothing_is_not_the_budgets_concern(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert room_bytes(tmp_path / "unplugged" / "journal.db") == INT64_MAX
    (tmp_path / "journal.db").touch()
    nothing = type(shutil.disk_usage(tmp_path))(0, 0, 0)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: nothing)
    assert room_bytes(tmp_path / "journal.db") == INT64_MAX
