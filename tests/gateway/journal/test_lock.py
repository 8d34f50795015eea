"""Two programs never write one journal."""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.journal.database import JournalError
from gateway.journal.lock import sole_writer

HOLDER = """
import sys
from pathlib import Path
from gateway.journal.lock import sole_writer
with sole_writer(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_the_second_is_refused_until_the_first_is_gone_even_by_force(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "data")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(JournalError, match="in use by another gateway"),
            sole_writer(tmp_path / "data"),
        ):
            pass
        holder.kill()
        holder.wait()
        with sole_writer(tmp_path / "data"):
            pass


def test_a_folder_that_cannot_be_made_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(JournalError, match="is the folder writable"),
        sole_writer(tmp_path / "file"),
    ):
        pass
