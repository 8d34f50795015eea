"""Duplicates and gaps, against the plainest possible model: a set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.reading import Millis
from gateway.sequences import (
    BOOTS_MAX,
    FIRST_MAX,
    GAP_MAX,
    RANGES_MAX,
    REFUSED_MAX,
    Gap,
    SequenceLedger,
)

boots = st.sampled_from(["a", "b", "c"])  # fewer than BOOTS_MAX: nothing is forgotten
numbers = st.integers(0, 40)
MINUTE: Millis = 60_000


def at(seq: int) -> Millis:
    """A reading a minute."""
    return seq * MINUTE


@given(st.lists(st.tuples(boots, numbers)), st.integers(0, 60))
def test_ledger_agrees_with_a_set_also_after_a_restart(
    arrivals: list[tuple[str, int]], restart_at: int
) -> None:
    ledger, model = SequenceLedger(), set[tuple[str, int]]()
    for index, (boot, seq) in enumerate(arrivals):
        if index == restart_at:
            ledger = reloaded(ledger)
        assert (ledger.add(boot, seq, at(seq), newer=True) is None) == ((boot, seq) in model)
        model.add((boot, seq))
    for boot in ("a", "b", "c"):
        came = {seq for of, seq in model if of == boot}
        gaps = ledger.gaps(boot)
        missing = {seq for gap in gaps for seq in range(gap.first, gap.last + 1)}
        # Of the first boot nobody knows how it began; the others began at 0.
        began = min(came, default=0) if arrivals and boot == arrivals[0][0] else 0
        assert missing == (set(range(began, max(came) + 1)) - came if came else set())
        assert all(ledger.seen(boot, seq) == (seq in came) for seq in range(45))
        for gap in gaps:
            assert gap.until == at(gap.last + 1)
            assert gap.since == at(gap.first - 1) or gap.first == 0


def test_a_device_that_does_not_name_its_boots_starts_a_new_one_at_zero() -> None:
    ledger = SequenceLedger()
    first = [ledger.add(None, seq, at(seq), newer=True) for seq in (0, 1, 2)]
    assert len(set(first)) == 1
    assert ledger.add(None, 0, at(0), newer=False) is None, "a redelivery is no restart"
    second = ledger.add(None, 0, at(3), newer=True)
    assert second is not None
    assert second not in first
    assert ledger.add(None, 1, at(4), newer=True) == second
    assert reloaded(ledger).add(None, 1, at(4), newer=True) is None


def test_memory_is_bounded_whatever_a_device_sends() -> None:
    ledger = SequenceLedger()
    for seq in range(0, 10 * RANGES_MAX, 2):
        ledger.add("boot", seq, at(seq), newer=True)
    assert len(ledger.gaps()) == RANGES_MAX - 1
    assert ledger.lost == 10 * RANGES_MAX // 2 - RANGES_MAX, "what is forgotten is counted"
    for number in range(10 * BOOTS_MAX):
        ledger.add(f"other-{number}", 0, at(0), newer=True)
        ledger.add("~²", number, at(number), newer=True)
    assert ledger.lost >= 10 * RANGES_MAX // 2 - 1
    boots: dict[str, list[object]] = ledger.dump()["boots"]  # type: ignore[assignment]
    assert len(boots) <= BOOTS_MAX
    assert all(len(ranges) <= RANGES_MAX for ranges in boots.values())


def test_memory_of_what_was_refused_is_bounded() -> None:
    ledger = SequenceLedger()
    for seq in range(2 * REFUSED_MAX):
        ledger.refuse("b", seq)
    ledger.add("b", 0, at(0), newer=True)
    ledger.add("b", REFUSED_MAX, at(1), newer=True)
    ledger.add("b", 2 * REFUSED_MAX, at(2), newer=True)
    (gap,) = ledger.gaps()
    assert gap.first == 1


def test_a_gap_knows_its_time_shrinks_from_both_ends_and_disappears() -> None:
    ledger = SequenceLedger()
    for seq in (0, 1, 5, 6):
        ledger.add("b", seq, at(seq), newer=True)
    assert ledger.gaps() == [Gap("b", 2, 4, at(1), at(5))]
    for seq, left in ((3, [(2, 2), (4, 4)]), (2, [(4, 4)]), (4, [])):
        assert ledger.add("b", seq, at(seq), newer=False) == "b"
        assert ledger.gaps() == [Gap("b", *gap, at(gap[0] - 1), at(gap[1] + 1)) for gap in left]


def test_a_boot_behind_another_is_known_to_have_begun_at_zero() -> None:
    ledger = SequenceLedger()
    ledger.add("a", 700, at(1), newer=True)
    assert ledger.gaps() == [], "how the first one began, nobody knows"
    ledger.add("b", 3, at(9), newer=True)
    assert reloaded(ledger).gaps() == [Gap("b", 0, 2, at(1), at(9))]
    for seq in range(3):
        assert ledger.add("b", seq, at(5), newer=False) == "b"
    assert ledger.gaps() == []
    ledger.add("c", FIRST_MAX + 1, at(10), newer=True)
    assert ledger.gaps() == [], "it does not count from 0"


@pytest.mark.parametrize("leap", [GAP_MAX + 1, 2**62])
def test_a_leap_is_no_gap_also_when_it_is_forgotten(leap: int) -> None:
    ledger = SequenceLedger()
    for seq in (0, 1, leap + 2):
        ledger.add("b", seq, at(seq), newer=True)
    assert ledger.gaps() == []
    assert ledger.leaps("b") == [Gap("b", 2, leap + 1, at(1), at(leap + 2))]
    for seq in range(leap + 4, leap + 4 + 2 * RANGES_MAX, 2):
        ledger.add("b", seq, at(seq), newer=True)
    assert ledger.leaps("b") == []
    assert ledger.lost < RANGES_MAX


def test_what_a_week_holds_at_one_a_second_is_a_gap() -> None:
    ledger = SequenceLedger()
    for seq in (0, GAP_MAX + 1):
        ledger.add("b", seq, at(seq), newer=True)
    (gap,) = ledger.gaps()
    assert gap.readings == GAP_MAX


def test_a_device_that_comes_back_from_a_leap_counts_where_it_measured_last() -> None:
    ledger = SequenceLedger()
    ledger.add("b", 12, at(0), newer=True)
    ledger.add("b", 2**62, at(1), newer=True)
    assert ledger.newest() == ("b", 2**62)
    ledger.add("b", 13, at(2), newer=True)
    assert reloaded(ledger).newest() == ("b", 13)


@pytest.mark.parametrize(("resent", "newest"), [(("a", 1, 1), ("b", 0)), (("b", 2, 9), ("b", 2))])
def test_the_newest_boot_is_the_one_that_measured_last(
    resent: tuple[str, int, int], newest: tuple[str, int]
) -> None:
    ledger = SequenceLedger()
    assert ledger.newest() is None
    ledger.add("a", 0, at(0), newer=True)
    ledger.add("b", 0, at(8), newer=True)
    boot, seq, minute = resent
    ledger.add(boot, seq, at(minute), newer=False)
    assert ledger.newest() == newest


def reloaded(ledger: SequenceLedger) -> SequenceLedger:
    return SequenceLedger.load(**ledger.dump())  # type: ignore[arg-type]  # as dumped
