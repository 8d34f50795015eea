"""Duplicates and gaps, against the plainest possible model: a set."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.sequences import BOOTS_MAX, RANGES_MAX, SequenceLedger

boots = st.sampled_from(["a", "b", "c"])  # fewer than BOOTS_MAX: nothing is forgotten
numbers = st.integers(0, 40)


@given(st.lists(st.tuples(boots, numbers)), st.integers(0, 60))
def test_ledger_agrees_with_a_set_also_after_a_restart(
    arrivals: list[tuple[str, int]], restart_at: int
) -> None:
    ledger, model = SequenceLedger(), set[tuple[str, int]]()
    for index, (boot, seq) in enumerate(arrivals):
        if index == restart_at:
            ledger = SequenceLedger.load(ledger.dump())
        assert (ledger.add(boot, seq, newer=True) is None) == ((boot, seq) in model)
        model.add((boot, seq))
    for boot in ("a", "b", "c"):
        came = {seq for of, seq in model if of == boot}
        missing = {
            seq for of, first, last in ledger.gaps() if of == boot for seq in range(first, last + 1)
        }
        expected = set(range(min(came), max(came) + 1)) - came if came else set()
        assert missing == expected
        assert all(ledger.seen(boot, seq) == (seq in came) for seq in range(45))


def test_a_device_that_does_not_name_its_boots_starts_a_new_one_at_zero() -> None:
    ledger = SequenceLedger()
    first = [ledger.add(None, seq, newer=True) for seq in (0, 1, 2)]
    assert len(set(first)) == 1
    assert ledger.add(None, 0, newer=False) is None, "a redelivery is no restart"
    second = ledger.add(None, 0, newer=True)
    assert second is not None
    assert second not in first
    assert ledger.add(None, 1, newer=True) == second
    assert SequenceLedger.load(ledger.dump()).add(None, 1, newer=True) is None


def test_memory_is_bounded_whatever_a_device_sends() -> None:
    ledger = SequenceLedger()
    for seq in range(0, 10 * RANGES_MAX, 2):
        ledger.add("boot", seq, newer=True)
    for number in range(10 * BOOTS_MAX):
        ledger.add(f"other-{number}", 0, newer=True)
        ledger.add("~²", number, newer=True)
    dumped = ledger.dump()
    assert len(dumped) <= BOOTS_MAX
    assert all(len(ranges) <= RANGES_MAX for ranges in dumped.values())


def test_a_gap_that_is_filled_later_disappears() -> None:
    ledger = SequenceLedger()
    for seq in (0, 1, 5, 6):
        ledger.add("b", seq, newer=True)
    assert ledger.gaps() == [("b", 2, 4)]
    for seq in (3, 2, 4):
        assert ledger.add("b", seq, newer=False) == "b"
    assert ledger.gaps() == []
