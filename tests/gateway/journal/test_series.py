"""Gauges are averaged, counters become rises, gaps stay gaps."""

from devices.metric import Shape
from gateway.history import Point
from gateway.journal.aggregate import Gauge, gather
from gateway.journal.series import points, steps_of_buckets, steps_of_samples


def test_a_step_without_values_is_absent() -> None:
    samples = [(1000, 1.0), (1500, 3.0), (3100, 7.0)]
    assert points(steps_of_samples(samples, Shape.GAUGE, 1000, 1000)) == [
        Point(1000, 2.0, 1.0, 3.0, 2),
        Point(3000, 7.0, 7.0, 7.0, 1),
    ]


def test_a_counter_counts_its_rise_for_the_step_it_was_seen_in() -> None:
    samples = [(0, 100.0), (900, 110.0), (1100, 115.0), (2900, 4.0), (5000, 4.0)]
    assert points(steps_of_samples(samples, Shape.COUNTER, 0, 1000)) == [
        Point(0, 10.0, 10.0, 10.0, 1),
        Point(1000, 5.0, 5.0, 5.0, 1),
        Point(2000, 4.0, 4.0, 4.0, 1),  # a reset: it has risen from zero
        Point(5000, 0.0, 0.0, 0.0, 1),
    ]


def test_the_first_value_of_a_counter_is_no_rise() -> None:
    assert points(steps_of_samples([(0, 100.0)], Shape.COUNTER, 0, 1000)) == []


def test_buckets_count_for_the_step_in_which_their_time_lies() -> None:
    buckets = [(at, Gauge(1, at, at, at)) for at in (50, 150, 249, 250, 350)]
    steps = steps_of_buckets(buckets, 50, 320, 100)
    assert [(at, aggregate.samples) for at, aggregate in steps] == [(50, 1), (150, 2), (250, 2)]


def test_buckets_of_a_counter_rise_from_one_to_the_next() -> None:
    buckets = [
        (0, gather(Shape.COUNTER, [(0, 1), (9, 5)])),
        (10, gather(Shape.COUNTER, [(12, 8)])),
        (30, gather(Shape.COUNTER, [(31, 2), (32, 3)])),
    ]
    assert [point.mean for point in points(steps_of_buckets(buckets, 0, 40, 10))] == [4, 3, 3]
