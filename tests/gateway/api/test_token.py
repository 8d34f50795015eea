import stat
from pathlib import Path

import pytest

from gateway.api.token import load_or_create_token


def test_the_first_start_makes_a_token_that_only_its_owner_reads(tmp_path: Path) -> None:
    path = tmp_path / "web-token"
    token = load_or_create_token(path)
    assert len(token) >= 40
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_next_start_finds_the_same(tmp_path: Path) -> None:
    assert load_or_create_token(tmp_path / "t") == load_or_create_token(tmp_path / "t")


def test_no_two_gateways_have_the_same(tmp_path: Path) -> None:
    assert load_or_create_token(tmp_path / "a") != load_or_create_token(tmp_path / "b")


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "web-token"
    load_or_create_token(path)
    path.chmod(0o640)
    with pytest.raises(ValueError, match="chmod 600"):
        load_or_create_token(path)


@pytest.mark.parametrize("content", ["", "admin", "\n" * 50])
def test_a_file_without_a_token_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "web-token"
    path.touch(0o600)
    path.write_text(content)
    with pytest.raises(ValueError, match="holds no token"):
        load_or_create_token(path)
