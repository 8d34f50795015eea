"""Events and results have no numbers: what is known again, and what is not."""

import pytest

from gateway.delivery import REDELIVERED
from gateway.reports import REPORTED_MAX
from tests.gateway.driven_hamlet import Hamlet
from tests.gateway.small_site import topic

EVENT, RESULT = topic("light-1", "event"), topic("light-1", "result")


@pytest.mark.parametrize(
    ("where", "body"), [(EVENT, b'{"event":"x"}'), (RESULT, b'{"id":"c","ok":true}')]
)
@pytest.mark.parametrize("snapshot", [True, False])
def test_what_was_committed_and_not_acknowledged_is_known_after_a_power_cut(
    hamlet: Hamlet, where: str, body: bytes, snapshot: bool
) -> None:
    hamlet.say(where, body)
    if snapshot:
        hamlet.pipeline.snapshot_all()
    hamlet.commit()
    hamlet.restart()
    hamlet.say(where, body, flags=REDELIVERED)
    assert hamlet.counted == (0, 1, 0)
    assert not hamlet.commit().batch.messages


def test_what_was_not_committed_is_news_however_often_it_was_sent(hamlet: Hamlet) -> None:
    hamlet.say(EVENT, b'{"event":"x"}', flags=REDELIVERED)
    assert hamlet.counted == (1, 0, 0)


def test_the_same_event_may_happen_twice_but_a_command_has_one_result(hamlet: Hamlet) -> None:
    for _ in range(2):
        hamlet.say(EVENT, b'{"event":"x"}')
        hamlet.say(RESULT, b'{"id":"c","ok":true}')
    assert hamlet.counted == (3, 1, 0)


def test_memory_of_them_is_bounded(hamlet: Hamlet) -> None:
    for number in range(3 * REPORTED_MAX):
        hamlet.say(EVENT, b'{"event":"x","n":%d}' % number)
    assert len(hamlet.device("light-1").reported) == REPORTED_MAX
