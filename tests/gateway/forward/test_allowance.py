from hypothesis import given
from hypothesis import strategies as st

from gateway.forward.allowance import Allowance


def test_who_overdraws_waits_until_the_debt_is_paid() -> None:
    allowance = Allowance(kbit_s=80)  # 10,000 bytes a second
    assert allowance.wait_s(now=1000.0) == 0
    allowance.spend(25_000, now=1000.0)
    assert allowance.wait_s(now=1000.0) == 2.5
    assert allowance.wait_s(now=1002.0) == 0.5
    assert allowance.wait_s(now=1003.0) == 0


def test_silence_saves_nothing_up() -> None:
    allowance = Allowance(kbit_s=80)
    allowance.spend(10_000, now=1_000_000.0)
    assert allowance.wait_s(now=1_000_000.0) == 1.0


@given(st.floats(8, 1e6), st.lists(st.tuples(st.integers(1, 10**6), st.floats(0, 10)), min_size=1))
def test_the_rate_holds_over_all_but_the_last_request(
    kbit_s: float, requests: list[tuple[int, float]]
) -> None:
    allowance = Allowance(kbit_s)
    start = now = 50.0
    for number, (size, idle_s) in enumerate(requests):
        now += idle_s + allowance.wait_s(now + idle_s)
        sent = sum(size for size, _ in requests[:number])
        assert sent <= (now - start) * kbit_s * 125 * (1 + 1e-9) + 1e-3
        allowance.spend(size, now)
