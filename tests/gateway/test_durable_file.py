"""A small file is whole, or as it was."""

import errno
import os
import stat
from pathlib import Path

import pytest

from gateway.durable_file import write_durably


def test_a_file_is_written_and_replaced_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "word"
    for content in ("one", "two"):
        write_durably(file, content)
        assert file.read_text() == content
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_until_it_is_on_disk_it_is_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "word"

    def fail(handle: int) -> None:
        raise OSError(errno.EIO, "the power goes here")

    for before in (None, "one"):
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", fail)
            with pytest.raises(OSError, match="power"):
                write_durably(file, "two")
        assert (file.read_text() if file.exists() else None) == before
        write_durably(file, "one")
