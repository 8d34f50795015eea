"""When to try again: pure, so no test waits."""

import pytest

from gateway.intake.contract import ConnectionSettings
from gateway.intake.peer_watch import PeerWatch
from gateway.intake.reconnect import LONGEST_DELAY_S, Cause, Ending, ReconnectPolicy

SETTINGS = ConnectionSettings(host="broker", port=1883, client_id="khe-coc", subscriptions=("#",))


def delays(policy: ReconnectPolicy, endings: list[Ending]) -> list[float]:
    return [policy.after(ending, jitter=1.0).delay_s for ending in endings]


def test_delays_double_up_to_a_bound_and_never_leave_it() -> None:
    unreachable = Ending(Cause.UNREACHABLE, "nobody there")
    waited = delays(ReconnectPolicy(SETTINGS), [unreachable] * 2000)
    assert waited[:4] == [0.5, 1.0, 2.0, 4.0]
    assert set(waited[6:]) == {LONGEST_DELAY_S}


def test_jitter_spreads_over_half_the_delay() -> None:
    lost = Ending(Cause.LOST, "gone", subscribed_s=60)
    shortest = ReconnectPolicy(SETTINGS).after(lost, jitter=0.0)
    longest = ReconnectPolicy(SETTINGS).after(lost, jitter=1.0)
    assert shortest.delay_s == longest.delay_s / 2


def test_a_connection_that_held_starts_over() -> None:
    unreachable = Ending(Cause.UNREACHABLE, "nobody there")
    held = Ending(Cause.LOST, "gone", subscribed_s=3600)
    assert delays(ReconnectPolicy(SETTINGS), [unreachable] * 3 + [held])[-1] == 0.5


@pytest.mark.parametrize("cause", [Cause.REFUSED, Cause.TAKEN_OVER])
def test_what_a_person_must_change_is_not_tried_in_a_hurry(cause: Cause) -> None:
    retry = ReconnectPolicy(SETTINGS).after(Ending(cause, "because"), jitter=1.0)
    assert (retry.reason, retry.delay_s) == ("because", LONGEST_DELAY_S)


def test_a_rival_with_our_client_id_is_suspected_after_three_short_lives() -> None:
    policy = ReconnectPolicy(SETTINGS)
    cut = Ending(Cause.LOST, "closed by the broker", subscribed_s=0.2)
    first, second, third = (policy.after(cut, jitter=1.0) for _ in range(3))
    assert first.reason == second.reason == "closed by the broker"
    assert "khe-coc" in third.reason
    assert third.delay_s == LONGEST_DELAY_S
    held = Ending(Cause.LOST, "closed by the broker", subscribed_s=60)
    assert policy.after(held, jitter=1.0).reason == "closed by the broker"


def test_a_broker_that_is_down_is_no_rival() -> None:
    policy = ReconnectPolicy(SETTINGS)
    cut = Ending(Cause.LOST, "closed by the broker", subscribed_s=0.2)
    down = Ending(Cause.UNREACHABLE, "nobody there")
    reasons = [policy.after(ending, jitter=1.0).reason for ending in [cut, down, cut, down, cut]]
    assert not any("khe-coc" in reason for reason in reasons)


def test_quarantine_follows_what_was_malformed_twice_in_a_row() -> None:
    policy = ReconnectPolicy(SETTINGS)
    malformed = Ending(Cause.MALFORMED, "not MQTT", subscribed_s=0.1)
    lost = Ending(Cause.LOST, "gone", subscribed_s=60)
    seen = []
    for ending in [malformed, lost, malformed, malformed, lost]:
        policy.after(ending, jitter=1.0)
        seen.append(policy.quarantine)
    assert seen == [False, False, False, True, False]


def test_a_broker_that_leaves_a_ping_unanswered_is_gone() -> None:
    watch = PeerWatch()
    assert watch.tick(reading=True)
    watch.heard()
    assert watch.tick(reading=True)
    assert not watch.tick(reading=True)


def test_no_answer_is_missed_while_reading_is_paused() -> None:
    watch = PeerWatch()
    assert watch.tick(reading=True)
    assert all(watch.tick(reading=False) for _ in range(10))
    assert watch.tick(reading=True)  # this ping is the first that can be answered
    assert not watch.tick(reading=True)
