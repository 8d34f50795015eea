"""Times as people write them."""

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.decode import EARLIEST, LATEST
from devices.rejection import RejectedError
from gateway.local_time import parse_local

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
AT = 1_793_662_200_000


@pytest.mark.parametrize(
    "text", ["2026-11-03 06:30", "2026-11-03T06:30:00+07:00", "2026-11-02T23:30:00Z", str(AT)]
)
def test_without_an_offset_it_is_the_time_of_the_zone(text: str) -> None:
    assert parse_local(text, ZONE) == AT


def test_without_a_zone_the_offset_is_needed() -> None:
    with pytest.raises(RejectedError, match="lacks its UTC offset"):
        parse_local("2026-11-03 06:30")


@pytest.mark.parametrize(
    "text", ["9" * 12, "9" * 15, "9" * 5000, "9999-12-31T23:59:59Z", "2019-12-31"]
)
def test_no_time_is_before_or_after_what_a_hamlet_can_live(text: str) -> None:
    with pytest.raises(RejectedError, match=r"is before 2020|is after 2099"):
        parse_local(text, ZONE)


@settings(deadline=None)
@given(st.one_of(st.text(), st.datetimes().map(str), st.integers().map(str)))
def test_any_text_is_a_time_of_these_years_or_refused(text: str) -> None:
    try:
        at = parse_local(text, ZONE)
    except RejectedError:
        return
    assert EARLIEST <= at < LATEST
