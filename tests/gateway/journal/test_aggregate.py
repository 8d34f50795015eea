"""Merging aggregates gives what gathering all values at once would have given."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.metric import Shape
from gateway.journal.aggregate import Counter, Gauge, Sample, dump, gather, load, merge

values = st.lists(st.integers(0, 1000), min_size=1, max_size=12)


def at_every_second(values: list[int]) -> list[Sample]:
    return [(at * 1000, value) for at, value in enumerate(values)]


@given(values, values, st.sampled_from([Shape.GAUGE, Shape.FLAG, Shape.COUNTER]), st.booleans())
def test_neighbours_merge_exactly(
    one: list[int], other: list[int], shape: Shape, later_first: bool
) -> None:
    samples = at_every_second(one + other)
    parts = [gather(shape, samples[: len(one)]), gather(shape, samples[len(one) :])]
    if later_first:
        parts.reverse()
    assert merge(*parts) == gather(shape, samples)


@given(st.lists(st.tuples(st.integers(0, 1000), st.booleans()), min_size=2))
def test_a_counter_without_a_reset_may_come_in_any_order(
    rises: list[tuple[int, bool]],
) -> None:
    total, samples, in_time = 0, [], []
    for at, (rise, came_late) in enumerate(rises):
        total += rise
        samples.append((at, total))
        in_time.append(not came_late)
    parts = [
        [sample for sample, early in zip(samples, in_time, strict=True) if early is wanted]
        for wanted in (True, False)
    ]
    gathered = [gather(Shape.COUNTER, part) for part in parts if part]
    whole = gathered[0] if len(gathered) == 1 else merge(*gathered)
    assert whole == gather(Shape.COUNTER, samples)


def test_with_a_reset_among_late_values_the_larger_rise_counts() -> None:
    in_time = gather(Shape.COUNTER, [(0, 100), (10, 120), (20, 5), (30, 8)])
    late = gather(Shape.COUNTER, [(5, 110), (25, 7)])
    assert isinstance(in_time, Counter)
    assert in_time.rise == 28
    merged = merge(late, in_time)
    assert isinstance(merged, Counter)
    assert merged.rise == 28
    assert (merged.samples, merged.first_at, merged.last_at) == (6, 0, 30)


def test_where_the_kind_changed_its_mind_the_later_counts() -> None:
    gauge, counter = gather(Shape.GAUGE, [(0, 1.0)]), gather(Shape.COUNTER, [(1, 2.0)])
    assert merge(gauge, counter) == counter
    assert merge(counter, gauge) == gauge


@given(values, st.sampled_from([Shape.GAUGE, Shape.COUNTER]))
def test_what_is_stored_comes_back(values: list[int], shape: Shape) -> None:
    aggregate = gather(shape, at_every_second(values))
    assert load(dump(aggregate)) == aggregate


def test_a_stored_sum_is_free_of_binary_noise() -> None:
    aggregate = gather(Shape.GAUGE, [(0, 0.1), (1, 0.2)])
    assert dump(aggregate) == [2, 0.3, 0.1, 0.2]
    assert dump(Gauge(3, 6.0, 2.0, 2.0)) == [3, 2.0]


def test_what_is_no_aggregate_is_refused() -> None:
    with pytest.raises(ValueError, match="no aggregate"):
        load([1, 2, 3])
