"""Gauges are averaged, counters become rises, gaps stay gaps."""

from gateway.history import Point
from gateway.journal.series import fold_counter, fold_gauge


def test_a_step_without_values_is_absent() -> None:
    rows = [(1000, 1.0), (1500, 3.0), (3100, 7.0)]
    assert fold_gauge(rows, 1000, 1000) == [
        Point(1000, 2.0, 1.0, 3.0, 2),
        Point(3000, 7.0, 7.0, 7.0, 1),
    ]


def test_a_counter_counts_its_rise_for_the_step_it_was_seen_in() -> None:
    rows = [(0, 100.0), (900, 110.0), (1100, 115.0), (2900, 4.0), (5000, 4.0)]
    assert fold_counter(rows, 0, 1000) == [
        Point(0, 10.0, 10.0, 10.0, 1),
        Point(1000, 5.0, 5.0, 5.0, 1),
        Point(2000, 4.0, 4.0, 4.0, 1),  # a reset: it has risen from zero
        Point(5000, 0.0, 0.0, 0.0, 1),
    ]
