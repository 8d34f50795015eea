"""The reserve: blocks of the disk, given back in pieces, made again when there is room."""

import errno
import os
from pathlib import Path

import pytest

from gateway.journal import reserve as module
from gateway.journal.reserve import (
    PIECE_BYTES,
    RESERVE_BYTES,
    RESERVE_FILE,
    START_BYTES,
    START_PIECE_BYTES,
    Reserve,
)


def allocated(folder: Path) -> int:
    return (folder / RESERVE_FILE).stat().st_blocks * 512


def size(folder: Path) -> int:
    return (folder / RESERVE_FILE).stat().st_size


def test_a_reserve_is_blocks_of_the_disk_and_given_back_in_pieces(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path)
    assert not reserve.release()
    assert reserve.fill()
    assert allocated(tmp_path) >= RESERVE_BYTES
    assert reserve.release()
    assert allocated(tmp_path) <= RESERVE_BYTES - PIECE_BYTES + 4096
    while reserve.release():
        pass
    assert size(tmp_path) == START_BYTES
    assert reserve.fill()
    assert allocated(tmp_path) >= RESERVE_BYTES


def test_the_last_of_it_is_for_starts(tmp_path: Path) -> None:
    reserve = Reserve(tmp_path)
    assert reserve.fill()
    reserve.release_for_start()
    assert size(tmp_path) == RESERVE_BYTES - PIECE_BYTES
    while reserve.release():
        pass
    for start in range(1, START_BYTES // START_PIECE_BYTES + 1):
        reserve.release_for_start()
        assert size(tmp_path) == START_BYTES - start * START_PIECE_BYTES
    reserve.release_for_start()
    assert size(tmp_path) == 0


def test_a_file_system_that_cannot_allocate_gets_zeros(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(handle: int, start: int, length: int) -> None:
        raise OSError(errno.EOPNOTSUPP, "not supported")

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    reserve = Reserve(tmp_path)
    assert reserve.fill()
    assert reserve.release()
    assert reserve.fill()
    assert size(tmp_path) == RESERVE_BYTES
    assert allocated(tmp_path) >= RESERVE_BYTES


def test_without_room_the_reserve_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserve = Reserve(tmp_path)
    assert reserve.fill()
    reserve.release()
    monkeypatch.setattr(module, "MARGIN_BYTES", 2**60)
    assert not reserve.fill()
    assert size(tmp_path) == RESERVE_BYTES - PIECE_BYTES
