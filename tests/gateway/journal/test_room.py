"""What of the disk the journal leaves to others."""

import shutil
from pathlib import Path

import pytest

from gateway.journal.room import spare_bytes

MB = 2**20
GB = 2**30


@pytest.mark.parametrize(
    ("total", "free", "spare"),
    [
        (64 * GB, 20 * GB, 20 * GB - 256 * MB),
        (64 * GB, 200 * MB, -56 * MB),
        (1000 * MB, 200 * MB, 150 * MB),  # of a small disk a twentieth
        (0, 0, 0),  # a file system that tells nothing
    ],
)
def test_some_stays_free(
    total: int, free: int, spare: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type(shutil.disk_usage(tmp_path))(total, total - free, free)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    assert spare_bytes(tmp_path) == spare


def test_a_disk_that_is_gone_is_not_the_budgets_concern(tmp_path: Path) -> None:
    assert spare_bytes(tmp_path / "unplugged") == 0
