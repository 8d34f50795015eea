"""Whatever rules ask of an actuator: never more than the limits, and nothing is left open."""

from hypothesis import given
from hypothesis import strategies as st

from devices.command import Effect
from gateway.rules.storms import ACTUATOR_MAX, RULE_MAX, WINDOW_MS, Storms

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
    passed: list[tuple[int, str]] = []
    is_moving = False
    for rule, effect, pause in steps:
        now += pause
        stopped = storms.stops(rule, "v1", effect, now)
        if effect is Effect.STOP and is_moving:
            assert not stopped
        if not stopped:
            passed.append((now, rule))
            if effect is not Effect.NONE:
                is_moving = effect is Effect.START
        recent = [who for at, who in passed if at > now - WINDOW_MS]
        assert len(recent) <= ACTUATOR_MAX + 1  # what was started is stopped in any case
        assert all(recent.count(who) <= RULE_MAX + 1 for who in "abc")


@given(STEPS)
def test_what_comes_seldom_is_never_stopped(steps: list[tuple[str, Effect, int]]) -> None:
    storms, now = Storms(), 0
    for rule, effect, pause in steps:
        now += pause + WINDOW_MS // RULE_MAX
        assert not storms.stops(rule, "v1", effect, now)
