from gateway.forward.backoff import BATCH_MAX, TRY_LARGER_AFTER, Backoff, Delays


def test_delays_double_up_to_the_longest_and_begin_anew_after_a_success() -> None:
    backoff = Backoff(Delays(first_s=1, mistake_s=10, longest_s=60))
    assert [backoff.failed(1.0) for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    backoff.succeeded()
    assert backoff.failed(1.0) == 1


def test_an_outage_of_years_does_not_overflow() -> None:
    backoff = Backoff(Delays())
    assert max(backoff.failed(1.0) for _ in range(5_000)) == Delays().longest_s


def test_luck_spreads_but_never_hurries_below_half() -> None:
    delays = Delays(first_s=4)
    assert Backoff(delays).failed(0.0) == 2
    assert Backoff(delays).failed(0.5) == 3


def test_a_mistake_is_retried_slowly() -> None:
    assert Backoff(Delays(first_s=1, mistake_s=10)).failed(1.0, mistake=True) == 10


def test_the_store_may_ask_for_more_time_but_not_for_less() -> None:
    assert Backoff(Delays(first_s=1)).failed(1.0, at_least_s=300.0) == 300
    assert Backoff(Delays(first_s=1)).failed(1.0, at_least_s=0.1) == 1


def test_batches_shrink_to_one_line_and_grow_back() -> None:
    backoff = Backoff(Delays())
    for _ in range(20):
        backoff.failed(0.0)
    assert backoff.batch == 1
    sizes = []
    while backoff.batch < BATCH_MAX:
        backoff.succeeded()
        sizes.append(backoff.batch)
    assert sizes[:3] == [2, 4, 8]
    assert sizes[-1] == BATCH_MAX


def test_after_a_mistake_the_whole_batch_is_tried() -> None:
    backoff = Backoff(Delays())
    backoff.failed(0.0)
    backoff.failed(0.0, mistake=True)
    assert backoff.batch == BATCH_MAX


def test_what_was_too_large_is_not_tried_again_soon() -> None:
    backoff = Backoff(Delays())
    backoff.too_large(5000)
    backoff.too_large(2500)
    assert backoff.batch == 1250
    for _ in range(TRY_LARGER_AFTER - 1):
        backoff.succeeded()
    backoff.failed(0.0, mistake=True)
    assert backoff.batch == 1250
    backoff.succeeded()
    assert backoff.batch == 2500


def test_a_batch_is_never_less_than_a_line() -> None:
    backoff = Backoff(Delays())
    backoff.too_large(1)
    assert backoff.batch == 1
