"""Windows against their definition: a slow look through the whole history."""

import math
from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from devices.reading import Millis
from gateway.clock import Correction
from gateway.rules.expression.nodes import Function
from gateway.rules.window import SAMPLES_MAX, SLOTS, Window
from tests.gateway.rules.slow_window import HOUR, Sample, figures_of

SPAN, CARRY = 60_000, 20_000
BEGIN = 1_000_000


def window(samples: Sequence[Sample], *, counter: bool = False, ms: Millis = SPAN) -> Window:
    """In the order in which they came."""
    made = Window(ms, counter=counter, since=BEGIN)
    for at, value in samples:
        made.add(at, value, CARRY)
    return made


def figures(made: Window, now: Millis) -> dict[str, float | None]:
    return {one.value: made.figure(one, now, CARRY) for one in Function}


def slow(samples: Sequence[Sample], now: Millis, *, counter: bool) -> dict[str, float | None]:
    return figures_of(samples, now, ms=SPAN, carry=CARRY, since=BEGIN, counter=counter)


STEPS = st.lists(
    st.tuples(st.sampled_from([1, 500, 5_000, 10_000, 19_999, 20_000, 20_001, 45_000, 70_000]),
              st.sampled_from([0.0, 1.0, 2.5, 10.0, 99.5])),
    max_size=20,
)  # fmt: skip


def accumulated(steps: Sequence[tuple[Millis, float]]) -> list[Sample]:
    now, samples = BEGIN, []
    for after, value in steps:
        now += after
        samples.append((now, value))
    return samples


def agree(found: dict[str, float | None], expected: dict[str, float | None]) -> None:
    for name, value in expected.items():
        one = found[name]
        if value is None or one is None:
            assert one is value, name
        else:
            assert math.isclose(one, value, rel_tol=1e-9, abs_tol=2e-6), name


@given(STEPS, st.integers(0, 100_000), st.booleans())
@example([(1, 1.0)] * 3, 30_000, False)
def test_a_window_means_what_is_written(
    steps: list[tuple[Millis, float]], wait: Millis, counter: bool
) -> None:
    samples = accumulated(steps)
    now = (samples[-1][0] if samples else BEGIN) + wait
    functions = figures(window(samples, counter=counter), now)
    expected = slow(samples, now, counter=counter)
    if counter:  # of which the rest is refused before it runs
        names = ("delta", "rate", "count")
        functions, expected = ({name: one[name] for name in names} for one in (functions, expected))
    agree(functions, expected)


@given(STEPS, st.randoms(use_true_random=False), st.booleans())
def test_late_values_count_as_if_they_had_come_in_time(
    steps: list[tuple[Millis, float]], random: Random, counter: bool
) -> None:
    samples = accumulated(steps)
    if not samples:
        return
    newest = samples[-1][0]
    inside = [sample for sample in samples if sample[0] > newest - SPAN]
    mixed = list(inside)
    random.shuffle(mixed)
    agree(
        figures(window(mixed, counter=counter), newest),
        figures(window(inside, counter=counter), newest),
    )


@given(st.lists(st.integers(1, 2_000), min_size=SAMPLES_MAX, max_size=3 * SAMPLES_MAX))
def test_memory_is_bounded_and_merged_values_are_one_slot_off_at_most(gaps: list[int]) -> None:
    samples = [(at, float(at % 7)) for at, _ in accumulated([(gap, 0.0) for gap in gaps])]
    made = window(samples, ms=HOUR // 12)
    assert made.entries <= SAMPLES_MAX
    newest, slot = samples[-1][0], HOUR // 12 // SLOTS
    start = newest - HOUR // 12
    count = made.figure(Function.COUNT, newest, CARRY)
    if count is None:
        return
    most = sum(at > start for at, _ in samples)
    least = sum(at > start + slot for at, _ in samples)
    assert least <= count <= most
    average = made.figure(Function.AVERAGE, newest, CARRY)
    assert average is None or 0 <= average <= 6


def test_half_of_the_window_must_be_known() -> None:
    made = window([(BEGIN, 20.0), (BEGIN + 15_000, 30.0)])
    assert figures(made, BEGIN + 29_999)["avg"] is None
    assert figures(made, BEGIN + 30_000)["avg"] == pytest.approx(25.0)


def test_what_is_not_renewed_counts_no_longer_than_three_intervals() -> None:
    made = window([(BEGIN, 10.0), (BEGIN + 40_000, 30.0)])
    assert figures(made, BEGIN + 60_000)["avg"] == pytest.approx(20.0)


def test_a_counter_that_starts_anew_has_risen_from_zero() -> None:
    made = window([(BEGIN, 100.0), (BEGIN + 20_000, 104.0), (BEGIN + 40_000, 3.0)], counter=True)
    assert made.figure(Function.CHANGE, BEGIN + 40_000, CARRY) == 7.0


def test_what_a_counter_rose_in_a_gap_counts_when_it_is_seen() -> None:
    made = window([(BEGIN, 100.0), (BEGIN + 10 * SPAN, 130.0)], counter=True)
    assert made.figure(Function.CHANGE, BEGIN + 10 * SPAN, CARRY) == 30.0


def test_the_time_at_which_a_value_leaves_is_known() -> None:
    made = window([(BEGIN, 1.0), (BEGIN + 10_000, 2.0)])
    assert made.next_change(BEGIN + 10_000) == BEGIN + SPAN
    assert made.next_change(BEGIN + SPAN) == BEGIN + 10_000 + SPAN
    assert made.next_change(BEGIN + 10_000 + SPAN) is None
    assert made.figure(Function.COUNT, BEGIN + SPAN - 1, CARRY) == 2
    assert made.figure(Function.COUNT, BEGIN + SPAN, CARRY) == 1


def test_a_correction_of_the_clock_moves_the_window() -> None:
    samples = [(BEGIN + 10_000 * index, float(index)) for index in range(5)]
    made = window(samples)
    before = figures(made, BEGIN + 45_000)
    made.correct(Correction(BEGIN, HOUR))
    assert figures(made, BEGIN + 45_000 + HOUR) == before


def test_a_correction_backwards_keeps_the_order() -> None:
    made = window([(BEGIN, 1.0), (BEGIN + 10_000, 2.0), (BEGIN + 20_000, 3.0)])
    made.correct(Correction(BEGIN + 15_000, -15_000))
    assert made.figure(Function.CHANGE, BEGIN + 35_000, 60_000) == 2.0


@given(st.integers(1, 999), st.lists(st.integers(1, 9_999), min_size=40, max_size=400))
def test_the_average_of_equal_values_is_that_value(tenths: int, gaps: list[int]) -> None:
    value, now = tenths / 10, BEGIN
    made = Window(SPAN, counter=False, since=BEGIN)
    for gap in gaps:
        now += gap
        made.add(now, value, CARRY)
        assert made.figure(Function.AVERAGE, now, CARRY) in (None, value)
        assert made.figure(Function.CHANGE, now, CARRY) in (None, 0.0)
