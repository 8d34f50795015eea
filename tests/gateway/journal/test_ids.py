"""Ranges hold what a set holds."""

import hypothesis.strategies as st
from hypothesis import given

from gateway.journal.ids import ASTRAY, Ids


def ids(*numbers: int) -> Ids:
    found = Ids()
    for number in numbers:
        found.add(number)
    return found


@given(st.lists(st.integers(1, 60)))
def test_it_agrees_with_a_set(numbers: list[int]) -> None:
    found, known = Ids(), set[int]()
    for number in numbers:
        assert found.add(number) is (number not in known)
        known.add(number)
    assert found.first() == min(known, default=0)
    holes = set(range(min(known, default=1), max(known, default=0))) - known
    assert found.missing(0, ()) == len(holes)
    assert found.missing(100, ()) == len(holes) + 100 - max(known, default=0)


def test_where_counting_began_anew_nothing_is_missing() -> None:
    found = ids(1, 2, 4, 5, 1003, 1004)
    assert found.missing(0, {1000}) == 1 + 2
    assert found.missing(0, {5, 7, 1002}) == 1
    assert found.missing(0, {2, 1000}) == 1 + 2


def test_a_number_far_from_all_others_is_no_end() -> None:
    found = ids(3, 4, 5, 7)
    assert found.missing(0, ()) == 1
    found.add(7 + ASTRAY + 1)
    assert found.missing(0, ()) == 1
    assert ids(1, ASTRAY + 5, ASTRAY + 6).missing(0, ()) == 0
