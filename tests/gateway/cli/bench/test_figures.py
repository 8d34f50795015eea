"""How the bench reads a gateway's own figures."""

from gateway.cli.bench.figures import percentile_ms, wait_ms

COMMITS = {
    "hamlet_messages_received_total": 9.0,
    'hamlet_journal_commit_seconds_bucket{le="0.001"}': 50.0,
    'hamlet_journal_commit_seconds_bucket{le="0.0025"}': 98.0,
    'hamlet_journal_commit_seconds_bucket{le="0.005"}': 99.0,
    'hamlet_journal_commit_seconds_bucket{le="+Inf"}': 100.0,
    "hamlet_journal_commit_seconds_sum": 0.2,
}


def test_a_percentile_is_the_bound_of_its_bucket() -> None:
    assert percentile_ms(COMMITS, 50) == 1
    assert percentile_ms(COMMITS, 98) == 2.5
    assert percentile_ms(COMMITS, 99) == 5
    assert percentile_ms(COMMITS, 100) is None  # infinity cannot be said in JSON


def test_a_percentile_of_fewer_than_two_waits_is_none() -> None:
    assert wait_ms([], 50) is None
    assert wait_ms([0.002], 99) is None
    assert wait_ms([0.002, 0.002], 99) == 2.0
