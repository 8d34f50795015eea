"""A damaged journal is replaced whatever interrupts it."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from gateway.journal.database import JournalError, open_journal
from gateway.journal.replacement import note_damage, replace_if_noted

NOW = 1_795_305_600_000


class PowerCutError(BaseException):
    """Nothing runs after it."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "journal.db"
    connection = open_journal(file)
    connection.execute("INSERT INTO device VALUES (7, 'soil-1', 'soil', 1, 0, NULL, 0)")
    connection.close()
    (tmp_path / "journal.db-wal").write_bytes(b"what was left of it")
    note_damage(file, "for the test")
    return file


@pytest.mark.parametrize("steps", range(14))
def test_a_power_cut_at_any_step_is_made_good(
    file: Path, steps: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = steps

    def counted(before: Callable[..., object]) -> Callable[..., object]:
        def step(*arguments: object, **options: object) -> object:
            nonlocal left
            if not left:
                raise PowerCutError
            left -= 1
            return before(*arguments, **options)

        return step

    with monkeypatch.context() as patch:
        for owner, name in ((Path, "rename"), (Path, "unlink"), (os, "fsync")):
            patch.setattr(owner, name, counted(getattr(owner, name)))
        with suppress(PowerCutError):
            replace_if_noted(file, NOW)
    replace_if_noted(file, NOW + 60_000)
    assert replace_if_noted(file, NOW + 120_000) is None
    connection = open_journal(file)
    assert connection.execute("SELECT number, id FROM device").fetchall() == [(7, "soil-1")]
    sources = connection.execute("SELECT source FROM alert").fetchall()
    assert sources == [("gateway:journal-damaged",)]
    connection.close()
    (aside,) = file.parent.glob("journal.damaged-*.db")
    assert Path(f"{aside}-wal").exists() or steps > 0
    assert {left.name for left in file.parent.iterdir()} <= {
        file.name, aside.name, f"{aside.name}-wal", f"{aside.name}-shm", "journal.damage.draft",
    }  # fmt: skip


def test_without_a_note_nothing_is_replaced(file: Path) -> None:
    (file.parent / "journal.damage").unlink()
    assert replace_if_noted(file, NOW) is None
    assert not list(file.parent.glob("journal.damaged-*"))


def test_a_note_that_cannot_be_read_counts(file: Path) -> None:
    (file.parent / "journal.damage").write_text("{")
    assert replace_if_noted(file, NOW) is not None


def test_a_disk_that_cannot_be_written_is_said_in_words(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(JournalError, match="cannot be moved aside"):
        replace_if_noted(file, NOW)
