"""What is wrong with a message is said in both languages, and what the bytes hold as it is."""

import pytest

from devices.decode import DECODERS
from devices.messages import Info, decode_message
from devices.rejection import RejectedError
from devices.text import Text


@pytest.mark.parametrize(
    ("payload", "vi", "en"),
    [
        (b'{"seq":1,', "sai ở dòng 1, cột 9", "wrong at line 1, column 9"),
        (b"[]", "tin phải là một đối tượng JSON", "the message must be a JSON object"),
        (b"{}", "seq không có", "seq is missing"),
        (b'{"seq":-1}', "seq phải từ 0 trở lên", "seq must be 0 or more"),
        (
            b'{"seq":1,"battery_v":900}',
            "battery_v không được quá 80",
            "battery_v must be 80 or less",
        ),
        (
            b'{"seq":1,"battery_v":NaN}',
            "battery_v phải là số hữu hạn",
            "battery_v must be a finite number",
        ),
        (b'{"seq":1,"battery_v":"9"}', "battery_v phải là số", "battery_v must be a number"),
        (b'{"seq":1.5}', "seq phải là số nguyên", "seq must be a whole number"),
        (
            b'{"seq":1,"is_night":1}',
            "is_night phải là true hoặc false",
            "is_night must be true or false",
        ),
        (b'{"seq":1,"boot":5}', "boot phải là chuỗi ký tự", "boot must be text"),
        (b'{"seq":1,"boot":""}', "boot không được để trống", "boot must not be empty"),
        (
            b'{"seq":1,"boot":"%s"}' % (b"b" * 65),
            "boot dài nhất là 64 ký tự",
            "boot must have 64 characters at most",
        ),
    ],
)
def test_of_a_reading(payload: bytes, vi: str, en: str) -> None:
    with pytest.raises(RejectedError) as refused:
        DECODERS["light"]("light-1", payload, 1_795_400_000_000)
    assert refused.value.detail == Text(vi, en)


@pytest.mark.parametrize(
    ("payload", "en"),
    [
        (b"[]", "the message must be a JSON object"),
        (b'{"capabilities":"x"}', "capabilities must be a list"),
        (b'{"capabilities":["x",1]}', "capabilities.1 must be text"),
        (b'{"interval_s":0}', "interval_s must be 1 or more"),
        (b'{"interval_s":1000000}', "interval_s must be 86400 or less"),
    ],
)
def test_of_what_a_device_says_of_itself(payload: bytes, en: str) -> None:
    with pytest.raises(RejectedError) as refused:
        decode_message(Info, payload)
    assert refused.value.detail.en == en
