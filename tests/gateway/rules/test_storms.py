"""Whatever rules ask of an actuator: never more than the limits, and nothing is left open."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from devices.command import Effect
from gateway.rules.storms import ACTUATOR_MAX, RULE_MAX, WINDOW_MS, Storms, Wish

STEPS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from(Effect),
        st.sampled_from([0, 1_000, WINDOW_MS // 10, WINDOW_MS, 7 * WINDOW_MS]),
    ),
    max_size=80,
)


@given(STEPS)
def test_within_any_window_no_more_passes_than_the_limits(
    steps: list[tuple[str, Effect, int]],
) -> None:
    storms, now = Storms(), 0
    passed: list[tuple[int, str, Effect]] = []
    is_moving = False
    for rule, effect, pause in steps:
        now += pause
        stopped = storms.stops(rule, "s1", Wish("v1", effect, effect), now)
        if effect is Effect.STOP and is_moving:
            assert not stopped
        if not stopped:
            passed.append((now, rule, effect))
            if effect is not Effect.NONE:
                is_moving = effect is Effect.START
        recent = [(who, want) for at, who, want in passed if at > now - WINDOW_MS]
        changes = sum(one[1] is not two[1] for one, two in pairwise(recent))
        assert changes <= ACTUATOR_MAX + 1  # what was started is stopped in any case
        assert all([who for who, _ in recent].count(who) <= RULE_MAX + 1 for who in "abc")


@given(STEPS)
def test_what_comes_seldom_is_never_stopped(steps: list[tuple[str, Effect, int]]) -> None:
    storms, now = Storms(), 0
    for rule, effect, pause in steps:
        now += pause + WINDOW_MS // RULE_MAX
        assert not storms.stops(rule, "s1", Wish("v1", effect, effect), now)
