import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.duration import parse_duration, write_duration


@pytest.mark.parametrize(
    ("text", "ms"),
    [
        ("20s", 20_000),
        ("10m", 600_000),
        ("6h", 21_600_000),
        ("1d", 86_400_000),
        ("1h 30m", 5_400_000),
        ("1h30m", 5_400_000),
        ("366d", 366 * 86_400_000),
    ],
)
def test_durations_as_people_write_them(text: str, ms: int) -> None:
    assert parse_duration(text) == ms


@pytest.mark.parametrize(
    "text", ["", "10", "m", "-5m", "0s", "1.5h", "10 m", "10min", "367d", "9" * 400 + "d", "1h,30m"]
)
def test_anything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no duration|must be more than nothing"):
        parse_duration(text)


@given(st.text(max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert parse_duration(text) > 0


@pytest.mark.parametrize("text", ["20s", "10m", "1h 30m", "1d 1h 1m 1s", "366d"])
def test_a_duration_is_written_as_it_is_read(text: str) -> None:
    assert write_duration(parse_duration(text)) == text
    assert write_duration(0) == "0"
