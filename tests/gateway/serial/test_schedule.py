"""Whose turn it is on a bus: in time, fair, and patient with the silent."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.serial.schedule import AGAIN_MS, SILENT_MAX_MS, Schedule


def test_everybody_at_once_and_then_in_their_own_time() -> None:
    schedule = Schedule([1000, 5000], 0)
    asked = []
    now = 0
    while now < 10_000:
        number, at = schedule.next_poll()
        now = max(now, at)
        asked.append((number, now))
        now += 10
        schedule.answered(number, now)
    assert [now for number, now in asked if number == 1] == [10, 5010]
    assert [now for number, now in asked if number == 0][:5] == [0, 1000, 2000, 3000, 4000]


def test_a_silent_device_is_asked_less_and_less_until_it_answers() -> None:
    schedule = Schedule([60_000], 0)
    now, pauses = 0, []
    for _ in range(7):
        schedule.failed(0, now)
        at = schedule.next_poll().at
        pauses.append(at - now)
        now = at
    assert pauses == [AGAIN_MS, 60_000, 120_000, 240_000, 300_000, 300_000, 300_000]
    schedule.answered(0, now)
    assert schedule.next_poll().at == now + 60_000


def test_a_device_that_is_asked_seldom_is_not_asked_more_often_for_its_silence() -> None:
    schedule = Schedule([3_600_000], 0)
    schedule.failed(0, 0)
    schedule.failed(0, AGAIN_MS)
    assert schedule.next_poll().at == AGAIN_MS + 3_600_000


def test_turns_that_were_missed_are_not_made_up_for() -> None:
    schedule = Schedule([1000, 1000], 0)
    asked = []
    for now in (60_000, 60_100, 60_200, 60_300):
        asked.append(schedule.next_poll().number)
        schedule.answered(asked[-1], now)
    assert asked == [0, 1, 0, 1]
    assert schedule.next_poll() == (0, 61_000)


@given(
    every=st.lists(st.integers(1, 60).map(lambda seconds: seconds * 1000), min_size=1, max_size=8),
    silent=st.sets(st.integers(0, 7)),
    cost=st.integers(20, 500),
    timeout=st.integers(500, 2000),
)
def test_nobody_starves_whoever_is_silent(
    every: list[int], silent: set[int], cost: int, timeout: int
) -> None:
    schedule = Schedule(every, 0)
    now = 0
    last = dict.fromkeys(range(len(every)), 0)
    # At worst everybody else is asked once between two turns, each silent one at full cost.
    round_ms = sum(timeout if number in silent else cost for number in range(len(every)))
    for _ in range(300):
        number, at = schedule.next_poll()
        now = max(now, at)
        longest = max(every[number], SILENT_MAX_MS) if number in silent else every[number]
        assert now - last[number] <= longest + round_ms
        last[number] = now
        if number in silent:
            now += timeout
            schedule.failed(number, now)
        else:
            now += cost
            schedule.answered(number, now)
