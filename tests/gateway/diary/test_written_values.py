"""What people type into the fields of an entry."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.text import Text
from gateway.diary.fields import FIELDS, Field, Shape
from gateway.diary.written_values import (
    WrongValueError,
    clean,
    read_clock,
    read_day,
    read_number,
    read_value,
)

WORDS = Field("w", Text("chữ", "words"), Shape.WORDS)
COUNT = Field("n", Text("số", "number"), Shape.COUNT, required=True, low=1, most=90)


@pytest.mark.parametrize(
    ("written", "value"),
    [("12", 12), ("12,5", 12.5), ("12.5", 12.5), ("0,125", 0.125), (",5", 0.5), ("007", 7)],
)
def test_a_number_has_a_comma_or_a_point(written: str, value: float) -> None:
    assert read_number(written) == value


@pytest.mark.parametrize(
    "written",
    ["", "x", "1,2,3", "1.200", "12,345", "-3", "+3", "1e9", "nan", "inf", "٣", "²", "9" * 40, "."],
)
def test_what_is_no_clear_number_is_refused(written: str) -> None:
    with pytest.raises(WrongValueError):
        read_number(written)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026-11-22", date(2026, 11, 22)),
        ("22/11/2026", date(2026, 11, 22)),
        ("1/2/2026", date(2026, 2, 1)),
    ],
)
def test_a_day_is_written_as_phones_or_people_do(written: str, day: date) -> None:
    assert read_day(written) == day


@pytest.mark.parametrize("written", ["", "today", "31/02/2026", "2026-13-01", "22-11-2026", "0/0"])
def test_what_is_no_day_is_refused(written: str) -> None:
    with pytest.raises(WrongValueError):
        read_day(written)


def test_a_clock_has_hours_and_minutes() -> None:
    assert read_clock("14:30") == read_clock("14:30:59") == time(14, 30)
    for written in ("24:00", "7", "7:60", "x:y", ""):
        with pytest.raises(WrongValueError):
            read_clock(written)


def test_text_is_composed_in_one_line_and_shown_whole() -> None:
    assert clean("  cha\u0300o\r\n\tba\u0323n\x00 ") == "chào bạn"
    assert clean("a\u202eb\u200dc") == "abc"


@given(st.text())
def test_what_is_cleaned_is_clean(written: str) -> None:
    assert clean(clean(written)) == clean(written)
    assert all(char.isprintable() for char in clean(written))


def test_a_field_keeps_its_bounds() -> None:
    assert read_value(COUNT, "14") == 14
    assert read_value(COUNT, 14.0) == 14
    for written in ("0", "91", "1,5", "", " "):
        with pytest.raises(WrongValueError) as refused:
            read_value(COUNT, written)
        assert refused.value.text.vi
        assert refused.value.text.en
    assert read_value(WORDS, " ") is None
    assert read_value(WORDS, "x" * WORDS.length) == "x" * WORDS.length
    with pytest.raises(WrongValueError):
        read_value(WORDS, "x" * (WORDS.length + 1))


@given(st.sampled_from([one for fields in FIELDS.values() for one in fields]), st.text())
def test_whatever_is_typed_is_taken_or_refused(field: Field, written: str) -> None:
    try:
        value = read_value(field, written)
    except WrongValueError:
        return
    assert value is None or isinstance(value, str) is not field.is_number
