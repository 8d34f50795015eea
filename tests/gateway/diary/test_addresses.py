"""Which addresses a buyer's phone reaches."""

import pytest

from gateway.diary.addresses import Reach, check_base_url, reach_of


@pytest.mark.parametrize(
    ("address", "reach"),
    [
        ("https://che-khe-coc.example", Reach.EVERYBODY),
        ("http://8.8.8.8:8000", Reach.EVERYBODY),
        ("http://127.0.0.1:8000", Reach.HERE),
        ("http://localhost:8000", Reach.HERE),
        ("http://[::1]:8000", Reach.HERE),
        ("http://0.0.0.0:8000", Reach.HERE),
        ("http://192.168.1.10", Reach.HAMLET),
        ("http://100.64.0.9", Reach.HAMLET),
        ("http://[fe80::1]", Reach.HAMLET),
        ("http://hamlet.local", Reach.HAMLET),
        ("http://nha-van-hoa", Reach.HAMLET),
    ],
)
def test_who_gets_to_an_address(address: str, reach: Reach) -> None:
    assert reach_of(check_base_url(address)) is reach


def test_a_path_is_added_without_a_second_slash() -> None:
    assert check_base_url("https://che.example/khe-coc/") == "https://che.example/khe-coc"


@pytest.mark.parametrize(
    "wrong",
    [
        "", "che.example", "ftp://che.example", "https://", "https://che.example?x=1",
        "https://che.example#x", "https://a:b@che.example", "https://chè.example",
        "https://che.example/a b", "http://[::1", "http://che.example:0", "http://che.example:x",
    ],
)  # fmt: skip
def test_what_no_phone_opens_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        check_base_url(wrong)
